"""Who is measured: each contestant as the commands, one after another, that transcribe some files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.transcribing.models import BenchModel
from local.paths import IMAGE_ENV

Command = Sequence[str | Path]
#: The commands that transcribe some files with a model.
Contestant = Callable[[BenchModel, Sequence[Path]], list[Command]]

_PYTHON = IMAGE_ENV / "bin" / "python"


def original(model: BenchModel, files: Sequence[Path]) -> list[Command]:
    """The way of the project that this one replaces: the `deepspeech` command once per file."""
    command = (_PYTHON, IMAGE_ENV / "bin" / "deepspeech", "--model", model.acoustic, "--scorer", model.scorer)
    width = ("--beam_width", str(model.beam_width))
    return [(*command, *width, "--audio", file) for file in files]


def raw(model: BenchModel, files: Sequence[Path]) -> list[Command]:
    """Libdeepspeech in one process, one call per file: what its own speed is."""
    command = (_PYTHON, "-m", "benchmarks.transcribing.raw", model.acoustic, model.scorer, str(model.beam_width))
    return [(*command, *files)]


def with_engine(engine: str) -> Contestant:
    """The container's command, on all cores, with one of its engines."""

    def commands(model: BenchModel, files: Sequence[Path]) -> list[Command]:
        command = (_PYTHON, "-m", "transcriber", "--model", model.folder, "--beam-width", str(model.beam_width))
        return [(*command, "--engine", engine, *files)]

    return commands


#: The same library in all three: what is compared is how it is used.
ours = with_engine("libdeepspeech")

CONTESTANTS: Mapping[str, Contestant] = {
    "original": original,
    "raw": raw,
    "ours": ours,
}
