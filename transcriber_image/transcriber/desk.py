"""Plain WAV files on a desk: try a model without any bucket."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from transcription.contract.errors import InputError
from transcription.contract.options import Options

from . import audio
from .model import open_folder
from .parallel import ParallelEngine
from .recordings import Progress, Recording, transcribe


def transcribe_files(files: list[Path], model: Path, options: Options, processes: int) -> bool:
    """Print the text of each file, in the order in which they are done; and a progress bar on a terminal.

    Returns:
        Whether all could be transcribed. What is wrong with the others is printed to standard error.

    Raises:
        SystemFault: the model or the options cannot be used.
    """
    is_complete = True
    reached = [0.0] * len(files)
    recordings = (Recording(number, file) for number, file in enumerate(files))
    bar = tqdm(total=round(sum(_lengths(files)), 1), unit="s", disable=None, desc="audio", leave=False)
    with bar, ParallelEngine(open_folder(model), options, processes) as engine:

        def progress(now: Progress) -> None:
            bar.update(max(0.0, now.reached - reached[now.number]))
            reached[now.number] = max(reached[now.number], now.reached)

        for outcome in transcribe(recordings, engine, options, progress):
            file = files[outcome.number]
            if outcome.transcript is not None:
                tqdm.write(f"{file}: {outcome.transcript.text}")
            else:
                tqdm.write(f"{file}: {outcome.error}", file=sys.stderr)
                is_complete = False
    return is_complete


def _lengths(files: list[Path]) -> Iterator[float]:
    """How much audio each file holds, in seconds; of one that cannot be read, none."""
    for file in files:
        try:
            yield audio.describe(file).seconds
        except (InputError, OSError):
            yield 0.0
