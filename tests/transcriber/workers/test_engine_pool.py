"""An engine pool keeps all cores busy, and survives the end of a process."""

from __future__ import annotations

import multiprocessing
import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.wav_files import RATE, Clip
from tests.transcriber.engines.test_libdeepspeech import copy_of, unrunnable
from transcriber.audio.segmentation import Segment
from transcriber.engines.batched.network_cache import convert_network
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.engines.utterance import Answer, FailedSegment, Utterance
from transcriber.model.model_folder import open_folder
from transcriber.workers.engine_pool import EnginePool
from transcriber.workers.engine_process import EngineSpec
from transcriber.workers.engine_worker import EngineWorker
from transcription.contract.errors import EngineFailed, ModelInvalid, OptionInvalid
from transcription.contract.options import Options


@pytest.fixture
def parallel(model_folder: Path) -> Iterator[EnginePool]:
    with closing(EnginePool(EngineSpec(open_folder(model_folder), Options()), processes=2)) as engine:
        yield engine


def segments(clips: list[Clip]) -> list[Segment]:
    return [Segment(number, 0.0, clip.samples, len(clip.samples) / RATE) for number, clip in enumerate(clips)]


def words(answers: Iterable[Answer]) -> dict[int, list[str]]:
    """Return the words of each file."""
    return {answer.file: [word.word for word in answer.words] for answer in answers if isinstance(answer, Utterance)}


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def child_pids() -> list[int]:
    """Return the ids of the processes that this process has started."""
    return [process.pid for process in multiprocessing.active_children() if process.pid]


def test_several_processes_give_the_results_of_one(
    parallel: EnginePool, engine: LibDeepSpeech, clips: list[Clip]
) -> None:
    assert parallel.description == engine.description
    assert words(parallel.transcribe(segments(clips * 3))) == words(engine.transcribe(segments(clips * 3)))


def test_processes_are_pinned_to_cores_only_if_there_is_one_for_each_core(model_folder: Path) -> None:
    """If two containers on one host both used the first cores, the other cores would be idle."""
    cores = os.sched_getaffinity(0)
    for processes, expected in ((len(cores), [{core} for core in cores]), (len(cores) + 1, [cores] * (len(cores) + 1))):
        with closing(EnginePool(EngineSpec(open_folder(model_folder), Options()), processes)):
            affinities = [os.sched_getaffinity(pid) for pid in child_pids()]
        assert sorted(map(sorted, affinities)) == sorted(map(sorted, expected))


def test_segments_are_created_when_they_are_needed(parallel: EnginePool, clips: list[Clip]) -> None:
    """A file of ten hours then needs no more memory than the segments that are in progress."""
    created = 0

    def create() -> Iterator[Segment]:
        nonlocal created
        for segment in segments(clips * 10):
            created += 1
            yield segment

    answered = 0
    for _ in parallel.transcribe(create()):
        answered += 1
        assert created - answered < 2 * 2
    assert answered == 10 * len(clips)


def test_one_long_file_keeps_all_processes_busy(parallel: EnginePool, clip: Clip) -> None:
    long = [Segment(0, float(start), clip.samples, len(clip.samples) / RATE) for start in range(30)]
    list(parallel.transcribe(long))
    times = [cpu_seconds(pid) for pid in child_pids()]
    assert len(times) == 2
    assert min(times) > 0.3 * max(times)


def test_a_killed_process_loses_only_the_segment_that_it_was_transcribing(
    parallel: EnginePool, clips: list[Clip]
) -> None:
    """A process may be killed by the kernel for lack of memory, or crash in native code."""
    hour = np.tile(clips[0].samples, 1200)
    deadly = Segment(99, 0.0, hour, len(hour) / RATE)
    others = segments(clips * 2)
    answers = []
    for answer in parallel.transcribe([deadly, *others]):
        answers.append(answer)
        if len(answers) == len(others):  # only the long segment is left; the other process is idle
            for process in multiprocessing.active_children():
                process.kill()
    [failed] = [answer for answer in answers if isinstance(answer, FailedSegment)]
    assert failed.file == 99
    assert "ended with -9" in str(failed.error)
    assert len(words(answers)) == len(others)
    again = words(parallel.transcribe(segments(clips)))
    assert again == dict(enumerate(clip.text.split() for clip in clips))


