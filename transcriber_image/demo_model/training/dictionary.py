"""The scorer's dictionary: the vocabulary as a trie, in the binary format of OpenFST."""

from __future__ import annotations

import struct

from .vocabulary import ALPHABET, WORDS

MAGIC = 2125659606
ALIGNED_FORMAT = 1  # states and arcs each start at a multiple of ALIGNMENT in the file
ALIGNMENT = 16
# OpenFST's bits for: expanded, acceptor, deterministic, no epsilons, sorted by label, unweighted, no cycles,
# every state reachable and useful.
PROPERTIES = sum(1 << bit for bit in (0, 16, 18, 20, 23, 25, 27, 28, 30, 33, 35, 37, 40, 42))
INFINITE = float("inf")  # the final weight of a state in which no word ends


def trie() -> list[dict[int, int]]:
    """Return the vocabulary as a trie: for each state, its arcs as a mapping from label to next state.

    State 0 is the start, and state 1 is the end of every word. A label is the position of a letter in the alphabet plus
    one, because OpenFST reserves 0. A space ends each word.
    """
    states: list[dict[int, int]] = [{}, {}]
    for word in WORDS:
        state = 0
        for letter in word:
            label = ALPHABET.index(letter) + 1
            if label not in states[state]:
                states.append({})
                states[state][label] = len(states) - 1
            state = states[state][label]
        states[state][ALPHABET.index(" ") + 1] = 1
    return states


def append(content: bytes) -> bytes:
    """Return `content` with the dictionary after it. The alignment counts from the start of `content`."""
    states = trie()
    arcs = sum(map(len, states))
    content += struct.pack("<i", MAGIC) + _string("const") + _string("standard")
    content += struct.pack("<iiQqqq", ALIGNED_FORMAT, 0, PROPERTIES, 0, len(states), arcs)
    content = _aligned(content)
    position = 0
    for number, following in enumerate(states):
        content += struct.pack("<fIIII", 0.0 if number == 1 else INFINITE, position, len(following), 0, 0)
        position += len(following)
    content = _aligned(content)
    for following in states:
        for label, state in sorted(following.items()):
            content += struct.pack("<iifi", label, label, 0.0, state)
    return content


def _string(text: str) -> bytes:
    return struct.pack("<i", len(text)) + text.encode()


def _aligned(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % ALIGNMENT)
