"""The dictionary, which is the last part of a scorer: an automaton of OpenFST that accepts the spellings of all words.

Each arc has the label of a letter: its number in the alphabet plus one, because OpenFST reserves 0. In a scorer for
letters, the space ends each word. In a scorer for bytes, a word is one character, and its arcs are the bytes of it.

Source: `Scorer::fill_dictionary` in DeepSpeech's scorer.cpp, and OpenFST 1.6.7's fst.cc and const-fst.h.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from transcription.contract.scorer.file_parts import Data, ScorerDamaged, ScorerUnfit, numbers, require

_MAGIC = 2125659606
_KIND, _ARC_KIND = b"const", b"standard"
_LAYOUT = "<iiQqqq"
#: Version of the format in which the arrays are aligned, and the flag that says the same; and the unaligned version.
_ALIGNED, _UNALIGNED, _IS_ALIGNED = 1, 2, 4
_ALIGNMENT = 16
#: The property that the arcs of each state are sorted by label, and the property that something failed.
_SORTED, _FAILED = 1 << 28, 1 << 2
#: Maximum number of states and of arcs: they are counted in 32 bits.
_MAX_PARTS = 2**31 - 1
#: A state: final weight, number of its first arc, number of arcs, and numbers of arcs without input and output.
STATE = struct.Struct("<fIIII")
#: An arc: its label twice, a weight, and the state to which it leads.
ARC = struct.Struct("<iifi")
#: Maximum length of the name of a kind of automaton that is read.
_MAX_NAME = 64
_HEADER = "the header of the dictionary"


@dataclass(frozen=True)
class Dictionary:
    """The automaton, which is read state by state. Offsets count from the start of `data`."""

    #: The file, or its end from any byte on.
    data: Data
    start: int
    states: int
    arcs: int
    #: Offsets of the states and of the arcs.
    states_offset: int
    arcs_offset: int

    def is_final(self, state: int) -> bool:
        """Return whether a word ends in a state."""
        weight: float = self._state(state)[0]
        return not (math.isinf(weight) and weight > 0)

    def arcs_of(self, state: int) -> list[tuple[int, int]]:
        """Return the label and the target of each arc of a state.

        Raises:
            ScorerDamaged: the state or its arcs do not exist.
        """
        _, first, count, _, _ = self._state(state)
        if first + count > self.arcs:
            raise ScorerDamaged("its dictionary has a state whose arcs do not exist")
        offset = self.arcs_offset + first * ARC.size
        content = self.data[offset : offset + count * ARC.size]
        return [(label, target) for label, _, _, target in ARC.iter_unpack(content)]

    def _state(self, state: int) -> tuple[float, int, int, int, int]:
        if not 0 <= state < self.states:
            raise ScorerDamaged("its dictionary leads to states that do not exist")
        offset = self.states_offset + state * STATE.size
        return STATE.unpack(self.data[offset : offset + STATE.size])


def open_dictionary(data: Data, offset: int, start: int = 0) -> Dictionary:
    """Read the header of a dictionary and check the length of the file.

    Args:
        data: the file, or its end from byte `start` on.
        offset: the offset of the dictionary in `data`.
        start: the offset of `data` in the file, because the states and the arcs are aligned in the file.

    Raises:
        ScorerDamaged: the dictionary is cut off or damaged.
        ScorerUnfit: it is another kind of automaton.
    """
    (magic,) = numbers(data, offset, "<i", _HEADER)
    if magic != _MAGIC:
        raise ScorerDamaged("its dictionary does not begin as OpenFST's automata do")
    offset += 4
    for expected in (_KIND, _ARC_KIND):
        (length,) = numbers(data, offset, "<i", _HEADER)
        (name,) = numbers(data, offset + 4, f"{max(0, min(length, _MAX_NAME))}s", _HEADER)
        if name != expected:
            raise ScorerUnfit(f"its dictionary is of kind {name!r} instead of {expected!r}")
        offset += 4 + length
    version, flags, properties, first, states, arcs = numbers(data, offset, _LAYOUT, _HEADER)
    if version not in (_ALIGNED, _UNALIGNED) or flags & ~_IS_ALIGNED:
        raise ScorerUnfit(f"its dictionary has version {version} and flags {flags}, which DeepSpeech never writes")
    if not properties & _SORTED or properties & _FAILED:
        raise ScorerDamaged("its dictionary is said to be unsorted or to have failed")
    if not (0 < states <= _MAX_PARTS and 0 < arcs <= _MAX_PARTS):
        raise ScorerDamaged(f"its dictionary has {states:,} states and {arcs:,} arcs")
    if not 0 <= first < states:
        raise ScorerDamaged("its dictionary leads to states that do not exist")
    is_aligned = version == _ALIGNED or bool(flags & _IS_ALIGNED)
    states_offset = _align(offset + struct.calcsize(_LAYOUT), start, is_aligned)
    require(data, states_offset, states * STATE.size, "the states of the dictionary")
    arcs_offset = _align(states_offset + states * STATE.size, start, is_aligned)
    require(data, arcs_offset, arcs * ARC.size, "the arcs of the dictionary")
    return Dictionary(data, first, states, arcs, states_offset, arcs_offset)


def _align(offset: int, start: int, is_aligned: bool) -> int:
    return offset + -(offset + start) % _ALIGNMENT if is_aligned else offset
