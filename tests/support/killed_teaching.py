"""A teaching job in processes of its own, each of which ends itself by a signal at a chosen moment.

The job is the real one. Its bucket is a folder, and other tests ask the engines, which are not asked here. The clock
counts steps of training, so that nothing depends on the speed of the machine.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import wraps
from multiprocessing import forkserver
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import jax

from tests.support.transcriber.graph_skeletons import ENGLISH
from trainer import bucket_process, teaching, word_teaching
from trainer.data import taught_speech
from trainer.decision.model_pair import ModelPair
from trainer.job import command
from trainer.job.teaching_job import TeachingJob
from trainer.network.acoustic_model import greedy_text
from trainer.network.weights import Floats
from trainer.recognition import recogniser_process
from trainer.training import checkpoint_keeper
from trainer.training.fine_tuning import FineTuning
from trainer.writing import model_folder_writer
from transcription.contract.teaching import BOTH, SOUND, WORDS, TeachingOrder

MODEL = "court-2"
#: Seconds that a step takes on the clock of the process. So a checkpoint is due after each fifth step.
STEP_SECONDS = 120.0
#: The function at whose first call a process ends, for each stage of each kind of teaching.
STAGES: Mapping[str, Mapping[str, tuple[Any, str]]] = {
    SOUND: {
        "prepare": (taught_speech, "prepare"),
        "check": (taught_speech, "split_suspects"),
        "augment": (teaching, "variants"),
        "choose": (teaching, "measure_mixtures"),
        "write": (model_folder_writer, "_describe"),
        "prove": (teaching, "prove"),
        "evaluate": (ModelPair, "compare"),
        "decide": (teaching, "decide"),
        "report": (teaching, "_deliver"),
    },
    WORDS: {
        "prepare": (word_teaching, "read_words_and_speech"),
        "scorer": (model_folder_writer, "_describe"),
        "choose": (word_teaching, "choose_candidate"),
        "prove": (word_teaching, "prove"),
        "evaluate": (ModelPair, "compare"),
        "report": (word_teaching, "_deliver"),
    },
    # The stages of both parts are those above; this one is in the second part.
    BOTH: {"choose": (word_teaching, "choose_candidate")},
}
#: The stage in which the new model is in the bucket, and the outcome is not.
STORE = "store"
#: The functions of a training at whose calls a process ends: a step, a look, the write of a checkpoint and its copy.
_MOMENTS: Sequence[tuple[Any, str]] = (
    (FineTuning, "step"),
    (FineTuning, "_look"),
    (os, "fsync"),
    (TeachingJob, "_copy_checkpoint"),
)


@dataclass(frozen=True)
class End:
    """The signal with which a process ends itself, and when: in a stage, or at a moment of the training."""

    signal: signal.Signals
    stage: str = ""
    #: The number of the call among all calls of `_MOMENTS`, from 1.
    moment: int = 0


@dataclass(frozen=True)
class KilledTeaching:
    """A job whose attempts are processes.

    Args:
        folder: the folder of the job, with what its bucket contains: the base model in `base`, what is taught in
            `audio`.
        order: the order of the teaching.
    """

    folder: Path
    order: TeachingOrder

    def attempt(self, end: End | None = None) -> int:
        """Run the job in a process.

        Args:
            end: how the process ends, if not by itself.

        Returns:
            The exit code; the negative number of the signal that killed the process.
        """
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        # The server that imports everything once does not get the folders that pytest added to `sys.path`.
        with patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):
            forkserver.ensure_running()
        process = context.Process(target=_run, args=(self, end))
        process.start()
        process.join()
        assert process.exitcode is not None
        return process.exitcode

    @property
    def stored(self) -> dict[str, bytes]:
        """The content of each file in the bucket that the job stored, except the outcome, which has the time."""
        paths = (path for path in (self.folder / "stored").rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in paths if path.name != "outcome.json"}

    @property
    def log(self) -> str:
        """What all attempts printed."""
        return (self.folder / "log").read_text()

    def steps(self) -> list[list[tuple[str, int]]]:
        """Return the steps that each attempt began: the name of the training's checkpoint, and the step's number."""
        attempts: list[list[tuple[str, int]]] = []
        for line in (self.folder / "steps").read_text().splitlines():
            name, number = line.split()
            if name == "attempt":
                attempts.append([])
            else:
                attempts[-1].append((name, int(number)))
        return attempts

    def note(self, name: str, number: int = 0) -> None:
        """Write down that an attempt or a step begins."""
        with (self.folder / "steps").open("a") as file:
            file.write(f"{name} {number}\n")


class _Bucket:
    """The answers of `bucket_access`, from a folder. Objects are whole, as in S3."""

    def __init__(self, job: KilledTeaching, end: Callable[[str], None]) -> None:
        self._job, self._end = job, end
        self._stored, self._checkpoints = job.folder / "stored", job.folder / "checkpoints"

    def answer(self, request: Mapping[str, str]) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self, f"_{request['task']}")(request)
        return answer

    def _begin(self, request: Mapping[str, str]) -> dict[str, Any]:
        if (self._stored / "outcome.json").exists():
            return {"outcome": True}
        copies = {name: Path(request["folder"]) / name for name in ("audio", "base", "checkpoints")}
        for name, copy in copies.items():
            shutil.copytree(self._job.folder / name, copy)
        return {"order": asdict(self._job.order), "model": MODEL, **{name: str(copies[name]) for name in copies}}

    def _keep(self, request: Mapping[str, str]) -> dict[str, Any]:
        target = self._checkpoints / request["file"]
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(request["path"], self._job.folder / "unfinished")
        (self._job.folder / "unfinished").replace(target)
        return {}

    def _fail(self, request: Mapping[str, str]) -> dict[str, Any]:
        return {}

    def _finish(self, request: Mapping[str, str]) -> dict[str, Any]:
        shutil.copytree(request["folder"], self._stored, dirs_exist_ok=True, ignore=shutil.ignore_patterns("outcome*"))
        self._end(STORE)
        shutil.copy(Path(request["folder"]) / "outcome.json", self._stored)
        shutil.rmtree(self._checkpoints)
        self._checkpoints.mkdir()
        return {}


def _run(job: KilledTeaching, end: End | None) -> None:
    """Run the job as the container does."""
    log = os.open(job.folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    (job.folder / "scratch").mkdir(exist_ok=True)
    tempfile.tempdir = str(job.folder / "scratch")
    jax.config.update("jax_compilation_cache_dir", str(job.folder.parent / "compiled"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    job.note("attempt")

    def end_in(stage: str) -> None:
        if end and end.stage == stage:
            os.kill(os.getpid(), end.signal)

    _replace_what_other_tests_show(_Bucket(job, end_in))
    _measure_time_in_steps(job)
    moments = [0]

    def end_at_moment() -> None:
        moments[0] += 1
        if end and end.moment == moments[0]:
            os.kill(os.getpid(), end.signal)

    for owner, name in _MOMENTS:
        _before(owner, name, end_at_moment)
    if end and end.stage in (stages := STAGES[job.order.what]):
        _before(*stages[end.stage], lambda: end_in(end.stage))
    sys.argv = ["trainer.job", "--bucket", "audio", "--run", "run"]
    code = command.main()
    sys.stdout.flush()
    sys.exit(code)


def _replace_what_other_tests_show(bucket: _Bucket) -> None:
    """Replace S3 by a folder, and DeepSpeech's own libraries by the most probable letters."""

    def decode(folder: Path, rows: Sequence[Floats], weights: Sequence[Any] = (), **_: Any) -> list[list[str]]:
        letters = [letter.decode() for letter in ENGLISH]
        return [[greedy_text(row, letters) for row in rows] for _ in weights or [None]]

    def prove(*_: Any) -> None:
        pass

    for owner, name, function in (
        (bucket_process, "_run", bucket.answer),
        (recogniser_process, "decode", decode),
        (teaching, "prove", prove),
        (word_teaching, "prove", prove),
        (taught_speech, "can_speak", lambda: False),
    ):
        setattr(owner, name, function)


def _measure_time_in_steps(job: KilledTeaching) -> None:
    """Let the clock of the checkpoints count steps, and write each step down."""
    clock, run, step = [0.0], FineTuning.run, FineTuning.step
    names = [""]

    def noted_run(self: FineTuning, checkpoint: Path, keeper: Any) -> Any:
        names[0] = checkpoint.name
        return run(self, checkpoint, keeper)

    def noted_step(self: FineTuning, parameters: Any, state: Any) -> Any:
        job.note(names[0], state.step)
        clock[0] += STEP_SECONDS
        return step(self, parameters, state)

    for name, function in (("run", noted_run), ("step", noted_step)):
        setattr(FineTuning, name, function)
    setattr(checkpoint_keeper, "time", SimpleNamespace(monotonic=lambda: clock[0]))  # noqa: B010 - mypy


def _before(owner: Any, name: str, action: Callable[[], None]) -> None:
    """Let a function do something else first."""
    function = getattr(owner, name)

    @wraps(function)
    def changed(*arguments: Any, **named: Any) -> Any:
        action()
        return function(*arguments, **named)

    setattr(owner, name, changed)
