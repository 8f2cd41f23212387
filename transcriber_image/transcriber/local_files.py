"""Transcription of recordings on this machine, to try a model without a bucket."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from transcriber.audio import audio_stream
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_selection import open_engine
from transcriber.shard.recordings import Progress, Recording
from transcriber.shard.transcribe_recordings import transcribe_recordings
from transcription.contract.errors import InputError
from transcription.contract.options import Options

_BAR = "{desc}: {percentage:3.0f}%|{bar}| {n:.0f} of {total:.0f} s [{elapsed}<{remaining}]"


def transcribe_files(files: list[Path], model: Path, options: Options, processes: int) -> bool:
    """Transcribe files, and print the text of each file when its transcript is complete.

    Show a progress bar if standard error is a terminal.

    Args:
        files: the recordings.
        model: the model folder.
        options: the options of the transcription.
        processes: the maximum number of engine processes.

    Returns:
        `True` if all files were transcribed. The reason for each other file is printed to standard error, and so are
        the notes about the audio.

    Raises:
        SystemFault: the model or the options cannot be used.
    """
    is_complete = True
    lengths = list(_lengths(files))
    reached = [0.0] * len(files)
    recordings = (Recording(number, file) for number, file in enumerate(files))
    with (
        open_engine(open_folder(model), options, processes, sum(lengths)) as engine,
        # libdeepspeech prints its version when it is opened, so the bar comes after it.
        tqdm(total=sum(lengths), disable=None, desc="audio", leave=False, bar_format=_BAR) as bar,
    ):

        def advance(number: int, seconds: float) -> None:
            """Move the progress bar, so that it counts at least `seconds` seconds of file `number`."""
            bar.update(max(0.0, seconds - reached[number]))
            reached[number] = max(reached[number], seconds)

        def on_progress(progress: Progress) -> None:
            advance(progress.number, progress.reached)

        for result in transcribe_recordings(recordings, engine, options, on_progress):
            file = files[result.number]
            advance(result.number, lengths[result.number])  # counts skipped silence too
            if result.transcript is not None:
                tqdm.write(f"{file}: {result.transcript.text}")
                for note in result.transcript.audio.notes:
                    tqdm.write(f"{file}: {note}", file=sys.stderr)
            else:
                tqdm.write(f"{file}: {result.error}", file=sys.stderr)
                is_complete = False
    return is_complete


def _lengths(files: list[Path]) -> Iterator[float]:
    """Yield the length of each file in seconds, or 0 if the file cannot be read."""
    for file in files:
        try:
            yield audio_stream.describe(file).seconds
        except (InputError, OSError):
            yield 0.0
