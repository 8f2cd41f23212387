"""A check of the content of a language model: its words, pointers and probabilities must be possible.

What cannot be seen: a number that was changed into another possible one. Only a digest of the file shows that.
"""

from __future__ import annotations

import numpy as np

from transcriber.model.scorer.arrays import Array, array
from transcription.contract.scorer.file_parts import ScorerDamaged
from transcription.contract.scorer.language_model import LanguageModel
from transcription.contract.scorer.language_model_layout import Layout, Level, buckets

#: Number of n-grams of each order that are checked, from the first.
_MAX_CHECKED = 2**20
#: Logarithms of probabilities and backoffs to the base 10 lie within this distance from 0.
_MAX_LOGARITHM = 1000.0
#: Bits of a probability in a trie that is not quantized: a float without its sign, which is always minus.
_PROBABILITY_BITS = 31
#: Limit of a sum of probabilities, with room for rounding, and the share of sums from which the model was made so.
_MAX_SUM, _MAX_IMPROPER = 1.01, 0.1
#: An odd factor, with which a number for a sequence of words is calculated.
_CONTEXT_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_PROBING_WORD = np.dtype([("hash", "<u8"), ("word", "<u4")])
_UNIGRAM = np.dtype([("probability", "<f4"), ("backoff", "<f4"), ("next", "<u8")])
_WEIGHTS = np.dtype([("probability", "<f4"), ("backoff", "<f4")])


def read_word_hashes(data: memoryview, model: LanguageModel, parts: Layout) -> Array:
    """Return the hashes of all words of a language model, sorted.

    Raises:
        ScorerDamaged: the words are damaged.
    """
    words = model.counts[0]
    if not model.is_trie:
        version, bound = array(data, parts.words, "<u4", 2, "the words").tolist()
        table = array(data, parts.words + 8, _PROBING_WORD, buckets(model, words), "the words")
        used = table[table["hash"] != 0]
        if version or not 0 < bound <= words + 1 or len(used) != bound - 1 or (used["word"] >= bound).any():
            raise ScorerDamaged("the words of its language model are damaged")
        return np.sort(used["hash"])
    [count] = array(data, parts.words, "<u8", 1, "the words").tolist()
    if not words - 1 <= count <= words:  # without the unknown word, which has no hash
        raise ScorerDamaged(f"its language model has {count:,} words in one place and {words:,} in another")
    hashes = array(data, parts.words + 8, "<u8", count, "the words")
    if (hashes[1:] <= hashes[:-1]).any():
        raise ScorerDamaged("the words of its language model are not in the order of their hashes")
    return hashes


def check_ngrams(data: memoryview, model: LanguageModel, parts: Layout) -> None:
    """Check probabilities and pointers, of a million n-grams of each order at most.

    Raises:
        ScorerDamaged: a probability or a pointer is impossible.
    """
    words = model.counts[0]
    if not model.is_trie:
        if model.kind == 0:
            unigrams = array(data, parts.unigrams, _WEIGHTS, words, "the probabilities of words")
            # The sign of a probability says there whether an n-gram extends the word.
            _check_logarithms(-np.abs(unigrams["probability"]), unigrams["backoff"])
        return
    unigrams = array(data, parts.unigrams, _UNIGRAM, words + 1, "the probabilities of words")
    _check_logarithms(unigrams["probability"][:-1], unigrams["backoff"][:-1])
    if parts.tables:
        _check_tables(data, model, parts.tables)
    starts = unigrams["next"]
    _check_pointers(starts, model.counts[1], complete=True)
    contexts = np.zeros(words, np.uint64)
    for level, following in zip(parts.levels, (*model.counts[2:], 0)):
        # Only n-grams that extend one that was checked. The last pointer is the end of its n-grams.
        entries = np.arange(min(_MAX_CHECKED, int(starts[-1])), dtype=np.uint64)
        numbers = _read_words(data, level, entries, starts, words)
        parents = np.searchsorted(starts, entries, side="right") - 1
        contexts = (contexts[parents] + np.uint64(1)) * _CONTEXT_FACTOR ^ numbers
        if not parts.tables and len(entries):
            _check_weights(data, level, entries, contexts)
        starts = _read_pointers(data, level, len(entries) + 1, following) if following else starts


def _check_tables(data: memoryview, model: LanguageModel, tables: tuple[int, int, int]) -> None:
    """Check the tables of quantized values. In a table without values, KenLM stores minus infinity."""
    position, probability_bits, backoff_bits = tables
    offset = position + 8
    for order in range(2, len(model.counts) + 1):
        sizes = [2**probability_bits, 2**backoff_bits][: 2 if order < len(model.counts) else 1]
        for number, size in enumerate(sizes):
            values = array(data, offset, "<f4", size, "the table of probabilities")
            values = values[~np.isneginf(values)]
            _check_logarithms(values if number == 0 else np.zeros(0), values)
            offset += 4 * size


