"""Every core at work, whatever the files are like, and no process that takes the others along."""

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
from transcriber.engines.utterance import FailedSegment, Utterance
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


def words(answers: Iterable[Utterance | FailedSegment]) -> dict[int, list[str]]:
    return {each.file: [word.word for word in each.words] for each in answers if isinstance(each, Utterance)}


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_all_processes_together_hear_what_one_hears(
    parallel: EnginePool, engine: LibDeepSpeech, clips: list[Clip]
) -> None:
    assert parallel.description == engine.description
    assert words(parallel.transcribe(segments(clips * 3))) == words(engine.transcribe(segments(clips * 3)))


def test_a_core_of_its_own_only_where_all_cores_are_ours(model_folder: Path) -> None:
    """Two containers on one host that both take the first cores would leave the others idle."""
    cores = os.sched_getaffinity(0)
    for processes, expected in ((len(cores), [{core} for core in cores]), (len(cores) + 1, [cores] * (len(cores) + 1))):
        with closing(EnginePool(EngineSpec(open_folder(model_folder), Options()), processes)):
            places = [os.sched_getaffinity(each.pid) for each in multiprocessing.active_children() if each.pid]
        assert sorted(map(sorted, places)) == sorted(map(sorted, expected))


def test_segments_are_made_as_they_are_needed_and_not_all_at_once(parallel: EnginePool, clips: list[Clip]) -> None:
    """The memory of a file of ten hours is that of the segments which are under way."""
    made = 0

    def make() -> Iterator[Segment]:
        nonlocal made
        for each in segments(clips * 10):
            made += 1
            yield each

    answered = 0
    for _ in parallel.transcribe(make()):
        answered += 1
        assert made - answered < 2 * 2
    assert answered == 10 * len(clips)


def test_one_long_file_keeps_all_processes_at_work(parallel: EnginePool, clip: Clip) -> None:
    long = [Segment(0, float(start), clip.samples, len(clip.samples) / RATE) for start in range(30)]
    list(parallel.transcribe(long))
    times = [cpu_seconds(each.pid) for each in multiprocessing.active_children() if each.pid]
    assert len(times) == 2
    assert min(times) > 0.3 * max(times)


def test_what_kills_a_process_costs_the_segment_that_it_was_hearing(parallel: EnginePool, clips: list[Clip]) -> None:
    """The kernel, when memory ends; a crash in native code."""
    hour = np.tile(clips[0].samples, 1200)
    deadly = Segment(99, 0.0, hour, len(hour) / RATE)
    others = segments(clips * 2)
    answers = []
    for answer in parallel.transcribe([deadly, *others]):
        answers.append(answer)
        if len(answers) == len(others):  # only the long one is left; the process of the others idles
            for process in multiprocessing.active_children():
                process.kill()
    [lost] = [each for each in answers if isinstance(each, FailedSegment)]
    assert lost.file == 99
    assert "ended with -9" in str(lost.error)
    assert len(words(answers)) == len(others)
    again = words(parallel.transcribe(segments(clips)))
    assert again == dict(enumerate(clip.text.split() for clip in clips))


def test_of_many_segments_in_a_process_that_is_killed_none_is_lost(
    model_folder: Path, clips: list[Clip], tmp_path: Path
) -> None:
    """The batched engine has many at work, of which one at most has to do with the end: each is tried again alone."""
    folder = open_folder(model_folder)
    spec = EngineSpec(folder, Options(engine="batched"), convert_network(folder, tmp_path))

    def killing() -> Iterator[Segment]:
        yield from segments(clips)
        [process] = multiprocessing.active_children()
        process.kill()

    with closing(EnginePool(spec, processes=1)) as engine:
        answers = words(engine.transcribe(killing()))
    assert answers == dict(enumerate(clip.text.split() for clip in clips))


def test_a_segment_that_kills_each_process_costs_itself_alone(
    model_folder: Path, clips: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = open_folder(model_folder)
    spec = EngineSpec(folder, Options(engine="batched"), convert_network(folder, tmp_path))
    send = EngineWorker.send

    def deadly(process: EngineWorker, segment: Segment) -> None:
        send(process, segment)
        if segment.file == 3:
            process._process.kill()

    monkeypatch.setattr(EngineWorker, "send", deadly)
    with closing(EnginePool(spec, processes=1)) as engine:
        answers = list(engine.transcribe(segments(clips)))
    [lost] = [each for each in answers if isinstance(each, FailedSegment)]
    assert lost.file == 3
    assert sorted(words(answers)) == [number for number in range(len(clips)) if number != 3]


def test_what_is_wrong_with_the_model_or_the_options_is_said_as_by_one_process(
    model_folder: Path, tmp_path: Path
) -> None:
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

    def killed(process: EngineWorker) -> None:
        process._process.kill()
        load(process)

    monkeypatch.setattr(EngineWorker, "load", killed)
    with pytest.raises(EngineFailed, match="ended with -9 while loading the model"):
        EnginePool(EngineSpec(open_folder(model_folder), Options()), processes=2)
    assert multiprocessing.active_children() == []


def test_no_process_outlives_the_one_that_started_it(model_folder: Path) -> None:
    """A container whose first process is killed must end, and a desk must not be left with idle engines."""
    line = [sys.executable, "-c", _HOLDER, str(model_folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        pids = [int(each) for each in holder.stdout.readline().split()]
        assert len(pids) == 2
        descriptors = [os.pidfd_open(each) for each in pids]
        holder.kill()
        for each in descriptors:
            assert select.select([each], [], [], 10)[0], "a process is left"


#: Starts an engine, tells its processes and waits.
_HOLDER = """
import multiprocessing, pathlib, sys, time
from transcriber.model.model_folder import open_folder
from transcriber.workers.engine_pool import EnginePool
from transcriber.workers.engine_process import EngineSpec
from transcription.contract.options import Options
engine = EnginePool(EngineSpec(open_folder(pathlib.Path(sys.argv[1])), Options()), processes=2)
print(*(each.pid for each in multiprocessing.active_children()), flush=True)
time.sleep(1000)
"""
