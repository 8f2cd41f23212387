"""Audio files in all formats but WAV, written by libsndfile and by FFmpeg."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, Optional

import av
import numpy as np
import numpy.typing as npt
import soundfile
from av.stream import Disposition

#: How libsndfile writes each format: its names of format, encoding and byte order.
_SNDFILE = {
    "flac": ("FLAC", "PCM_16", None),
    "ogg": ("OGG", "VORBIS", None),
    "opus": ("OGG", "OPUS", None),
    "mp3": ("MP3", "MPEG_LAYER_III", None),
    "aiff": ("AIFF", "PCM_16", None),
    "aifc": ("AIFF", "ULAW", None),
    "caf": ("CAF", "PCM_16", None),
    "au": ("AU", "PCM_16", None),
    "au-little": ("AU", "PCM_16", "LITTLE"),
    "w64": ("W64", "PCM_16", None),
    "sph": ("NIST", "PCM_16", None),
}
#: How FFmpeg writes each format: its names of format and encoder.
_FFMPEG = {
    "m4a": ("ipod", "aac"),
    "m4a-alac": ("ipod", "alac"),
    "aac": ("adts", "aac"),
    "mp4": ("mp4", "aac"),
    "webm": ("webm", "libopus"),
    "wma": ("asf", "wmav2"),
    "3gp": ("3gp", "aac"),
    "mp3-lame": ("mp3", "libmp3lame"),
    "oga": ("ogg", "flac"),
    "amr": ("amr", "libopencore_amrnb"),
}
#: Formats whose samples are those of the original.
LOSSLESS = ("flac", "aiff", "caf", "au", "au-little", "w64", "sph", "m4a-alac", "oga")
LOSSY = ("ogg", "opus", "mp3", "aifc", "m4a", "aac", "mp4", "webm", "wma", "3gp", "mp3-lame", "amr")
ALL = (*LOSSLESS, *LOSSY)

Samples = npt.NDArray[Any]


def encode(form: str, samples: Samples, rate: int, **options: str) -> bytes:
    """Return the content of an audio file.

    Args:
        form: one of `ALL`.
        samples: 16-bit samples, shape (frames,) or (frames, channels).
        rate: the sample rate in hertz.
        options: options of FFmpeg for the file, such as `movflags`.
    """
    file = BytesIO()
    if form == "amr":  # it has one rate and one channel
        step = rate // 8000
        samples = samples.reshape(len(samples), -1)[:, 0]
        samples, rate = samples[: len(samples) // step * step].reshape(-1, step).mean(axis=1).astype(np.int16), 8000
    if form in _SNDFILE:
        kind, encoding, order = _SNDFILE[form]
        quality = {}
        if kind == "MP3":
            quality = {"compression_level": 0.0, "bitrate_mode": "CONSTANT"}
            samples = samples / 32768  # from stereo integers, libsndfile 1.2.2 makes noise, and not always the same
        soundfile.write(file, samples, rate, encoding, order, kind, **quality)
        return file.getvalue()
    kind, encoder = _FFMPEG[form]
    return write_tracks(kind, [(encoder, samples, rate)], options=options)


def write_tracks(
    kind: str,
    tracks: list[tuple[str, Samples, int]],
    *,
    picture: bool = False,
    default: Optional[int] = None,
    options: Optional[dict[str, str]] = None,
) -> bytes:
    """Return the content of a file with some sound tracks.

    Args:
        kind: FFmpeg's name of the format.
        tracks: the encoder, the samples and the sample rate of each sound track.
        picture: whether the file has a video track, too.
        default: the number of the track that players choose; by default, the first one.
        options: options of FFmpeg for the file.
    """
    path = Path(tempfile.mkstemp()[1])  # some options make FFmpeg open the file a second time
    with av.open(str(path), "w", format=kind, options=options or {}) as container:
        # The first packet writes the header, which names all streams.
        picture_stream = _add_picture(container) if picture else None
        streams = [_add_track(container, *track) for track in tracks]
        for number, stream in enumerate(streams):
            if default is not None:
                stream.disposition = Disposition.default.value if number == default else 0
        if picture_stream is not None:
            _write_picture(container, picture_stream)
        for stream, (_, samples, rate) in zip(streams, tracks):
            _write_track(container, stream, samples, rate)
    content = path.read_bytes()
    path.unlink()
    return content


def _add_picture(container: Any) -> Any:
    stream = container.add_stream("mpeg4", rate=5)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    stream.codec_context.time_base = Fraction(1, 5)
    return stream


def _write_picture(container: Any, stream: Any) -> None:
    for number in range(10):
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number * 20, np.uint8), format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, 5)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _add_track(container: Any, encoder: str, samples: Samples, rate: int) -> Any:
    stream = container.add_stream(encoder, rate=rate)
    stream.layout = "mono" if samples.ndim == 1 or samples.shape[1] == 1 else "stereo"
    if not encoder.endswith(("flac", "alac")):
        stream.bit_rate = 12_200 if "amr" in encoder else 64_000
    return stream


def _write_track(container: Any, stream: Any, samples: Samples, rate: int) -> None:
    frames = samples.reshape(len(samples), -1)
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(frames.reshape(1, -1)), "s16", "mono" if frames.shape[1] == 1 else "stereo"
    )
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    context = stream.codec_context
    resampler = av.AudioResampler(context.format, context.layout, rate, context.frame_size or 0)
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))
