"""Small scorers, built as KenLM and DeepSpeech build them: a language model of bigrams, settings, and a dictionary."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from transcriber.model.scorer.murmur_hash import hash_word

ENGLISH = tuple(letter.encode() for letter in " abcdefghijklmnopqrstuvwxyz'")
BYTES = tuple(bytes([byte]) for byte in range(1, 256))
SANITY = struct.pack(
    "<56s3f3IQ", b"mmap lm http://kheafield.com/code format version 5\n\0", 0.0, 1.0, -0.5, 1, 2**32 - 1, 0, 1
)
INFINITE = float("inf")


@dataclass(frozen=True)
class ScorerPlan:
    """What a scorer is built from. Tests replace single values, to build one that does not fit."""

    words: tuple[str, ...] = ("no", "play", "start", "stop", "yes")
    alphabet: tuple[bytes, ...] = ENGLISH
    in_bytes: bool = False
    magic: bytes = b"EIRT"
    version: int = 6
    lm_alpha: float = 0.5
    lm_beta: float = 0.0
    #: The words of the dictionary, if they are not those of the language model.
    dictionary_words: tuple[str, ...] = ()
    #: Other values for the header of the language model: `order`, `multiplier`, `kind`, `has_words`, `version`.
    header: tuple[tuple[str, Any], ...] = ()
    #: The end of the language model's magic.
    format: bytes = b"5\n\0"

    def with_header(self, **values: Any) -> ScorerPlan:
        """Return a plan with other values in the header of the language model."""
        return replace(self, header=tuple(values.items()))


def build(plan: ScorerPlan = ScorerPlan()) -> bytes:
    """Return the content of a scorer file."""
    content = language_model(plan)
    content += struct.pack("<4siBdd", plan.magic, plan.version, plan.in_bytes, plan.lm_alpha, plan.lm_beta)
    return append_dictionary(content, plan)


def language_model(plan: ScorerPlan = ScorerPlan()) -> bytes:
    """Return a language model of bigrams, in which each word follows each word with the same probability."""
    hashes = sorted((hash_word(word.encode()), word) for word in (*plan.words, "<s>", "</s>"))
    numbers = {word: number for number, (_, word) in enumerate(hashes, start=1)}
    # KenLM's trie has the last word of an n-gram at its root, and the words before it below.
    contexts = sorted(numbers[word] for word in (*plan.words, "<s>"))
    followers = sorted(numbers[word] for word in (*plan.words, "</s>"))
    probability = math.log10(1 / len(followers))
    counts = (len(hashes) + 1, len(followers) * len(contexts))
    values = {"order": 2, "multiplier": 1.5, "kind": 2, "has_words": 0, "version": 1, **dict(plan.header)}
    content = SANITY.replace(b"5\n\0", plan.format) + struct.pack("<B3xfIB3xI", *values.values())
    content += struct.pack("<2Q", *counts)
    content += bytes(-len(content) % 8)
    content += struct.pack(f"<{len(hashes) + 2}Q", len(hashes), *(number for number, _ in hashes), 0)
    position = 0
    for number in range(counts[0]):
        content += struct.pack("<ffQ", probability if number else -9.0, 0.0, position)
        position += len(contexts) if number in followers else 0
    # After the last word, an entry of which only the pointer is used, and an empty one.
    content += struct.pack("<ffQ", 0.0, 0.0, position) + bytes(16)
    return content + _bigrams(contexts, len(followers), counts[0], probability)


def _bigrams(contexts: Sequence[int], followers: int, words: int, probability: float) -> bytes:
    """Return the entries of all bigrams: for each follower, the same contexts with the same probability."""
    word_bits = words.bit_length()
    [encoded] = struct.unpack("<I", struct.pack("<f", -probability))
    bits, position = 0, 0
    for number in list(contexts) * followers:
        bits |= (number | encoded << word_bits) << position
        position += word_bits + 31
    size = (position + word_bits + 31 + 7) // 8 + 8
    return bits.to_bytes(size, "little")


def append_dictionary(content: bytes, plan: ScorerPlan) -> bytes:
    """Return `content` with the dictionary after it."""
    states = _trie(plan)
    arcs = sum(map(len, states))
    content += struct.pack("<i", 2125659606) + _text("const") + _text("standard")
    content += struct.pack("<iiQqqq", 1, 4, 1 << 28, 0, len(states), arcs)
    content += bytes(-len(content) % 16)
    position = 0
    for number, following in enumerate(states):
        content += struct.pack("<fIIII", 0.0 if number == 1 else INFINITE, position, len(following), 0, 0)
        position += len(following)
    content += bytes(-len(content) % 16)
    for following in states:
        for label, state in sorted(following.items()):
            content += struct.pack("<iifi", label, label, 0.0, state)
    return content


def _trie(plan: ScorerPlan) -> list[dict[int, int]]:
    """Return the arcs of each state. State 0 is the start, and state 1 the end of all words."""
    labels = {letter: label for label, letter in enumerate(plan.alphabet, start=1)}
    states: list[dict[int, int]] = [{}, {}]
    for word in plan.dictionary_words or plan.words:
        units = [bytes([byte]) for byte in word.encode()] if plan.in_bytes else [letter.encode() for letter in word]
        *spelling, last = [labels[unit] for unit in units] + ([] if plan.in_bytes else [labels[b" "]])
        state = 0
        for label in spelling:
            if label not in states[state]:
                states.append({})
                states[state][label] = len(states) - 1
            state = states[state][label]
        states[state][last] = 1
    return states


def _text(text: str) -> bytes:
    return struct.pack("<i", len(text)) + text.encode()
