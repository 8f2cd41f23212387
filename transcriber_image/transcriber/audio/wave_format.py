"""How the audio of a WAV file is encoded: its `fmt ` chunk, and whether that makes sense.

Layout: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" and "New Multimedia Data Types and
Data Techniques 3.0"; the extensible form: "Multiple Channel Audio Data and WAVE Files".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from transcription.contract.errors import AudioCorrupt

_PCM, _MS_ADPCM, _FLOAT, _ALAW, _ULAW, _IMA_ADPCM, _GSM610 = 1, 2, 3, 6, 7, 0x11, 0x31
#: The encoding is named further down, by a GUID that starts with it.
_EXTENSIBLE, _GUID_AT = 0xFFFE, 24

#: In bytes: what every format has, what the extensible form has.
_SHORTEST, _EXTENDED = 16, 40
#: A block of GSM 6.10.
_GSM_BYTES, _GSM_FRAMES = 65, 320
#: In hertz. Beyond these a header is damaged, and resampling from it could fill the memory.
_RATES = range(1_000, 768_001)


@dataclass(frozen=True)
class WaveFormat:
    """What a `fmt ` chunk says. Every block of `block_bytes` holds `block_frames` frames: a length can be checked."""

    #: In hertz.
    rate: int
    block_bytes: int
    block_frames: int

    def frames(self, size: int) -> int:
        """How many frames `size` bytes hold. A block that is cut short does not count."""
        return size // self.block_bytes * self.block_frames


def parse(chunk: bytes, order: str) -> WaveFormat:
    """The format in the content of a `fmt ` chunk; `order` is `<` or `>`, as `struct` has it.

    Raises:
        AudioCorrupt: it contradicts itself, or is an encoding whose length cannot be checked.
    """
    if len(chunk) < _SHORTEST:
        raise AudioCorrupt(f"The WAV header's format has {len(chunk)} bytes of 16. Export the file again.")
    encoding, channels, rate, _, align, bits = struct.unpack_from(f"{order}HHIIHH", chunk)
    if encoding == _EXTENSIBLE and len(chunk) >= _EXTENDED:
        (encoding,) = struct.unpack_from(f"{order}I", chunk, _GUID_AT)
    if rate not in _RATES:
        raise AudioCorrupt(f"The header says {rate} Hz, which no recording has. Export the file again.")
    if channels == 0:
        raise AudioCorrupt("The header says that there are no channels. Export the file again.")

    if encoding in (_IMA_ADPCM, _MS_ADPCM, _GSM610):
        return WaveFormat(rate, align, _block_frames(encoding, channels, align))
    width = _sample_bytes(encoding, bits)
    if align not in (0, channels * width):  # some programs leave it out
        raise AudioCorrupt(
            f"The header says {channels} channels of {bits} bits, and {align} bytes for all of them. "
            "Export the file again, as 16-bit PCM."
        )
    return WaveFormat(rate, channels * width, 1)


def _sample_bytes(encoding: int, bits: int) -> int:
    """Bytes of one sample of one channel."""
    if encoding == _PCM and bits in range(1, 33):
        return (bits + 7) // 8
    if encoding == _FLOAT and bits in (32, 64):
        return bits // 8
    if encoding in (_ALAW, _ULAW):
        return 1
    raise AudioCorrupt(
        f"The WAV file's format is not supported: encoding 0x{encoding:04x}, {bits} bits. Export it as 16-bit PCM."
    )


def _block_frames(encoding: int, channels: int, align: int) -> int:
    """Frames in a block of `align` bytes."""
    if encoding == _GSM610 and align == _GSM_BYTES:
        return _GSM_FRAMES
    # ADPCM: what each channel starts with, which holds the first frames; then four bits a sample.
    head, first = (4, 1) if encoding == _IMA_ADPCM else (7, 2)
    if encoding == _GSM610 or align < head * channels:
        raise AudioCorrupt(f"The header says {align} bytes a block, which its encoding has not. Export the file again.")
    return (align - head * channels) * 2 // channels + first
