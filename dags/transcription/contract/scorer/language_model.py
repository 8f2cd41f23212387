"""The language model, which is the first part of a scorer: a binary file of KenLM.

Source: KenLM's lm/binary_format.cc, as DeepSpeech 0.9.3 contains it in native_client/kenlm.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from transcription.contract.scorer.file_parts import Data, ScorerDamaged, ScorerUnfit, numbers

#: The kinds of language models, by the number in the header. DeepSpeech's recipe builds the last one.
KINDS = ("probing", "rest_probing", "trie", "quant_trie", "array_trie", "quant_array_trie")
PROBING, REST_PROBING, TRIE = 0, 1, 2
#: The versions of KenLM's data structures that DeepSpeech 0.9.3 reads: hash tables, tries.
_PROBING_VERSION, _TRIE_VERSION = 0, 1
#: Highest order that DeepSpeech 0.9.3 is compiled for (`KENLM_MAX_ORDER`).
MAX_ORDER = 6
#: Limit of the number of n-grams of one order; far more than any file could hold.
_MAX_COUNT = 2**40
_MAGIC = b"mmap lm http://kheafield.com/code format version "
_INCOMPLETE = b"mmap lm http://kheafield.com/code incomplete"
_FORMAT = 5
#: The first bytes of each file: the magic, and numbers that show how the machine stored them.
_SANITY = struct.pack("<56s3f3IQ", _MAGIC + b"5\n\0", 0.0, 1.0, -0.5, 1, 2**32 - 1, 0, 1)
#: Order, factor of the hash tables, kind, whether the words follow, version of the data structure.
_FIXED = "<B3xfIB3xI"
_HEADER = "the header of the language model"


@dataclass(frozen=True)
class LanguageModel:
    """The header of a language model."""

    #: A number in `KINDS`.
    kind: int
    #: Factor by which the hash tables are larger than their content.
    probing_multiplier: float
    #: The number of n-grams of each order; of words first.
    counts: tuple[int, ...]
    #: Length of the header, in bytes.
    header: int

    @property
    def is_trie(self) -> bool:
        """Whether the n-grams are stored as a trie, and the words in the order of their hashes."""
        return self.kind >= TRIE

    @property
    def is_quantized(self) -> bool:
        """Whether probabilities are stored as numbers of entries in a table."""
        return self.kind in (TRIE + 1, TRIE + 3)

    @property
    def has_arrays(self) -> bool:
        """Whether the high bits of the pointers are stored in arrays."""
        return self.kind in (TRIE + 2, TRIE + 3)


def read_header(data: Data) -> LanguageModel:
    """Read and check the header of a language model.

    Raises:
        ScorerDamaged: the header is cut off or damaged.
        ScorerUnfit: the file is no language model of KenLM, or one that DeepSpeech 0.9.3 cannot read.
    """
    _check_sanity(bytes(data[: len(_SANITY)]))
    order, multiplier, kind, has_words, version = numbers(data, len(_SANITY), _FIXED, _HEADER)
    if kind >= len(KINDS):
        raise ScorerDamaged(f"its language model is of kind {kind}, and the last known kind is {len(KINDS) - 1}")
    if not 2 <= order <= MAX_ORDER:  # noqa: PLR2004 - KenLM stores bigrams at least
        raise ScorerUnfit(f"its language model is of order {order}, and DeepSpeech 0.9.3 reads orders 2 to {MAX_ORDER}")
    expected = _TRIE_VERSION if kind >= TRIE else _PROBING_VERSION
    if version != expected:
        raise ScorerUnfit(f"its {KINDS[kind]} has version {version}, and DeepSpeech 0.9.3 reads version {expected}")
    if not (math.isfinite(multiplier) and multiplier >= 1.0):
        raise ScorerDamaged(f"its hash tables are to be {multiplier} times their content")
    if has_words:
        raise ScorerUnfit("its language model was built without -v, so that words stand where the dictionary belongs")
    start = len(_SANITY) + struct.calcsize(_FIXED)
    counts = numbers(data, start, f"<{order}Q", _HEADER)
    if not all(0 < count < _MAX_COUNT for count in counts):
        raise ScorerDamaged(f"its language model has {', '.join(f'{count:,}' for count in counts)} n-grams")
    return LanguageModel(kind, multiplier, counts, align8(start + 8 * order))


def _check_sanity(head: bytes) -> None:
    if head == _SANITY:
        return
    if _SANITY.startswith(head):
        raise ScorerDamaged(f"it has {len(head)} bytes: the file is cut off")
    if head.startswith(_INCOMPLETE):
        raise ScorerDamaged("its language model was not built to the end")
    if not head.startswith(_MAGIC):
        raise ScorerUnfit(f"it does not begin with a language model of KenLM, but with {head[:16]!r}")
    version = head[len(_MAGIC) :].split(b"\n")[0]
    if version.isdigit() and int(version) != _FORMAT:
        raise ScorerUnfit(f"its language model has format {int(version)}, and DeepSpeech 0.9.3 reads format {_FORMAT}")
    raise ScorerDamaged("the first bytes of its language model are damaged")


def align8(size: int) -> int:
    """Return the next multiple of 8."""
    return -(-size // 8) * 8
