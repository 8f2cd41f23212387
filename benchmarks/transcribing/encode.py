"""The command `python -m benchmarks.transcribing.encode ENDING FILE…`: write WAV files as MP3 or M4A, beside them.

The command runs in the Python environment of the image (Python 3.9).
"""

from __future__ import annotations

import sys
from pathlib import Path

import av

#: FFmpeg's names of the encoders, and the bit rate of recorders.
_ENCODERS = {"mp3": "libmp3lame", "m4a": "aac"}
_BIT_RATE = 64_000


def main(ending: str, *files: str) -> None:
    """Write each file beside itself, with another ending."""
    for path in files:
        with av.open(path) as source, av.open(str(Path(path).with_suffix(f".{ending}")), "w") as target:
            stream = target.add_stream(_ENCODERS[ending], rate=source.streams.audio[0].rate)
            stream.bit_rate = _BIT_RATE
            for frame in source.decode(audio=0):
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))


if __name__ == "__main__":
    main(*sys.argv[1:])
