"""WAV files around `TONE` that are unusual and complete: odd lengths, chunks and tags, chosen by a seed."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass

from tests.support.transcriber.tone_files import FORMAT, TONE

AUDIO = TONE.tobytes()
#: Lengths that programs write in place of one that they do not know: the start and the size of a region.
PLACEHOLDERS = ((0x7FFE0000, 0x40000), (0xFFFE0000, 0x20000))


@dataclass(frozen=True)
class OddWav:
    """The content of a WAV file whose audio is `TONE`."""

    data: bytes
    #: How the file is unusual.
    oddities: tuple[str, ...]


def id3v2(content: bytes, *, footer: bool = False) -> bytes:
    """Return a tag of ID3 version 2.4 with `content`."""
    size = bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0))
    head = b"\x04\0" + (b"\x10" if footer else b"\0") + size
    return b"ID3" + head + content + (b"3DI" + head if footer else b"")


def apev2(content: bytes, *, header: bool = True) -> bytes:
    """Return a tag of APE version 2 with `content`, with a footer and perhaps a header."""

    def edge(flags: int) -> bytes:
        flags |= header << 31
        return b"APETAGEX" + struct.pack("<4I8x", 2000, len(content) + 32, 1, flags)

    return (edge(1 << 29) if header else b"") + content + edge(0)


def id3v1(title: bytes) -> bytes:
    """Return a tag of ID3 version 1."""
    return b"TAG" + title.ljust(125, b"\0")


def odd_chunk(name: bytes, content: bytes, pad: bytes) -> bytes:
    """Return a chunk with `pad` in place of the pad byte that the format demands after an odd number of bytes."""
    return name + struct.pack("<I", len(content)) + content + (pad if len(content) % 2 else b"")


def odd_wav(seed: int) -> OddWav:
    """Return an unusual WAV file. The same seed gives the same file."""
    rng = random.Random(seed)  # noqa: S311 - the same in every run
    before = b"".join(_chunk(rng) for _ in range(rng.randrange(4)))
    after = b"".join(_chunk(rng) for _ in range(rng.randrange(3)))
    head = _leading_tag(rng)
    body = b"WAVE" + FORMAT + before + b"data"
    tail = AUDIO + after
    size, riff, oddities = _lengths(rng, len(body) + 4 + len(tail))
    if oddities == "too long" and after:  # a part of a chunk is counted as audio, and not the whole chunk
        size = len(AUDIO) + 2 * rng.randrange(1, len(_first_chunk(after)) // 2)
    trailing = _trailing_tag(rng) if "too long" not in oddities else b""
    data = head + b"RIFF" + struct.pack("<I", riff) + body + struct.pack("<I", size) + tail + trailing
    names = ("leading tag",) * bool(head) + ("chunks",) * bool(before or after) + ("trailing tag",) * bool(trailing)
    return OddWav(data, (oddities, *names))


def _first_chunk(chunks: bytes) -> bytes:
    return chunks[: 8 + struct.unpack_from("<I", chunks, 4)[0]]


def _chunk(rng: random.Random) -> bytes:
    name = rng.choice([b"LIST", b"JUNK", b"bext", b"iXML", b"id3 ", b"cart", b"PAD "])
    return odd_chunk(name, rng.randbytes(rng.choice((0, 1, 3, 13, 602, 5001))), rng.choice((b"", b"\0", b"Q")))


def _leading_tag(rng: random.Random) -> bytes:
    content = rng.randbytes(rng.randrange(3000))
    return rng.choice([b"", b"", id3v2(content), id3v2(content, footer=True), apev2(content)])


def _trailing_tag(rng: random.Random) -> bytes:
    content = rng.randbytes(rng.randrange(1, 3000))
    return rng.choice([b"", b"", id3v1(b"a title"), apev2(content), apev2(content, header=False) + id3v1(b"x")])


def _lengths(rng: random.Random, body: int) -> tuple[int, int, str]:
    """Return the length of the audio and of the file in the header, and how they are unusual.

    Args:
        rng: the source of random numbers.
        body: the length of the file after its first 8 bytes.
    """
    right = len(AUDIO)
    start, count = rng.choice(PLACEHOLDERS)
    placeholder = rng.choice((0, start + rng.randrange(count)))
    return rng.choice(
        [
            (right, body, "right"),
            (right, rng.choice((0, body + 8, body - 8, 0xFFFFFFFF)), "wrong RIFF length"),
            (placeholder, rng.choice((0, placeholder, body)), "unknown"),
            (right + 2 * rng.randrange(1, 1000), body, "too long"),
        ]
    )
