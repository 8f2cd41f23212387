"""Plain WAV files on a desk: try a model without any bucket."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from transcriber.audio import audio_stream
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_selection import open_engine
from transcriber.shard.recordings import Recording, transcribe
from transcription.contract.errors import InputError
from transcription.contract.options import Options

_BAR = "{desc}: {percentage:3.0f}%|{bar}| {n:.0f} of {total:.0f} s [{elapsed}<{remaining}]"


def transcribe_files(files: list[Path], model: Path, options: Options, processes: int) -> bool:
    """Print the text of each file, in the order in which they are done; and a progress bar on a terminal.

    Returns:
        Whether all could be transcribed. What is wrong with the others is printed to standard error.

    Raises:
        SystemFault: the model or the options cannot be used.
    """
    is_complete = True
    lengths = list(_lengths(files))
    reached = [0.0] * len(files)
    recordings = (Recording(number, file) for number, file in enumerate(files))
    with (
        open_engine(
            open_folder(model), options, processes, sum(lengths)
        ) as engine,  # prints its version, so the bar comes after
        tqdm(total=sum(lengths), disable=None, desc="audio", leave=False, bar_format=_BAR) as bar,
    ):

        def progress(number: int, seconds: float) -> None:
            bar.update(max(0.0, seconds - reached[number]))
            reached[number] = max(reached[number], seconds)

        for outcome in transcribe(recordings, engine, options, lambda now: progress(now.number, now.reached)):
            file = files[outcome.number]
            progress(outcome.number, lengths[outcome.number])  # with the silence at its end
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
            yield audio_stream.describe(file).seconds
        except (InputError, OSError):
            yield 0.0
