"""The programs that the benchmarks compare, and the commands that run them. All programs use libdeepspeech."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.transcribing.models import BenchmarkModel
from local.paths import IMAGE_ENV

Command = Sequence[str | Path]
#: A function of a model and files that returns the commands to run one after another to transcribe the files.
Program = Callable[[BenchmarkModel, Sequence[Path]], list[Command]]

_PYTHON = IMAGE_ENV / "bin" / "python"


def deepspeech_command(model: BenchmarkModel, files: Sequence[Path]) -> list[Command]:
    """Return one `deepspeech` command for each file, as in the project that this one replaces."""
    command = (_PYTHON, IMAGE_ENV / "bin" / "deepspeech", "--model", model.acoustic, "--scorer", model.scorer)
    beam_width = ("--beam_width", str(model.beam_width))
    return [(*command, *beam_width, "--audio", file) for file in files]


def libdeepspeech(model: BenchmarkModel, files: Sequence[Path]) -> list[Command]:
    """Return the command of a program that calls libdeepspeech once for each file, in one process."""
    module = "benchmarks.transcribing.libdeepspeech_only"
    return [(_PYTHON, "-m", module, model.acoustic, model.scorer, str(model.beam_width), *files)]


def transcriber(model: BenchmarkModel, files: Sequence[Path]) -> list[Command]:
    """Return the command of the container's program, which uses all cores. Its engine is libdeepspeech."""
    command = (_PYTHON, "-m", "transcriber", "--model", model.folder, "--beam-width", str(model.beam_width))
    return [(*command, "--engine", "libdeepspeech", *files)]


#: The programs, by their names in the results.
PROGRAMS: Mapping[str, Program] = {
    "deepspeech_command": deepspeech_command,
    "libdeepspeech": libdeepspeech,
    "transcriber": transcriber,
}
