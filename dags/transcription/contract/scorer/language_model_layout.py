"""The sizes of a language model's parts, which the counts in its header determine.

Source: the functions `Size` of KenLM's vocab.cc, search_hashed.hh, search_trie.hh, quantize.hh, trie.cc and bhiksha.cc.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Optional

from transcription.contract.scorer.file_parts import Data, ScorerDamaged, ScorerUnfit, numbers
from transcription.contract.scorer.language_model import REST_PROBING, LanguageModel, align8

#: Sizes of the entries of hash tables, in bytes: of a word, of the longest n-grams, and of words and n-grams between,
#: without and with rest costs.
_WORD_ENTRY, _LONGEST_ENTRY = 12, 12
_WEIGHTS, _MIDDLE_ENTRY = (8, 12), (16, 20)
#: Size of a word's entry in a trie: probability, backoff, pointer to the bigrams.
_UNIGRAM = 16
#: Bits of probability and backoff, and of a probability alone, in a trie that is not quantized.
_MIDDLE_BITS, _LONGEST_BITS = 63, 31
_QUANTIZATION_VERSION, _ARRAY_VERSION = 2, 0
#: Maximum number of bits of a quantized value.
_MAX_BITS = 25
#: A number below the largest 32-bit float. No table has that many places.
_MAX_FLOAT32 = 1e38
#: Bytes behind each array of bits, so that KenLM can read 64 bits at once.
_PADDING = 8


@dataclass(frozen=True)
class Level:
    """The n-grams of one order in a trie: an array of entries of bits, each a word, weights and a pointer."""

    #: Offset of the array in the file.
    offset: int
    #: Number of n-grams. One more entry follows, of which only the pointer is used.
    count: int
    #: Bits of the number of the word, of the weights, and of the pointer in the entry.
    word_bits: int
    weight_bits: int
    pointer_bits: int
    #: Offset and length of the array that holds the high bits of the pointers; `None` if the entries hold them.
    pointer_array: Optional[tuple[int, int]] = None

    @property
    def bits(self) -> int:
        """Bits of an entry."""
        return self.word_bits + self.weight_bits + self.pointer_bits


@dataclass(frozen=True)
class Layout:
    """Offsets of the parts of a language model in the file."""

    #: The words: a sorted array of hashes, or a hash table.
    words: int
    #: The tables of quantized values, and the number of bits of probabilities and backoffs; `None` if there are none.
    tables: Optional[tuple[int, int, int]]
    #: Probability and backoff of each word.
    unigrams: int
    #: The n-grams from order 2, if they are stored as a trie.
    levels: tuple[Level, ...]
    #: The end of the language model, where the dictionary begins.
    end: int


def layout(data: Data, model: LanguageModel) -> Layout:
    """Calculate the layout of a language model.

    Raises:
        ScorerDamaged: the file ends before a part whose settings are needed, or a setting is impossible.
        ScorerUnfit: a part has another version than DeepSpeech 0.9.3 reads.
    """
    result = _trie_layout(data, model) if model.is_trie else _probing_layout(model)
    if result.end > len(data):
        raise ScorerDamaged(
            f"it has {len(data):,} bytes, and its language model needs {result.end:,}: the file is cut off"
        )
    return result


def _probing_layout(model: LanguageModel) -> Layout:
    unigrams = model.header + 8 + _table_size(model, model.counts[0], _WORD_ENTRY)
    rest = int(model.kind == REST_PROBING)
    end = unigrams + (model.counts[0] + 1) * _WEIGHTS[rest]
    end += sum(_table_size(model, count, _MIDDLE_ENTRY[rest]) for count in model.counts[1:-1])
    return Layout(model.header, None, unigrams, (), end + _table_size(model, model.counts[-1], _LONGEST_ENTRY))


def buckets(model: LanguageModel, count: int) -> int:
    """Return the number of places in a hash table for `count` entries, calculated with 32-bit floats as KenLM does."""
    return max(count + 1, int(_float32(model.probing_multiplier * _float32(count))))


def _float32(number: float) -> float:
    if number > _MAX_FLOAT32:
        return number
    [rounded] = struct.unpack("<f", struct.pack("<f", number))
    return float(rounded)


def _table_size(model: LanguageModel, count: int, entry: int) -> int:
    return buckets(model, count) * entry


def _trie_layout(data: Data, model: LanguageModel) -> Layout:
    counts = model.counts
    position = model.header + 8 * (1 + counts[0])
    tables, middle_bits, longest_bits = None, _MIDDLE_BITS, _LONGEST_BITS
    if model.is_quantized:
        probability, backoff = _quantization_bits(data, position)
        tables, middle_bits, longest_bits = (position, probability, backoff), probability + backoff, probability
        position += 8 + 4 * ((len(counts) - 2) * (2**probability + 2**backoff) + 2**probability)
    unigrams = position
    position += (counts[0] + 2) * _UNIGRAM
    word_bits, array_bits = counts[0].bit_length(), _array_bits(data, model, position)
    levels = []
    for count, following in zip(counts[1:], counts[2:]):
        pointer_bits, pointer_array = following.bit_length(), None
        if array_bits is not None:
            pointer_bits -= _chopped_bits(count + 1, following, array_bits)
            pointer_array = align8(position) + 8, (following >> pointer_bits) + 1
            position += 8 * (1 + pointer_array[1]) + 7
        level = Level(position, count, word_bits, middle_bits, pointer_bits, pointer_array)
        levels.append(level)
        position += _bits_size(level)
    levels.append(Level(position, counts[-1], word_bits, longest_bits, 0))
    return Layout(model.header, tables, unigrams, tuple(levels), position + _bits_size(levels[-1]))


def _bits_size(level: Level) -> int:
    return ((1 + level.count) * level.bits + 7) // 8 + _PADDING


def _quantization_bits(data: Data, offset: int) -> tuple[int, int]:
    version, probability, backoff = numbers(data, offset, "<3B", "the settings of the quantized language model")
    if version != _QUANTIZATION_VERSION:
        raise ScorerUnfit(
            f"its language model has quantization version {version}, and DeepSpeech 0.9.3 reads {_QUANTIZATION_VERSION}"
        )
    if not (0 < probability <= _MAX_BITS and 0 < backoff <= _MAX_BITS):
        raise ScorerDamaged(f"its language model is quantized to {probability} and {backoff} bits")
    return probability, backoff


def _array_bits(data: Data, model: LanguageModel, offset: int) -> Optional[int]:
    """Return the limit of the bits that arrays of pointers may take over, or `None` if there are no arrays."""
    if not model.has_arrays:
        return None
    if len(model.counts) <= 2:  # noqa: PLR2004 - bigrams have no pointers
        return 0
    version, bits = numbers(data, offset, "<2B", "the settings of the language model's pointers")
    if version != _ARRAY_VERSION:
        raise ScorerUnfit(f"its language model has pointers of version {version}, and DeepSpeech 0.9.3 reads version 0")
    return int(bits)


def _chopped_bits(entries: int, largest: int, limit: int) -> int:
    """Return how many high bits of the pointers are stored in an array: as many as make the file smallest."""
    required = largest.bit_length()

    def growth(chopped: int) -> int:
        return (largest >> (required - chopped)) * 64 - entries * chopped

    return min(range(min(required, limit) + 1), key=growth)
