"""The programs that transcribe with libdeepspeech, each as the commands that transcribe some files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.transcribing.models import BenchmarkModel
from local.paths import IMAGE_ENV

Command = Sequence[str | Path]
#: Returns the commands that transcribe some files with a model, one after another.
Program = Callable[[BenchmarkModel, Sequence[Path]], list[Command]]

_PYTHON = IMAGE_ENV / "bin" / "python"


def deepspeech_command(model: BenchmarkModel, files: Sequence[Path]) -> list[Command]:
    """Run the `deepspeech` command once per file, as the project does that this one replaces."""
    command = (_PYTHON, IMAGE_ENV / "bin" / "deepspeech", "--model", model.acoustic, "--scorer", model.scorer)
    beam_width = ("--beam_width", str(model.beam_width))
    return [(*command, *beam_width, "--audio", file) for file in files]


def libdeepspeech(model: BenchmarkModel, files: Sequence[Path]) -> list[Command]:
    """Call libdeepspeech once per file, in one process."""
    module = "benchmarks.transcribing.libdeepspeech_only"
    return [(_PYTHON, "-m", module, model.acoustic, model.scorer, str(model.beam_width), *files)]


def transcriber(model: BenchmarkModel, files: Sequence[Path]) -> list[Command]:
    """Run the container's program on all cores, with libdeepspeech: the engine of the other programs."""
    command = (_PYTHON, "-m", "transcriber", "--model", model.folder, "--beam-width", str(model.beam_width))
    return [(*command, "--engine", "libdeepspeech", *files)]


#: By their names in the results.
PROGRAMS: Mapping[str, Program] = {
    "deepspeech_command": deepspeech_command,
    "libdeepspeech": libdeepspeech,
    "transcriber": transcriber,
}
