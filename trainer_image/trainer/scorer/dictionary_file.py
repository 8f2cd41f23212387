"""The dictionary of a scorer: the smallest automaton that accepts the spellings of all words, in OpenFST's format.

`transcription.contract.scorer.dictionary` describes the format. Endings that words share are stored once, as
DeepSpeech's own tool does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import groupby

from transcription.contract.scorer.dictionary import ARC, STATE
from transcription.contract.scorer.dictionary_words import Spelling
from transcription.contract.scorer.spelling import spell

_MAGIC = 2125659606
_ALIGNED_VERSION = 1
_ALIGNMENT = 16
#: OpenFST's properties of the automaton: expanded, acceptor, deterministic, no epsilons, sorted by label, unweighted,
#: no cycles, each state reachable and useful.
_PROPERTIES = sum(1 << bit for bit in (0, 16, 18, 20, 23, 25, 27, 28, 30, 33, 35, 37, 40, 42))
#: Final weight of a state in which no word ends.
_NOT_FINAL = float("inf")
#: The arcs of a state: pairs of label and target.
Arcs = tuple[tuple[int, int], ...]


def build_states(words: Iterable[str], alphabet: Sequence[bytes]) -> list[Arcs]:
    """Return the arcs of each state of the smallest automaton.

    State 0 is the end of all words, and the last state is the start.

    Args:
        words: different words without spaces, in the letters of the alphabet.
        alphabet: the letters of the acoustic model, by label.
    """
    spellings = sorted(spell(word.encode(), alphabet, in_bytes=False) for word in words)
    numbers: dict[Arcs, int] = {(): 0}
    _add_state(spellings, 0, numbers)
    return list(numbers)


def pack_dictionary(states: Sequence[Arcs], offset: int) -> bytes:
    """Return a dictionary as a part of a file.

    Args:
        states: the states as `build_states` returns them.
        offset: the offset of the dictionary in the file, because its arrays are aligned in the file.
    """
    arcs = sum(map(len, states))
    content = bytearray(struct.pack("<i", _MAGIC) + _string(b"const") + _string(b"standard"))
    content += struct.pack("<iiQqqq", _ALIGNED_VERSION, 0, _PROPERTIES, len(states) - 1, len(states), arcs)
    content += bytes(-(offset + len(content)) % _ALIGNMENT)
    first = 0
    for number, following in enumerate(states):
        content += STATE.pack(_NOT_FINAL if number else 0.0, first, len(following), 0, 0)
        first += len(following)
    content += bytes(-(offset + len(content)) % _ALIGNMENT)
    for following in states:
        for label, target in following:
            content += ARC.pack(label, label, 0.0, target)
    return bytes(content)


def _add_state(spellings: Sequence[Spelling], depth: int, numbers: dict[Arcs, int]) -> int:
    """Return the number of the state from which the rests of the spellings go on. Equal states have the same number.

    Args:
        spellings: sorted spellings with the same first `depth` labels.
        depth: how many labels lead to the state.
        numbers: the number of each state by its arcs. New states are added.
    """
    arcs = []
    for label, same in groupby(spellings, key=lambda spelling: spelling[depth]):
        group = list(same)
        ends = len(group[0]) == depth + 1
        arcs.append((label, 0 if ends else _add_state(group, depth + 1, numbers)))
    return numbers.setdefault(tuple(arcs), len(numbers))


def _string(text: bytes) -> bytes:
    return struct.pack("<i", len(text)) + text
