"""The `fmt ` chunk of a WAV file, which says how the audio is encoded, and a check that the chunk is consistent.

Layout: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" and "New Multimedia Data Types and
Data Techniques 3.0"; the extensible form: "Multiple Channel Audio Data and WAVE Files".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from transcriber.audio.wave_codecs import codec_name
from transcription.contract.errors import AudioCorrupt

_PCM, _MS_ADPCM, _FLOAT, _ALAW, _ULAW, _IMA_ADPCM, _GSM610 = 1, 2, 3, 6, 7, 0x11, 0x31
_IN_BLOCKS = (_MS_ADPCM, _IMA_ADPCM, _GSM610)
#: In the extensible form, the encoding is at the start of a GUID at this offset.
_EXTENSIBLE, _GUID_OFFSET = 0xFFFE, 24

#: The least size of the chunk in bytes: of any form, and of the extensible form.
_SHORTEST, _EXTENDED = 16, 40
#: The size of a block of GSM 6.10, in bytes and in frames. A block contains two GSM frames of 32.5 bytes.
_GSM_BYTES, _GSM_FRAMES = 65, 320
#: In hertz. A header with another rate is damaged, and resampling from that rate could fill the memory.
_RATES = range(1_000, 768_001)
#: libsndfile decodes no more.
_MOST_CHANNELS = 1024
#: The largest numbers in fields of 16 and 32 bits.
_16_BITS, _32_BITS = 0xFFFF, 0xFFFFFFFF
#: The coefficients of Microsoft ADPCM that all encoders use.
_MS_COEFFICIENTS = (256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232)


@dataclass(frozen=True)
class WaveFormat:
    """The encoding of audio, its sample rate and the size of its blocks.

    A block has `block_bytes` bytes and contains `block_frames` frames. A frame is one sample of each channel. In
    uncompressed audio, each block contains one frame.
    """

    encoding: int
    channels: int
    #: In hertz.
    rate: int
    block_bytes: int
    block_frames: int

    @property
    def bytes_per_second(self) -> float:
        """The number of bytes that a second of audio has."""
        return self.rate * self.block_bytes / self.block_frames

    def frames(self, size: int) -> int:
        """Return the number of frames in `size` bytes.

        An incomplete block at the end counts with the frames that its bytes are enough for. Recorders write such
        blocks, and some add bytes that contain no audio.
        """
        blocks, rest = divmod(size, self.block_bytes)
        return blocks * self.block_frames + self._frames_of_rest(rest)

    def _frames_of_rest(self, size: int) -> int:
        """Return the number of frames in the first `size` bytes of a block. `size` is less than `block_bytes`."""
        if self.encoding == _GSM610:
            return _GSM_FRAMES // 2 if size > _GSM_BYTES // 2 else 0
        if self.encoding == _IMA_ADPCM:  # after the header, each channel in turn has 8 samples in 4 bytes
            groups = size // (4 * self.channels)
            return 1 + 8 * (groups - 1) if groups else 0
        if self.encoding == _MS_ADPCM:  # after the header, each channel in turn has a sample in half a byte
            samples = (size - 7 * self.channels) * 2
            return 2 + samples // self.channels if samples >= 0 else 0
        return 0

    def chunk(self, order: str) -> bytes:
        """Return the content of a `fmt ` chunk for this format, without anything that decoders need not know.

        Args:
            order: the byte order, `<` or `>` as in `struct`.
        """
        bits = {_GSM610: 0, _IMA_ADPCM: 4, _MS_ADPCM: 4}.get(self.encoding, self.block_bytes // self.channels * 8)
        bytes_per_second = min(int(self.bytes_per_second), _32_BITS)
        fields = (self.encoding, self.channels, self.rate, bytes_per_second, self.block_bytes, bits)
        form = struct.pack(f"{order}HHIIHH", *fields)
        if self.encoding not in _IN_BLOCKS:
            return form
        if self.encoding == _MS_ADPCM:
            return form + struct.pack(f"{order}3H14h", 32, self.block_frames, 7, *_MS_COEFFICIENTS)
        return form + struct.pack(f"{order}2H", 2, self.block_frames)


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
    if channels > _MOST_CHANNELS:
        raise AudioCorrupt(
            f"The WAV header says that the audio has {channels} channels; at most {_MOST_CHANNELS} are supported. "
            "Export the file again."
        )

    if encoding in _IN_BLOCKS:
        return WaveFormat(encoding, channels, rate, align, _block_frames(encoding, channels, align))
    width = _sample_bytes(encoding, bits)
    if align not in (0, channels * width):  # some programs write 0
        raise AudioCorrupt(
            f"The WAV header contradicts itself: {channels} channels of {bits} bits, but {align} bytes for one sample "
            "of all channels. Export the file again, as 16-bit PCM."
        )
    return WaveFormat(encoding, channels, rate, channels * width, 1)


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
        f"The name of this encoding is: {codec_name(encoding)}. Export the file again, as 16-bit PCM."
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
    frames = (align - header_bytes * channels) * 2 // channels + header_frames
    if encoding == _GSM610 or align < header_bytes * channels or frames > _16_BITS:
        raise AudioCorrupt(
            f"The WAV header says {align} bytes a block, which its encoding does not allow. "
            "Export the file again, as 16-bit PCM."
        )
    return frames
