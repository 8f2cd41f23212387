"""The decoder of all other formats: FFmpeg, through PyAV."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.stream import Disposition

from transcriber.audio.decoder.decoder import BLOCK_SAMPLES, Block, Decoder, no_samples
from transcriber.audio.decoder.errors import broken_off
from transcriber.audio.decoder.ffmpeg_source import FfmpegSource
from transcriber.audio.decoder.limits import HOURS
from transcriber.audio.decoder.messages import Description
from transcription.contract.errors import AudioCorrupt, AudioNoSamples, AudioProtected, AudioTooLarge

#: FFmpeg's names of the formats. Without a name, FFmpeg would also read lists of addresses and open those.
_FORMATS = {
    "FLAC": "flac",
    "Ogg": "ogg",
    "MP3": "mp3",
    "AIFF": "aiff",
    "CAF": "caf",
    "AU": "au",
    "Wave64": "w64",
    "SPHERE": "nistsphere",
    "MP4": "mov",
    "WebM": "matroska",
    "AAC": "aac",
    "AMR": "amr",
    "Windows Media": "asf",
}
#: What FFmpeg reads in place of a file's own bytes, by their position. libsndfile reads AU files, unless their length
#: is one of the many numbers that stand for "unknown". FFmpeg knows this one.
_REPLACEMENTS: dict[str, dict[int, bytes]] = {"AU": {8: b"\xff\xff\xff\xff"}}
#: Formats with a time for each packet. A gap between packets is silence.
_TIMED = ("MP4", "WebM", "Windows Media", "Ogg")
#: A shorter gap between packets is a rounded time, in seconds.
_GAP_SECONDS = 0.1
#: The part of packets that may be damaged. FFmpeg drops them, and silence takes their place.
_DAMAGED = 0.01
#: For an estimate of the length, in bits per second.
_BIT_RATE = 64_000
#: Sample entries of protected audio: ISO/IEC 14496-12 and Apple.
_PROTECTED = ("enca", "drms")


class FfmpegDecoder(Decoder):
    """A file that FFmpeg decodes.

    Args:
        file: the file.
        file_format: the name of its format, from `content_type`.

    Raises:
        AudioNoSamples: the file has no sound.
        AudioProtected: the file is encrypted.
        AudioCorrupt: FFmpeg cannot read the file.
    """

    def __init__(self, file: BinaryIO, file_format: str) -> None:
        self._format = file_format
        try:
            self._container = av.open(
                FfmpegSource(file, _REPLACEMENTS.get(file_format, {})),
                "r",
                format=_FORMATS[file_format],
                metadata_errors="ignore",
            )
        except (av.error.FFmpegError, ValueError) as error:
            raise self._undecodable(error) from error
        streams = self._container.streams.audio
        if not streams:
            raise AudioNoSamples(
                "The file contains no sound, only pictures or data. Upload the recording with its sound."
            )
        self._stream = _default(streams)
        if self._stream.codec_context.codec_tag.strip("\0") in _PROTECTED:
            raise AudioProtected(
                "The file is protected by digital rights management. Upload a copy without protection."
            )
        self._stream.codec_context.thread_count = 1
        #: The numbers of packets so far, and of those that cannot be decoded.
        self._packets = self._damaged = 0
        #: Whether the last packet so far is damaged.
        self._ends_damaged = False
        self._frames = self._decode_packets()
        # Only the first frame says the rate of HE-AAC.
        first = next(self._frames, None)
        if first is None:
            raise no_samples()
        self._first = first
        rate = first.sample_rate
        super().__init__(
            Description(
                rate,
                self._first.layout.nb_channels,
                round(self._estimate_seconds(file) * rate),
                self._stream.codec_context.name.upper(),
                _notes(streams, self._stream),
            )
        )

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def decode(self) -> Iterator[Block]:
        """Decode the audio, and yield it in blocks. Silence fills gaps between packets, so that all times are right.

        Raises:
            AudioCorrupt: too many packets are damaged, or the sample rate changes.
            AudioTooLarge: a gap is longer than any recording.
        """
        channels, rate = self.description.channels, self.description.sample_rate
        pieces: list[Block] = []
        waiting = 0
        for frame in chain([self._first], self._frames):
            if frame.sample_rate != rate:
                raise AudioCorrupt(
                    f"The sample rate changes from {rate} to {frame.sample_rate} Hz within the file. "
                    "Export it again, as WAV or FLAC."
                )
            for silence in self._silence_before(frame, self.decoded + waiting):
                yield from pieces
                yield silence
                pieces, waiting = [], 0
            pieces.append(_to_channels(_samples(frame), channels))
            waiting += len(pieces[-1])
            if waiting * channels >= BLOCK_SAMPLES:
                yield np.concatenate(pieces)
                pieces, waiting = [], 0
        if pieces:
            yield np.concatenate(pieces)
        if self._ends_damaged and self._format == "FLAC":
            raise broken_off("FLAC", self.decoded / rate)
        if self._damaged:
            self.add_note(f"{self._damaged} of {self._packets} packets of the audio are damaged and were left out.")

    def _decode_packets(self) -> Iterator[AudioFrame]:
        """Yield the decoded frames of FFmpeg. A frame has the samples of one packet or of a part of it.

        Raises:
            AudioCorrupt: the file cannot be read, or too many packets are damaged.
        """
        try:
            for packet in self._container.demux(self._stream):
                self._packets += 1
                try:
                    frames: list[Any] = list(packet.decode())
                except av.error.InvalidDataError as error:
                    self._damaged += 1
                    self._ends_damaged = True
                    if self._damaged > max(2, self._packets * _DAMAGED):
                        raise self._undecodable(error) from error
                else:
                    self._ends_damaged &= packet.size == 0  # the packet after the last one has no content
                    yield from frames
        except av.error.FFmpegError as error:
            raise self._undecodable(error) from error

    def _silence_before(self, frame: AudioFrame, position: int) -> Iterator[Block]:
        """Yield the silence between the frame number `position`, which would be next, and the time of `frame`.

        Raises:
            AudioTooLarge: there is too much of it.
        """
        if self._format not in _TIMED or frame.pts is None or frame.time_base is None:
            return
        rate, channels = self.description.sample_rate, self.description.channels
        start = (self._container.start_time or 0) / av.time_base
        missing = round((float(frame.pts * frame.time_base) - start) * rate) - position
        if missing < _GAP_SECONDS * rate:
            return
        if position + missing > HOURS * 3600 * rate:
            raise AudioTooLarge(f"The times in the file reach beyond {HOURS} hours. Export it again, as WAV or FLAC.")
        while missing:
            silence = np.zeros((min(missing, BLOCK_SAMPLES // channels), channels), np.float32)
            missing -= len(silence)
            yield silence

    def _estimate_seconds(self, file: BinaryIO) -> float:
        """Estimate the length of the audio, in seconds."""
        stream, container = self._stream, self._container
        if stream.duration and stream.time_base:
            return float(stream.duration * stream.time_base)
        if container.duration:
            return float(container.duration / av.time_base)
        return float(os.fstat(file.fileno()).st_size * 8 / (stream.codec_context.bit_rate or _BIT_RATE))

    def _undecodable(self, error: Exception) -> Exception:
        """Return the error for a file that FFmpeg cannot decode."""
        if isinstance(error, MemoryError):
            return MemoryError()
        reason = getattr(error, "strerror", None) or str(error)
        return AudioCorrupt(
            f"The {self._format} file cannot be decoded: {reason}. Export the file again, as WAV or FLAC."
        )


def _default(streams: Sequence[AudioStream]) -> AudioStream:
    """Return the sound track that players choose."""
    return next((stream for stream in streams if stream.disposition & Disposition.default), streams[0])


def _notes(streams: Sequence[AudioStream], chosen: AudioStream) -> tuple[str, ...]:
    if len(streams) == 1:
        return ()
    number = streams.index(chosen) + 1
    return (f"The file has {len(streams)} sound tracks. Track {number}, the default one, was transcribed.",)


def _samples(frame: AudioFrame) -> Block:
    """Return the samples of a frame of FFmpeg, in which full scale is 1.

    Raises:
        AudioCorrupt: PyAV does not know the form of the samples.
    """
    try:
        samples: npt.NDArray[Any] = frame.to_ndarray()
    except ValueError as error:
        raise AudioCorrupt(f"Samples of the form {frame.format.name} are not supported. Export it as WAV.") from error
    samples = samples.T if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if samples.dtype.kind == "i":
        return (samples / -float(np.iinfo(samples.dtype).min)).astype(np.float32)
    return samples.astype(np.float32)


def _to_channels(samples: Block, channels: int) -> Block:
    """Return samples with `channels` channels. If the number changes within a file, all channels get their mean."""
    if samples.shape[1] == channels:
        return samples
    return np.repeat(samples.mean(axis=1, keepdims=True), channels, axis=1)
