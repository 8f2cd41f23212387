"""A teaching as a whole: a weak model learns, is proved, measured and used, and never learns a test recording."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.taught_recordings import shifted, write_pair, write_set
from tests.support.weak_model import write_weak_model
from trainer import teaching
from trainer.command import main
from trainer.data import taught_speech
from trainer.data.split import Part, part_of
from trainer.data.utterance import Utterance
from trainer.errors import SetTooSmall
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Example
from trainer.teaching import TeachingRequest, teach
from trainer.training.augmentation import variants
from trainer.training.recipe import TrainingRecipe
from transcriber.model.model_folder import open_folder

Clips = list[tuple[npt.NDArray[np.int16], str]]
RECIPE = TrainingRecipe(
    learning_rates=(1e-3,), shares=(0.5, 1.0), heard_minutes=5, looks=3, variants=0, warm_up_steps=5
)


@pytest.fixture
def weak_base(tmp_path: Path) -> Path:
    """Return the folder of a model that hears badly."""
    write_weak_model(tmp_path / "weak", np.random.default_rng(5))
    return tmp_path / "weak"


@pytest.fixture(autouse=True)
def _silent_synthesiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taught_speech, "can_speak", lambda: False)


def test_a_weak_model_learns_and_is_used(
    weak_base: Path, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path / "audio", clips, 40, seed=1)
    write_set(tmp_path / "test", clips, 28, seed=2)
    write_set(tmp_path / "others", clips, 16, seed=3)
    # One recording of the test is in the taught folder, too.
    for file in (tmp_path / "test").glob("3.*"):
        shutil.copy(file, tmp_path / "audio" / f"copy{file.suffix}")
    learned: list[Utterance] = []

    def recorded(utterance: Utterance, *arguments: object) -> list[Example]:
        learned.append(utterance)
        return variants(utterance, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(teaching, "variants", recorded)
    out = tmp_path / "models" / "taught"
    request = TeachingRequest(
        tmp_path / "audio", weak_base, out, tmp_path / "work", tmp_path / "test", tmp_path / "others"
    )
    report = teach(request, RECIPE)
    assert report.decision.is_used, report.as_markdown()
    assert report.test.new.errors < report.test.old.errors
    assert report.test.old.words >= 100
    assert report.guards.keys() == {"others"}
    tested = {path.stem for path in (tmp_path / "test").glob("*.wav")}
    assert len(tested) == 28 and "copy" not in {Path(utterance.recording.name).stem for utterance in learned}
    assert Part.TEST not in {part_of(utterance.digest) for utterance in learned}
    folder = open_folder(out)
    assert folder.record.name == "taught" and folder.scorer is not None
    lineage = folder.defaults.lineage or {}
    assert lineage["base_sha256"] == open_folder(weak_base).record.acoustic_sha256
    assert folder.record.acoustic_sha256 != lineage["base_sha256"]
    assert json.loads((out / "report.json").read_text())["decision"]["verdict"] == "BETTER"
    assert "| guard: others |" in (out / "report.md").read_text()
    assert list((tmp_path / "work").iterdir()) == []


def test_without_a_test_folder_the_digest_keeps_test_recordings_from_training(
    weak_base: Path, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path / "audio", clips, 40, seed=1)
    (tmp_path / "audio/notes.txt").write_text("stop")
    learned: list[str] = []

    class Stopped(Exception):
        pass

    def stop(model: AcousticModel, speech: taught_speech.TaughtSpeech, *_: object) -> None:
        learned.extend(utterance.digest for utterance in (*speech.train, *speech.tuning, *speech.rehearsed))
        assert {part_of(utterance.digest) for utterance in speech.test} == {Part.TEST}
        assert [(finding.code, finding.recording) for finding in speech.findings] == [
            ("TEXT_WITHOUT_AUDIO", "notes.txt")
        ]
        raise Stopped

    monkeypatch.setattr(teaching, "_train", stop)
    request = TeachingRequest(tmp_path / "audio", weak_base, tmp_path / "out", tmp_path / "work")
    with pytest.raises(Stopped):
        teach(request, RECIPE)
    assert learned and Part.TEST not in {part_of(digest) for digest in learned}


def test_one_recording_is_too_little(weak_base: Path, clips: Clips, tmp_path: Path) -> None:
    write_set(tmp_path / "audio", clips, 1, seed=1)
    request = TeachingRequest(tmp_path / "audio", weak_base, tmp_path / "out", tmp_path / "work")
    with pytest.raises(SetTooSmall, match="1 usable"):
        teach(request, RECIPE)
    assert not (tmp_path / "out").exists()


def test_a_training_that_does_not_help_changes_nothing(
    demo_folder: Path, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo model hears its clips already, so that the old model stays the best mixture."""
    for number in range(24):
        samples, text = clips[number % len(clips)]
        write_pair(tmp_path / "audio", f"{number}", shifted(samples, number), text)
    monkeypatch.setattr(
        teaching, "_train", lambda model, *_: {1e-3: {role: -values for role, values in model.weights.items()}}
    )
    out = tmp_path / "out"
    report = teach(TeachingRequest(tmp_path / "audio", demo_folder, out, tmp_path / "work"), RECIPE)
    assert report.decision.verdict == "OLD_MODEL_CHOSEN"
    assert sorted(path.name for path in out.rglob("*") if path.is_file()) == ["report.json", "report.md"]
    assert "not used" in (out / "report.md").read_text()


def test_the_command_does_not_write_into_a_folder_with_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").write_text("")
    monkeypatch.setattr("sys.argv", ["trainer", "--audio", str(tmp_path), "--out", str(tmp_path)])
    assert main() == 1
    assert "[OUT_NOT_EMPTY]" in capsys.readouterr().err
