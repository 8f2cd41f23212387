"""A check of all states and arcs of a scorer's dictionary, and a sample of its words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from transcriber.model.scorer.arrays import Array, array
from transcription.contract.scorer.dictionary import Dictionary
from transcription.contract.scorer.dictionary_words import Spelling
from transcription.contract.scorer.file_parts import ScorerDamaged

_STATE = np.dtype([("final", "<f4"), ("first", "<u4"), ("arcs", "<u4"), ("no_input", "<u4"), ("no_output", "<u4")])
_ARC = np.dtype([("label", "<i4"), ("output", "<i4"), ("weight", "<f4"), ("target", "<i4")])
#: Limit of the number of words: a damaged file may have more than a float can count.
_MAX_WORDS = 2.0**53


class DictionaryWords:
    """The words of a dictionary, and its arcs as arrays.

    All states and arcs are checked: no cycle, each state is reachable, and each path ends in a word.

    Args:
        data: the scorer file.
        dictionary: its dictionary.
        in_bytes: whether words are spelled in bytes. Otherwise a space ends them, and no word begins with another.

    Raises:
        ScorerDamaged: the dictionary is damaged.
    """

    def __init__(self, data: memoryview, dictionary: Dictionary, *, in_bytes: bool) -> None:
        self._dictionary = dictionary
        states = array(data, dictionary.states_offset, _STATE, dictionary.states, "the states of the dictionary")
        arcs = array(data, dictionary.arcs_offset, _ARC, dictionary.arcs, "the arcs of the dictionary")
        first_arcs = np.append(states["first"], dictionary.arcs).astype(np.int64)
        targets = arcs["target"].astype(np.int64)
        is_final = ~np.isposinf(states["final"])
        if (np.diff(first_arcs) != states["arcs"]).any() or states["first"][0]:
            raise ScorerDamaged("the states of its dictionary do not share out the arcs")
        if states["no_input"].any() or states["no_output"].any():
            raise ScorerDamaged("its dictionary has arcs without a letter")
        if (targets < 0).any() or (targets >= dictionary.states).any():
            raise ScorerDamaged("its dictionary leads to states that do not exist")
        _check_labels(arcs["label"], arcs["output"], first_arcs)
        goes_on = states["arcs"] > 0
        if (~is_final & ~goes_on).any() or ((is_final & goes_on).any() and not in_bytes):
            raise ScorerDamaged("words of its dictionary end where other words go on, or have no end")
        #: The label of each arc.
        self.labels = arcs["label"]
        #: Whether a word ends with each arc.
        self.ends_word = is_final[targets]
        self._words = _count_words(dictionary.start, is_final, first_arcs, targets)

    @property
    def count(self) -> int:
        """The number of words."""
        return self._words_from(self._dictionary.start)

    def sample(self, size: int) -> Iterator[Spelling]:
        """Yield all words if there are at most `size`, otherwise `size` words at equal distances."""
        size = min(size, self.count)
        for number in range(size):
            yield self._word_at(number * self.count // size)

    def _words_from(self, state: int) -> int:
        return int(min(self._words[state], _MAX_WORDS))

    def _word_at(self, number: int) -> Spelling:
        """Return word `number`, from 0, in the order of the labels."""
        state, labels = self._dictionary.start, []
        while not self._dictionary.is_final(state):
            for label, target in self._dictionary.arcs_of(state):  # noqa: B007 - the last ones are used below
                words = self._words_from(target)
                if number < words:
                    break
                number -= words
            labels.append(label)
            state = target
        return tuple(labels)


def _check_labels(labels: Array, outputs: Array, first_arcs: Array) -> None:
    ascends = labels[1:] > labels[:-1]
    begins = np.zeros(len(labels) + 1, bool)
    begins[first_arcs] = True
    if not (ascends | begins[1:-1]).all() or (labels != outputs).any() or labels.min() <= 0:
        raise ScorerDamaged("the letters of its dictionary are damaged")


def _count_words(start: int, is_final: Array, first_arcs: Array, targets: Array) -> Array:
    """Count the words from each state on, as floats, because a damaged file may have very many.

    Raises:
        ScorerDamaged: the automaton has a cycle, or a state that no word reaches.
    """
    pending = np.bincount(targets, minlength=len(is_final))
    levels, level, visited = [], np.array([start]), 0
    while len(level) and not pending[level].any():
        levels.append(level)
        visited += len(level)
        reached = targets[_arcs_of(level, first_arcs)[1]]
        pending -= np.bincount(reached, minlength=len(is_final))
        candidates = np.unique(reached)
        level = candidates[pending[candidates] == 0]
    if visited != len(is_final):
        raise ScorerDamaged("its dictionary has letters that lead nowhere or in a circle")
    words = is_final.astype(np.float64)
    for level in reversed(levels):
        sources, arcs = _arcs_of(level, first_arcs)
        words += np.bincount(sources, words[targets[arcs]], minlength=len(is_final))
    return words


def _arcs_of(states: Array, first_arcs: Array) -> tuple[Array, Array]:
    """Return the arcs of states as two arrays: the state of each arc, and the number of the arc."""
    counts = first_arcs[states + 1] - first_arcs[states]
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(states, counts), np.repeat(first_arcs[states], counts) + offsets
