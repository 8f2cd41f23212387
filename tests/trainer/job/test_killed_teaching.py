"""A teaching job that is killed in every stage and at random while training gives the same model."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.kenlm_programs import NEEDS_KENLM
from tests.support.killed_teaching import MODEL, STAGES, STEP_SECONDS, STORE, End, KilledTeaching
from tests.support.taught_recordings import shifted, write_pair
from tests.trainer.conftest import small_graph
from trainer.training.checkpoint_keeper import CHECKPOINT_SECONDS
from transcription.contract.teaching import BOTH, SOUND, WORDS, TeachingOrder

Clips = list[tuple[npt.NDArray[np.int16], str]]
SIGNALS = (signal.SIGKILL, signal.SIGTERM)
#: The exit code after SIGTERM, with which Batch starts the job again.
TERMINATED = 128 + signal.SIGTERM
#: The stages before the first step of a training.
EARLY = ("prepare", "check", "augment")
#: How often the trainings are killed, and after how many calls of their functions at most.
KILLS, MOST_MOMENTS = 10, 24
#: A second of each clip is enough, because nothing depends on what the network learns.
SAMPLES = 16000


@dataclass(frozen=True)
class Story:
    """A job that was never killed, one that was killed again and again, and how each of its attempts was to end."""

    whole: KilledTeaching
    killed: KilledTeaching
    ends: list[End | None]
    codes: list[int]


def _prepare(folder: Path, what: str) -> KilledTeaching:
    for name in ("base", "audio", "checkpoints"):
        (folder / name).mkdir(parents=True)
    (folder / "base" / "court-1.pb").write_bytes(small_graph())
    order = TeachingOrder("run", "2026-11-22T01:00:07+00:00", what, "court-1", "court", heard_minutes=4.0)
    return KilledTeaching(folder, order)


def _tell(folder: Path, what: str, ends: list[End | None], clips: Clips) -> Story:
    whole, killed = (_prepare(folder / name, what) for name in ("whole", "killed"))
    for job in (whole, killed):
        if what == WORDS:
            (job.folder / "audio" / "streets.txt").write_text("mill lane\nbishops gate\nto mill lane please\n")
        else:
            for number in range(20):
                samples, text = clips[number % len(clips)]
                write_pair(job.folder / "audio", f"{number}", shifted(samples[:SAMPLES], number), text.split()[0])
    assert whole.attempt() == 0, whole.log
    return Story(whole, killed, ends, [killed.attempt(end) for end in ends])


@pytest.fixture(scope="module")
def sound(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Teach sound, and kill the job twice in each stage and ten times while training."""
    moments = np.random.default_rng(17).integers(1, MOST_MOMENTS, KILLS, endpoint=True)
    kills = [End(SIGNALS[kill % 2], moment=int(moment)) for kill, moment in enumerate(moments)]
    late = [stage for stage in STAGES[SOUND] if stage not in EARLY]
    ends = [
        *(End(number, stage) for stage in EARLY for number in SIGNALS),
        *kills,
        *(End(number, stage) for stage in (*late, STORE) for number in SIGNALS),
        None,
        None,
    ]
    return _tell(tmp_path_factory.mktemp("sound"), SOUND, ends, clips)


@pytest.fixture(scope="module")
def words(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Teach words, and kill the job in each stage."""
    stages = (*STAGES[WORDS], STORE)
    ends = [*(End(SIGNALS[number % 2], stage) for number, stage in enumerate(stages)), None, None]
    return _tell(tmp_path_factory.mktemp("words"), WORDS, ends, clips)


def _assert_each_attempt_ended_as_planned_and_the_model_is_the_same(story: Story) -> None:
    codes = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: TERMINATED}
    assert story.codes == [codes[end.signal] if end else 0 for end in story.ends], story.killed.log
    assert story.killed.log.endswith("An earlier attempt has finished this teaching.\n")
    stored = story.killed.stored
    assert {f"{MODEL}.pb", "model.json", "report.json", "report.md"} <= stored.keys()
    assert stored == story.whole.stored
    assert list((story.killed.folder / "checkpoints").iterdir()) == []


def test_a_model_that_was_killed_in_every_stage_and_ten_times_while_training_is_the_same(sound: Story) -> None:
    _assert_each_attempt_ended_as_planned_and_the_model_is_the_same(sound)
    assert json.loads(sound.killed.stored["report.json"])["chosen"]["share"] > 0, "the training changed nothing"


def test_no_step_is_lost_except_those_after_the_last_checkpoint(sound: Story) -> None:
    """A process that gets SIGTERM saves its last step. One that is killed loses ten minutes of the clock at most."""
    (order,) = sound.whole.steps()[:1]
    attempts = [[order.index(step) for step in steps] for steps in sound.killed.steps()]
    trained = [(end, steps) for end, steps in zip(sound.ends, attempts, strict=True) if steps]
    for (end, steps), (_, next_steps) in pairwise(trained):
        assert end is not None
        lost = steps[-1] + 1 - next_steps[0]
        assert 0 <= lost <= (0 if end.signal == signal.SIGTERM else CHECKPOINT_SECONDS / STEP_SECONDS), (end, lost)
    assert {number for _, steps in trained for number in steps} == set(range(len(order)))


@NEEDS_KENLM
def test_words_that_were_killed_in_every_stage_are_the_same(words: Story) -> None:
    _assert_each_attempt_ended_as_planned_and_the_model_is_the_same(words)
    assert f"{MODEL}.scorer" in words.killed.stored


@NEEDS_KENLM
def test_sound_is_not_trained_again_if_the_job_is_killed_while_it_teaches_words(
    clips: Clips, tmp_path_factory: pytest.TempPathFactory
) -> None:
    story = _tell(tmp_path_factory.mktemp("both"), BOTH, [End(signal.SIGKILL, "choose"), None], clips)
    assert story.codes == [-signal.SIGKILL, 0], story.killed.log
    first, second = story.killed.steps()
    assert (first, second) == (story.whole.steps()[0], [])
    assert story.killed.stored == story.whole.stored
    assert {"report.json", "report.md"} <= story.killed.stored.keys()