def _read_words(data: memoryview, level: Level, entries: Array, starts: Array, words: int) -> Array:
    """Return the word that each n-gram of one order adds to an n-gram of the order below.

    Args:
        data: the file.
        level: the n-grams.
        entries: the numbers of the n-grams to read, from 0.
        starts: for each n-gram of the order below, the number of the first n-gram that extends it.
        words: the number of words.

    Raises:
        ScorerDamaged: a word does not exist, or the words are not in order.
    """
    numbers = _read_bits(data, level, entries, 0, level.word_bits)
    is_start = np.zeros(len(numbers) + 1, bool)
    is_start[starts[starts <= len(numbers)].astype(np.int64)] = True
    if (numbers >= words).any() or ((numbers[1:] <= numbers[:-1]) & ~is_start[1:-1]).any():
        raise ScorerDamaged("the n-grams of its language model are not in the order of their words")
    return numbers


def _check_weights(data: memoryview, level: Level, entries: Array, contexts: Array) -> None:
    """Check the probabilities and the backoffs of n-grams.

    The probabilities of all words after the same words add up to 1 at most. A model that breaks this rule in a few
    places only is damaged; one that breaks it in many was made so, and works.

    Args:
        data: the file.
        level: the n-grams.
        entries: the numbers of the n-grams to check.
        contexts: for each n-gram, a number that stands for its words without the last one.

    Raises:
        ScorerDamaged: a probability or a backoff is impossible.
    """
    logarithms = -_read_bits(data, level, entries, level.word_bits, _PROBABILITY_BITS).astype("<u4").view("<f4")
    backoff_bits = level.weight_bits - _PROBABILITY_BITS
    backoffs = _read_bits(data, level, entries, level.word_bits + _PROBABILITY_BITS, backoff_bits).astype("<u4")
    _check_logarithms(logarithms, backoffs.view("<f4"))
    _, groups = np.unique(contexts, return_inverse=True)
    sums = np.bincount(groups, 10.0 ** logarithms.astype(np.float64))
    if 0 < (sums > _MAX_SUM).mean() < _MAX_IMPROPER:
        raise ScorerDamaged("its language model has probabilities that add up to more than 1")


def _read_pointers(data: memoryview, level: Level, count: int, following: int) -> Array:
    """Return, for each n-gram of one order, the number of the first n-gram of the next order that extends it.

    Args:
        data: the file.
        level: the n-grams.
        count: the number of pointers to read.
        following: the number of n-grams of the next order.

    Raises:
        ScorerDamaged: the pointers do not ascend.
    """
    entries = np.arange(count, dtype=np.uint64)
    pointers = _read_bits(data, level, entries, level.word_bits + level.weight_bits, level.pointer_bits)
    if level.pointer_array:
        offset, length = level.pointer_array
        borders = array(data, offset, "<u8", length, "the pointers")
        if borders[0] or (borders[1:] < borders[:-1]).any() or borders[-1] > level.count + 1:
            raise ScorerDamaged("the pointers of its language model are damaged")
        high = np.searchsorted(borders, entries, side="right").astype(np.uint64) - np.uint64(1)
        pointers |= high << np.uint64(level.pointer_bits)
    _check_pointers(pointers, following, complete=count > level.count)
    return pointers


def _read_bits(data: memoryview, level: Level, entries: Array, start: int, width: int) -> Array:
    """Read the same bits of many entries, as 64-bit numbers.

    Args:
        data: the file.
        level: the n-grams.
        entries: the numbers of the entries.
        start: the first bit in the entry.
        width: the number of bits, at most 57.
    """
    size = ((1 + level.count) * level.bits + 7) // 8 + 8
    content = array(data, level.offset, "u1", size, "the n-grams")
    bits = entries * np.uint64(level.bits) + np.uint64(start)
    first = (bits >> np.uint64(3)).astype(np.int64)
    values = np.zeros(len(entries), np.uint64)
    for number in range(8):
        values |= content[first + number].astype(np.uint64) << np.uint64(8 * number)
    return (values >> (bits & np.uint64(7))) & np.uint64(2**width - 1)


def _check_pointers(pointers: Array, limit: int, *, complete: bool) -> None:
    """Check that pointers ascend to `limit`. If they are not complete, the last one may be lower."""
    last = int(pointers[-1])
    if (pointers[1:] < pointers[:-1]).any() or last > limit or (complete and last != limit):
        raise ScorerDamaged("the pointers of its language model do not ascend to the number of n-grams")


def _check_logarithms(probabilities: Array, backoffs: Array) -> None:
    # Some tools write minus infinity for what never happens.
    is_possible = ((probabilities <= 0) & (probabilities >= -_MAX_LOGARITHM) | np.isneginf(probabilities)).all()
    if not (is_possible and (np.abs(backoffs) <= _MAX_LOGARITHM).all()):
        raise ScorerDamaged("its language model has an impossible probability")
