"""The program `film_encoder.py FRAMES FILM`, which encodes PNG files as an animated WebP file.

It runs in the environment of the container, which has PyAV.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path

import av


def main(frames: Path, film: Path) -> None:
    """Encode all PNG files of a folder, in the order of their names.

    Args:
        frames: The folder. Its file `milliseconds.json` says how long each frame is shown.
        film: The file to write.
    """
    # The last frame is written twice, because a frame is shown until the next one.
    milliseconds = [*json.loads((frames / "milliseconds.json").read_text()), 0]
    pictures = sorted(frames.glob("*.png"))
    pictures.append(pictures[-1])
    with av.open(str(film), "w", format="webp", options={"loop": "0"}) as target:
        stream = None
        time = 0
        for number, picture in enumerate(pictures):
            with av.open(str(picture)) as source:
                frame = next(source.decode(video=0)).reformat(format="bgra")
            if stream is None:
                stream = target.add_stream("libwebp_anim", options={"lossless": "1", "compression_level": "6"})
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "bgra"
                stream.codec_context.time_base = Fraction(1, 1000)
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            target.mux(stream.encode(frame))
            time += milliseconds[number]
        if stream is not None:
            target.mux(stream.encode(None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
