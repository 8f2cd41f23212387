"""WAV files of every kind, and what happens to their headers on the way: each mutant is the same in every run."""

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

from tests.support.transcriber.wav_files import RATE, wav, with_sizes

#: Long enough that a lost end is more than the stray bytes a file may have.
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
    """A whole file; its audio lies from `start` to `end`."""

    data: bytes
    start: int
    end: int

    @property
    def order(self) -> str:
        """Of its bytes, as `struct` has it."""
        return ">" if self.data.startswith(b"RIFX") else "<"

    @property
    def tail(self) -> int:
        """How many bytes follow the audio."""
        return len(self.data) - self.end


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a little-endian file."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _seed(data: bytes) -> Seed:
    start = data.index(b"data") + 8
    return Seed(data, start, len(data))


def _written(samples: npt.NDArray[Any], subtype: str, endian: str = "FILE") -> bytes:
    """By way of a file: in memory, libsndfile does not write GSM."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.wav")
        soundfile.write(path, samples, RATE, subtype, endian, "WAV")
        return path.read_bytes()


def _extensible(stereo: bytes) -> bytes:
    """A big-endian file of two channels of 24 bits in the extensible form, which libsndfile does not write."""
    guid = struct.pack(">IHH", 1, 0, 0x10) + bytes.fromhex("800000aa00389b71")
    form = struct.pack(">HHIIHHHHI", 0xFFFE, 2, RATE, RATE * 6, 6, 24, 22, 24, 3) + guid
    body = b"WAVEfmt " + struct.pack(">I", len(form)) + form + stereo[stereo.index(b"data") :]
    return b"RIFX" + struct.pack(">I", len(body)) + body


def seeds() -> dict[str, Seed]:
    """One file of each kind that is read, by name: loud noise, so that each lost or shifted sample shows."""
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
    made = {name: _seed(data) for name, data in files.items()}
    start = tagged.index(b"data") + 8
    return {**made, "tags": Seed(tagged, start, start + 2 * _FRAMES)}


def mutants(seed: Seed) -> Iterator[tuple[str, bytes]]:
    """What becomes of `seed`, each once and with a name that says how."""
    seen = {hash(seed.data)}
    for name, data in _all_mutants(seed):
        if hash(data) not in seen:
            seen.add(hash(data))
            yield name, data


def _all_mutants(seed: Seed) -> Iterator[tuple[str, bytes]]:
    data, places = seed.data, [*range(seed.start), *range(seed.end, len(seed.data))]
    for at in places:
        for value in _BYTES:
            yield f"byte {at} = {value:#x}", _with(data, at, bytes([value]))
        for bit in range(8):
            yield f"bit {bit} of byte {at} flipped", _with(data, at, bytes([data[at] ^ 1 << bit]))
        yield f"cut before byte {at}", data[:at]
    for at in places[::2]:
        for value in _WORDS:
            yield f"16 bits at {at} = {value:#x}", _with(data, at, struct.pack(f"{seed.order}H", value))
    for at in places[::4]:
        for value in _LONGS:
            yield f"32 bits at {at} = {value:#x}", _with(data, at, struct.pack(f"{seed.order}I", value))
    for value in range(0, len(data), 97):
        yield f"cut before byte {value}", data[:value]
    yield from _with_other_chunks(seed)
    chance = random.Random(len(data))  # noqa: S311 - the same in every run
    for number in range(_RANDOM):
        mutant = bytearray(data)
        for at in chance.sample(places, 1 + number % 5):
            mutant[at] = chance.randrange(256)
        yield f"random bytes {number}", bytes(mutant)
        at = chance.choice(places)
        garbage = chance.randbytes(chance.choice((1, 2, 3, 8, 100, 5000)))
        yield f"{len(garbage)} bytes inserted at {at}", data[:at] + garbage + data[at:]


def _with(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def _with_other_chunks(seed: Seed) -> Iterator[tuple[str, bytes]]:
    """Its chunks doubled, left out, in another order, cut short without a word, and a second file behind the first."""
    data, at, chunks = seed.data, 12, []
    while at < len(data):
        size = seed.end - seed.start if at + 8 == seed.start else struct.unpack_from(f"{seed.order}I", data, at + 4)[0]
        chunks.append(data[at : at + 8 + size + size % 2])
        at += len(chunks[-1])
    for number, chunk in enumerate(chunks):
        before, after, name = chunks[:number], chunks[number + 1 :], chunk[:4].decode()
        yield f"{name} doubled", data[:12] + b"".join([*before, chunk, *chunks[number:]])
        yield f"{name} left out", data[:12] + b"".join(before + after)
        yield f"{name} first", data[:12] + b"".join([chunk, *before, *after])
        yield f"{name} last", data[:12] + b"".join([*before, *after, chunk])
        yield f"{name} again at the end", data[:12] + b"".join([*chunks, chunk])
        for cut in range(1, min(len(chunk), 64)):
            yield f"{name} without {cut} bytes", data[:12] + b"".join([*before, chunk[:-cut], *after])
    yield "twice in one file", data + data
