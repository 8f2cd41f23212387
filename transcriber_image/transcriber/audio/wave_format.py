"""The `fmt ` chunk of a WAV file, which says how the audio is encoded, and a check that the chunk is consistent.

Layout: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" and "New Multimedia Data Types and
Data Techniques 3.0"; the extensible form: "Multiple Channel Audio Data and WAVE Files".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from transcription.contract.errors import AudioCorrupt

_PCM, _MS_ADPCM, _FLOAT, _ALAW, _ULAW, _IMA_ADPCM, _GSM610 = 1, 2, 3, 6, 7, 0x11, 0x31
#: In the extensible form, the encoding is at the start of a GUID at this offset.
_EXTENSIBLE, _GUID_OFFSET = 0xFFFE, 24

#: The least size of the chunk in bytes: of any form, and of the extensible form.
_SHORTEST, _EXTENDED = 16, 40
#: The size of a block of GSM 6.10, in bytes and in frames.
_GSM_BYTES, _GSM_FRAMES = 65, 320
#: In hertz. A header with another rate is damaged, and resampling from that rate could fill the memory.
_RATES = range(1_000, 768_001)


@dataclass(frozen=True)
class WaveFormat:
    """The sample rate of audio and the size of its blocks.

    A block has `block_bytes` bytes and contains `block_frames` frames. A frame is one sample of each channel. In
    uncompressed audio, each block contains one frame.
    """

    #: In hertz.
    rate: int
    block_bytes: int
    block_frames: int

    def frames(self, size: int) -> int:
        """Return the number of frames in `size` bytes. An incomplete block at the end does not count."""
        return size // self.block_bytes * self.block_frames


def parse_format(chunk: bytes, order: str) -> WaveFormat:
    """Parse a `fmt ` chunk.

    Args:
        chunk: the content of the chunk.
        order: the byte order, `<` or `>` as in `struct`.

    Raises:
        AudioCorrupt: the format contradicts itself, or its encoding is not supported. An encoding is supported only if
            the length of the audio can be checked.
    """
    if len(chunk) < _SHORTEST:
        raise AudioCorrupt(
            f"The WAV header describes the encoding in {len(chunk)} bytes and needs {_SHORTEST}. Export the file again."
        )
    encoding, channels, rate, _, align, bits = struct.unpack_from(f"{order}HHIIHH", chunk)
    if encoding == _EXTENSIBLE and len(chunk) >= _EXTENDED:
        (encoding,) = struct.unpack_from(f"{order}I", chunk, _GUID_OFFSET)
    if rate not in _RATES:
        raise AudioCorrupt(
            f"The WAV header gives a sample rate of {rate} Hz; rates from {_RATES[0]} to {_RATES[-1]} Hz are "
            "supported. Export the file again."
        )
    if channels == 0:
        raise AudioCorrupt("The WAV header says that the audio has no channels. Export the file again.")

    if encoding in (_IMA_ADPCM, _MS_ADPCM, _GSM610):
        return WaveFormat(rate, align, _block_frames(encoding, channels, align))
    width = _sample_bytes(encoding, bits)
    if align not in (0, channels * width):  # some programs write 0
        raise AudioCorrupt(
            f"The WAV header contradicts itself: {channels} channels of {bits} bits, but {align} bytes for one sample "
            "of all channels. Export the file again, as 16-bit PCM."
        )
    return WaveFormat(rate, channels * width, 1)


def _sample_bytes(encoding: int, bits: int) -> int:
    """Return the size of one sample of one channel, in bytes.

    Args:
        encoding: the number of the encoding.
        bits: the bits of one sample.

    Raises:
        AudioCorrupt: the encoding is not supported.
    """
    if encoding == _PCM and bits in range(1, 33):
        return (bits + 7) // 8
    if encoding == _FLOAT and bits in (32, 64):
        return bits // 8
    if encoding in (_ALAW, _ULAW):
        return 1
    raise AudioCorrupt(
        f"The WAV file's format is not supported: encoding 0x{encoding:04x}, {bits} bits. "
        "Export the file again, as 16-bit PCM."
    )


def _block_frames(encoding: int, channels: int, align: int) -> int:
    """Return the number of frames in a compressed block of `align` bytes.

    Raises:
        AudioCorrupt: the encoding has no blocks of this size.
    """
    if encoding == _GSM610 and align == _GSM_BYTES:
        return _GSM_FRAMES
    # An ADPCM block starts with a header for each channel, which contains the channel's first samples. Each other
    # sample has 4 bits.
    header_bytes, header_frames = (4, 1) if encoding == _IMA_ADPCM else (7, 2)
    if encoding == _GSM610 or align < header_bytes * channels:
        raise AudioCorrupt(
            f"The WAV header says {align} bytes a block, which its encoding does not allow. "
            "Export the file again, as 16-bit PCM."
        )
    return (align - header_bytes * channels) * 2 // channels + header_frames