def test_a_killed_process_with_many_segments_loses_none(model_folder: Path, clips: list[Clip], tmp_path: Path) -> None:
    """A process of the batched engine holds many segments. Each is retried alone, since any may have killed it."""
    folder = open_folder(model_folder)
    spec = EngineSpec(folder, Options(engine="batched"), convert_network(folder, tmp_path))

    def segments_then_kill() -> Iterator[Segment]:
        yield from segments(clips)
        [process] = multiprocessing.active_children()
        process.kill()

    with closing(EnginePool(spec, processes=1)) as engine:
        answers = words(engine.transcribe(segments_then_kill()))
    assert answers == dict(enumerate(clip.text.split() for clip in clips))


def test_a_segment_that_kills_every_process_is_the_only_one_lost(
    model_folder: Path, clips: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = open_folder(model_folder)
    spec = EngineSpec(folder, Options(engine="batched"), convert_network(folder, tmp_path))
    send = EngineWorker.send

    def send_and_kill(worker: EngineWorker, segment: Segment) -> None:
        send(worker, segment)
        if segment.file == 3:
            worker._process.kill()

    monkeypatch.setattr(EngineWorker, "send", send_and_kill)
    with closing(EnginePool(spec, processes=1)) as engine:
        answers = list(engine.transcribe(segments(clips)))
    [failed] = [answer for answer in answers if isinstance(answer, FailedSegment)]
    assert failed.file == 3
    assert sorted(words(answers)) == [number for number in range(len(clips)) if number != 3]


def test_errors_of_model_and_options_are_raised_as_by_a_single_engine(model_folder: Path, tmp_path: Path) -> None:
    folder = copy_of(model_folder, tmp_path)
    acoustic = next(folder.glob("*.pbmm"))
    acoustic.write_bytes(unrunnable(acoustic.read_bytes()))
    with pytest.raises(ModelInvalid, match="cannot run the graph"):
        EnginePool(EngineSpec(open_folder(folder), Options()), processes=2)
    next(folder.glob("*.scorer")).unlink()
    acoustic.write_bytes(next(model_folder.glob("*.pbmm")).read_bytes())
    with pytest.raises(OptionInvalid, match="weigh a scorer"):
        EnginePool(EngineSpec(open_folder(folder), Options(lm_alpha=1, lm_beta=1)), processes=2)
    assert multiprocessing.active_children() == []


def test_a_process_that_ends_while_it_loads_is_an_error_and_no_hang(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = EngineWorker.load

    def kill_and_load(worker: EngineWorker) -> None:
        worker._process.kill()
        load(worker)

    monkeypatch.setattr(EngineWorker, "load", kill_and_load)
    with pytest.raises(EngineFailed, match="ended with -9 while loading the model"):
        EnginePool(EngineSpec(open_folder(model_folder), Options()), processes=2)
    assert multiprocessing.active_children() == []


def test_no_process_outlives_the_one_that_started_it(model_folder: Path) -> None:
    """A container must end if its first process is killed, and a computer must not keep idle engines."""
    command = [sys.executable, "-c", _HOLDER, str(model_folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        pids = [int(pid) for pid in holder.stdout.readline().split()]
        assert len(pids) == 2
        descriptors = [os.pidfd_open(pid) for pid in pids]
        holder.kill()
        for descriptor in descriptors:
            assert select.select([descriptor], [], [], 10)[0], "a process is left"


#: Starts an engine pool, prints the ids of its processes and waits.
_HOLDER = """
import multiprocessing, pathlib, sys, time
from transcriber.model.model_folder import open_folder
from transcriber.workers.engine_pool import EnginePool
from transcriber.workers.engine_process import EngineSpec
from transcription.contract.options import Options
engine = EnginePool(EngineSpec(open_folder(pathlib.Path(sys.argv[1])), Options()), processes=2)
print(*(process.pid for process in multiprocessing.active_children()), flush=True)
time.sleep(1000)
"""
