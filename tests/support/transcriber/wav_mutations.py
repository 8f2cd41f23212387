"""Seeds, which are WAV files of every supported kind, and mutants, which are thousands of damaged copies.

Each call makes the same mutants.
"""

from __future__ import annotations

import random
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from tests.support.transcriber.wav_files import RATE, chunk, wav, with_sizes

#: The number of frames. It is so large that a lost end of the audio is longer than the bytes that the decoder accepts
#: after the audio.
_FRAMES = 3000
_BYTES = (0, 1, 0x7F, 0x80, 0xFF)
_WORDS = (0, 1, 2, 7, 8, 17, 0x40, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)
_LONGS = (
    0,
    1,
    7,
    8,
    999,
    0x7FFEFFFF,
    0x7FFF0000,
    0x7FFFFFFF,
    0x80000000,
    0x80000001,
    0xFFFFFFF7,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
_RANDOM = 150


@dataclass(frozen=True)
class Seed:
    """An undamaged WAV file."""

    #: The content of the file.
    data: bytes
    #: The offset of the first byte of the audio.
    start: int
    #: The offset after the last byte of the audio.
    end: int

    @property
    def order(self) -> str:
        """The byte order, in the notation of `struct`."""
        return ">" if self.data.startswith(b"RIFX") else "<"

    @property
    def tail(self) -> int:
        """The number of bytes after the audio."""
        return len(self.data) - self.end


def _seed(data: bytes) -> Seed:
    start = data.index(b"data") + 8
    return Seed(data, start, len(data))


def _written(samples: npt.NDArray[Any], subtype: str, endian: str = "FILE") -> bytes:
    """Return the content of a WAV file. The function writes to the disk, because libsndfile writes no GSM to memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.wav")
        soundfile.write(path, samples, RATE, subtype, endian, "WAV")
        return path.read_bytes()


def _extensible(stereo: bytes) -> bytes:
    """Return a big-endian WAV file in the extensible format, which libsndfile does not write.

    Args:
        stereo: a big-endian WAV file with two channels of 24 bits.
    """
    guid = struct.pack(">IHH", 1, 0, 0x10) + bytes.fromhex("800000aa00389b71")
    form = struct.pack(">HHIIHHHHI", 0xFFFE, 2, RATE, RATE * 6, 6, 24, 22, 24, 3) + guid
    body = b"WAVEfmt " + struct.pack(">I", len(form)) + form + stereo[stereo.index(b"data") :]
    return b"RIFX" + struct.pack(">I", len(body)) + body


def seeds() -> dict[str, Seed]:
    """Return a file of each supported kind, by name. The audio is loud noise, so that lost or shifted samples show."""
    noise = np.random.default_rng(4).normal(0, 5000, _FRAMES).astype(np.int16)
    stereo = np.stack([noise, noise[::-1]], axis=1)
    plain = wav(noise)
    head, audio = plain[:36], plain[36:]
    tags = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"a name")) + chunk(b"odd ", b"abc")
    tagged = with_sizes(head + tags + audio + tags, 36 + len(tags) * 2 + len(audio) - 8, 2 * _FRAMES)
    files = {
        "8-bit": wav(noise, subtype="PCM_U8"),
        "16-bit": plain,
        "24-bit": wav(noise, subtype="PCM_24"),
        "32-bit": wav(noise, subtype="PCM_32"),
        "float": wav(noise, subtype="FLOAT"),
        "double": wav(noise, subtype="DOUBLE"),
        "a-law": wav(noise, subtype="ALAW"),
        "mu-law": wav(noise, subtype="ULAW"),
        "stereo": wav(stereo),
        "six-channels": wav(np.repeat(noise[:, None], 6, axis=1), kind="WAVEX"),
        "44-khz": wav(stereo, 44100, "PCM_24"),
        "8-khz": wav(noise, 8000, "ULAW"),
        "extensible": wav(stereo, kind="WAVEX"),
        "extensible-float": wav(noise, subtype="FLOAT", kind="WAVEX"),
        "rf64": wav(noise, kind="RF64"),
        "bw64": b"BW64" + wav(stereo, kind="RF64")[4:],
        "rifx": _written(noise, "PCM_16", "BIG"),
        "rifx-float": _written(noise / 32768, "FLOAT", "BIG"),
        "rifx-extensible": _extensible(_written(stereo, "PCM_24", "BIG")),
        "streamed": with_sizes(plain, 0xFFFFFFFF, 0xFFFFFFFF),
        "unfinished": with_sizes(plain, 0, 0),
        "ima-adpcm": wav(noise, subtype="IMA_ADPCM"),
        "ms-adpcm": wav(stereo, subtype="MS_ADPCM"),
        "gsm": _written(noise, "GSM610"),
    }
    named_seeds = {name: _seed(data) for name, data in files.items()}
    start = tagged.index(b"data") + 8
    return {**named_seeds, "tags": Seed(tagged, start, start + 2 * _FRAMES)}


def mutants(seed: Seed) -> Iterator[tuple[str, bytes]]:
    """Yield a name and the content of each damaged copy of a file, each copy once. The name describes the damage."""
    seen = {hash(seed.data)}
    for name, data in _all_mutants(seed):
        if hash(data) not in seen:
            seen.add(hash(data))
            yield name, data


def _all_mutants(seed: Seed) -> Iterator[tuple[str, bytes]]:
    data, offsets = seed.data, [*range(seed.start), *range(seed.end, len(seed.data))]
    for offset in offsets:
        for value in _BYTES:
            yield f"byte {offset} = {value:#x}", _with(data, offset, bytes([value]))
        for bit in range(8):
            yield f"bit {bit} of byte {offset} flipped", _with(data, offset, bytes([data[offset] ^ 1 << bit]))
        yield f"cut before byte {offset}", data[:offset]
    for offset in offsets[::2]:
        for value in _WORDS:
            yield f"16 bits at {offset} = {value:#x}", _with(data, offset, struct.pack(f"{seed.order}H", value))
    for offset in offsets[::4]:
        for value in _LONGS:
            yield f"32 bits at {offset} = {value:#x}", _with(data, offset, struct.pack(f"{seed.order}I", value))
    for offset in range(0, len(data), 97):
        yield f"cut before byte {offset}", data[:offset]
    yield from _with_other_chunks(seed)
    rng = random.Random(len(data))  # noqa: S311 - the same in every run
    for number in range(_RANDOM):
        mutant = bytearray(data)
        for offset in rng.sample(offsets, 1 + number % 5):
            mutant[offset] = rng.randrange(256)
        yield f"random bytes {number}", bytes(mutant)
        offset = rng.choice(offsets)
        garbage = rng.randbytes(rng.choice((1, 2, 3, 8, 100, 5000)))
        yield f"{len(garbage)} bytes inserted at {offset}", data[:offset] + garbage + data[offset:]


def _with(data: bytes, offset: int, value: bytes) -> bytes:
    return data[:offset] + value + data[offset + len(value) :]


def _with_other_chunks(seed: Seed) -> Iterator[tuple[str, bytes]]:
    """Yield copies with chunks doubled, left out, reordered or shortened, and a file that contains the seed twice."""
    data, offset, chunks = seed.data, 12, []
    while offset < len(data):
        is_audio = offset + 8 == seed.start
        size = seed.end - seed.start if is_audio else struct.unpack_from(f"{seed.order}I", data, offset + 4)[0]
        chunks.append(data[offset : offset + 8 + size + size % 2])
        offset += len(chunks[-1])
    for number, content in enumerate(chunks):
        before, after, name = chunks[:number], chunks[number + 1 :], content[:4].decode()
        yield f"{name} doubled", data[:12] + b"".join([*before, content, *chunks[number:]])
        yield f"{name} left out", data[:12] + b"".join(before + after)
        yield f"{name} first", data[:12] + b"".join([content, *before, *after])
        yield f"{name} last", data[:12] + b"".join([*before, *after, content])
        yield f"{name} again at the end", data[:12] + b"".join([*chunks, content])
        for cut in range(1, min(len(content), 64)):
            yield f"{name} without {cut} bytes", data[:12] + b"".join([*before, content[:-cut], *after])
    yield "twice in one file", data + data
