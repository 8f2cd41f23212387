"""KenLM's hash of a word: MurmurHash64A by Austin Appleby, which is in the public domain."""

from __future__ import annotations

_MULTIPLIER, _SHIFT, _MASK = 0xC6A4A7935BD1E995, 47, 2**64 - 1


def hash_word(word: bytes) -> int:
    """Return the 64-bit hash under which KenLM stores a word."""
    result = len(word) * _MULTIPLIER & _MASK
    whole = len(word) // 8 * 8
    for offset in range(0, whole, 8):
        block = int.from_bytes(word[offset : offset + 8], "little") * _MULTIPLIER & _MASK
        block = (block ^ block >> _SHIFT) * _MULTIPLIER & _MASK
        result = (result ^ block) * _MULTIPLIER & _MASK
    if whole < len(word):
        result = (result ^ int.from_bytes(word[whole:], "little")) * _MULTIPLIER & _MASK
    result = (result ^ result >> _SHIFT) * _MULTIPLIER & _MASK
    return result ^ result >> _SHIFT
