"""A teaching of sound and words: the model that is used has what was better, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.kenlm_programs import NEEDS_KENLM
from tests.support.taught_recordings import write_set
from tests.support.transcriber import bytes_model
from tests.support.weak_model import write_weak_model
from trainer import sound_and_word_teaching
from trainer.data import taught_speech
from trainer.data.finding import Finding, FindingCode
from trainer.decision.promotion import Decision, MeasuredChange, Verdict
from trainer.errors import AlphabetForeign, SetInvalid
from trainer.evaluation.bootstrap import Interval
from trainer.evaluation.word_errors import WordErrors
from trainer.network.acoustic_model import AcousticModel
from trainer.scorer.candidates import NewScorer
from trainer.sound_and_word_teaching import teach_both
from trainer.teaching import TeachingRequest
from trainer.training.recipe import TrainingRecipe
from transcriber.model.model_folder import open_folder

Clips = list[tuple[npt.NDArray[np.int16], str]]
RECIPE = TrainingRecipe(
    learning_rates=(1e-3,), shares=(0.5, 1.0), heard_minutes=5, looks=3, variants=0, warm_up_steps=5
)
#: The words that the scorer of the base model knows: half of those in the recordings.
KNOWN = "zero one two three four five six seven eight nine start stop play yes next"


@NEEDS_KENLM
def test_a_weak_model_that_knows_few_words_learns_both(
    clips: Clips, demo_model: AcousticModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taught_speech, "can_speak", lambda: False)
    write_weak_model(tmp_path / "weak-1", np.random.default_rng(5))
    write_set(tmp_path / "audio", clips, 60, seed=1)
    write_set(tmp_path / "test", clips, 28, seed=2)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/more.txt").write_text("open the garden")
    base, out = tmp_path / "few-1", tmp_path / "models" / "few-2"
    NewScorer(open_folder(tmp_path / "weak-1"), KNOWN.split(), demo_model.graph.labels, base)
    request = TeachingRequest(tmp_path / "audio", base, out, tmp_path / "work", tmp_path / "test")
    report = teach_both(request, RECIPE, tmp_path / "texts")
    assert report.decision.is_used, report.as_markdown()
    assert "garden" in report.words.texts.new_words
    assert report.sound.decision.is_used and report.words.decision.is_used, report.as_markdown()
    assert (report.base, report.test.old, report.test.new) == ("few-1", report.sound.test.old, report.words.test.new)
    assert report.words.test.old == report.sound.test.new
    old, new = open_folder(base), open_folder(out)
    assert new.record.name == "few-2"
    assert new.record.acoustic_sha256 != old.record.acoustic_sha256
    assert (new.defaults.lm_alpha, new.defaults.lm_beta) == report.words.chosen.weights
    lineage = new.defaults.lineage or {}
    assert (lineage["base"], lineage["base_sha256"]) == ("few-1", old.record.acoustic_sha256)
    assert {"learning_rate", "train_sha256", "texts_sha256", "scorer"} <= lineage.keys()
    assert {path.name for path in out.iterdir()} == {
        "few-2.pbmm", "few-2.scorer", "model.json", "report.json", "report.md"
    }  # fmt: skip
    document = json.loads((out / "report.json").read_text())
    assert document["decision"]["verdict"] == "BETTER"
    assert document["word_error_rate"]["test"]["new"] == round(report.test.new.word_error_rate, 2)
    text = (out / "report.md").read_text()
    assert text.startswith("# The new model is better\n")
    assert "\n## Sound: The new model is better\n" in text and "\n## Words: The new scorer is better\n" in text
    assert list((tmp_path / "work").iterdir()) == []


#: What a fake teaching finds: a text without a recording, and a silent recording.
FINDINGS = (
    Finding(FindingCode.TEXT_WITHOUT_AUDIO, "more.txt", "There is no recording beside it."),
    Finding(FindingCode.AUDIO_SILENT, "a.wav", "It has no sound."),
)


@dataclass
class Parts:
    """Fake teachings of both parts, which are better or not, and their fake measurement."""

    #: By the name of the part.
    verdicts: dict[str, Verdict]
    together: MeasuredChange
    #: The base models of both teachings.
    bases: dict[str, Path]

    def teach(self, part: str) -> Callable[..., Any]:
        def taught(request: Any, *_: Any) -> Any:
            self.bases[part] = request.base
            request.out.mkdir(parents=True)
            (request.out / "model").write_text(part)
            for name in ("report.json", "report.md", "model.json"):
                (request.out / name).write_text('{"lineage": {}}')
            report = SimpleNamespace(base="court-1", test=change(40, 20), guards={}, findings=FINDINGS)
            return SimpleNamespace(**vars(report), decision=Decision(self.verdicts[part], f"Reason of {part}."))

        return taught


def change(old: int, new: int) -> MeasuredChange:
    """Return the change between two numbers of wrong words of 400."""
    errors = (WordErrors(400, wrong, 0, 0, 0, 0) for wrong in (old, new))
    return MeasuredChange(*errors, Interval((old - new) / 8, (old - new) / 2))


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    """Let both parts be better, and their sum, too."""
    fake = Parts({"sound": Verdict.BETTER, "words": Verdict.BETTER}, change(40, 10), {})

    @dataclass(frozen=True)
    class Report:
        base: str
        decision: Decision
        test: MeasuredChange
        guards: Any
        findings: Any
        sound: Any
        words: Any

        def as_json(self) -> bytes:
            return b"{}"

        def as_markdown(self) -> str:
            return ""

    monkeypatch.setattr(sound_and_word_teaching, "BothReport", Report)
    monkeypatch.setattr(sound_and_word_teaching, "teach", fake.teach("sound"))
    monkeypatch.setattr(sound_and_word_teaching, "teach_words", fake.teach("words"))
    monkeypatch.setattr(sound_and_word_teaching, "_measure", lambda *_: (fake.together, {"others": change(0, 0)}))
    return fake


@pytest.fixture
def request_of_both(demo_folder: Path, tmp_path: Path) -> TeachingRequest:
    return TeachingRequest(tmp_path, demo_folder, tmp_path / "out", tmp_path / "work")


@pytest.mark.parametrize(
    ("sound", "words", "used"),
    [
        (Verdict.BETTER, Verdict.BETTER, "words"),
        (Verdict.BETTER, Verdict.OLD_MODEL_CHOSEN, "sound"),
        (Verdict.NOT_BETTER, Verdict.BETTER, "words"),
        (Verdict.NOT_BETTER, Verdict.GUARD_WORSE, ""),
    ],
)
def test_a_part_that_is_not_better_is_left_out(
    parts: Parts, request_of_both: TeachingRequest, sound: Verdict, words: Verdict, used: str
) -> None:
    parts.verdicts = {"sound": sound, "words": words}
    report = teach_both(request_of_both, RECIPE)
    assert report.decision.is_used is bool(used)
    out = request_of_both.out
    assert ((out / "model").read_text() if used else "") == used
    assert report.test == (parts.together if sound == words == Verdict.BETTER else change(40, 20))
    assert (parts.bases["words"] == request_of_both.base) is (sound != Verdict.BETTER)
    if not used:
        assert report.decision == Decision(sound, "Sound: Reason of sound. Words: Reason of words.")
        assert sorted(path.name for path in out.iterdir()) == ["report.json", "report.md"]


def test_words_that_spoil_what_the_sound_gained_are_left_out(parts: Parts, request_of_both: TeachingRequest) -> None:
    parts.together = change(40, 40)
    report = teach_both(request_of_both, RECIPE)
    assert report.test == change(40, 20)
    assert report.decision.reason.startswith("Reason of sound. With the new scorer, too: Chance may explain")
    assert report.decision.reason.endswith("So that scorer is not used.")
    assert (request_of_both.out / "model").read_text() == "sound"


@pytest.mark.usefixtures("parts")
def test_a_text_without_a_recording_is_no_finding_because_its_words_are_taught(
    request_of_both: TeachingRequest,
) -> None:
    assert [finding.code for finding in teach_both(request_of_both, RECIPE).findings] == [FindingCode.AUDIO_SILENT]


def test_a_model_that_spells_in_bytes_is_refused_before_it_is_trained(parts: Parts, tmp_path: Path) -> None:
    (tmp_path / "bytes").mkdir()
    bytes_model.write_model(tmp_path / "bytes", with_scorer=False)
    with pytest.raises(AlphabetForeign, match="spells in bytes"):
        teach_both(TeachingRequest(tmp_path, tmp_path / "bytes", tmp_path / "out", tmp_path / "work"), RECIPE)
    assert parts.bases == {}


def test_texts_that_cannot_be_taught_are_refused_before_the_training(
    parts: Parts, request_of_both: TeachingRequest, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/rooms.txt").write_text("12")
    with pytest.raises(SetInvalid, match=r"notes contains no sentence to learn from\."):
        teach_both(request_of_both, RECIPE, tmp_path / "notes")
    assert parts.bases == {}
