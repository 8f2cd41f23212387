"""A teaching of words as a whole: a scorer learns words, is proved, measured and used, and never learns a test text."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.kenlm_programs import NEEDS_KENLM
from tests.support.taught_recordings import shifted, write_pair
from trainer import word_teaching
from trainer.command import main
from trainer.data import taught_speech
from trainer.data.split import Part, part_of
from trainer.data.taught_words import read_words_and_speech
from trainer.data.utterance import Samples
from trainer.errors import AlphabetForeign, SetInvalid
from trainer.network.acoustic_model import AcousticModel
from trainer.scorer.candidates import NewScorer
from trainer.word_teaching import WordsRequest, teach_words
from transcriber.audio import audio_stream
from transcriber.model.model_folder import open_folder

Clips = list[tuple[npt.NDArray[np.int16], str]]
DIGITS = "zero one two three four five six seven eight nine"


@pytest.fixture(autouse=True)
def _silent_synthesiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taught_speech, "can_speak", lambda: False)


@pytest.fixture
def digit_base(demo_folder: Path, demo_model: AcousticModel, tmp_path: Path) -> Path:
    """Return the folder of the demo model with a scorer that knows digits only."""
    folder = tmp_path / "digits"
    NewScorer(open_folder(demo_folder), DIGITS.split(), demo_model.graph.labels, folder)
    return folder


def _write_recordings(folder: Path, clips: Clips, count: int) -> None:
    for number in range(count):
        samples, text = clips[number % len(clips)]
        write_pair(folder, f"{number}", shifted(samples, number), text)


@NEEDS_KENLM
def test_words_are_learned_and_the_scorer_is_used(digit_base: Path, clips: Clips, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/commands.txt").write_text(
        "Yes, start! Play next.\ncancel repeat help\nRoom 12\nopen window please\n"
    )
    _write_recordings(tmp_path / "audio", clips, 16)
    _write_recordings(tmp_path / "test", clips, 28)
    out = tmp_path / "models" / "taught"
    request = WordsRequest(
        tmp_path / "texts", digit_base, out, tmp_path / "work", tmp_path / "audio", tmp_path / "test"
    )
    report = teach_words(request)
    assert report.decision.is_used, report.as_markdown()
    assert report.test.old.words >= 100
    assert report.test.new.errors < report.test.old.errors / 2
    assert {"window", "cancel"} <= set(report.texts.new_words)
    assert "zero" not in report.texts.new_words
    assert report.texts.left_out == {"TEXT_HAS_DIGITS": 1}
    folder = open_folder(out)
    assert folder.record.name == "taught"
    assert folder.record.acoustic_sha256 == open_folder(digit_base).record.acoustic_sha256
    assert folder.scorer is not None and folder.scorer.parent == out
    assert (folder.defaults.lm_alpha, folder.defaults.lm_beta) == report.chosen.weights
    assert (folder.defaults.lineage or {})["base"] == "digits"
    assert json.loads((out / "report.json").read_text())["decision"]["verdict"] == "BETTER"
    assert "Room" not in (out / "report.md").read_text() and "12 (1)" in (out / "report.md").read_text()
    assert list((tmp_path / "work").iterdir()) == []


@NEEDS_KENLM
def test_without_recordings_the_model_is_written_as_not_measured(
    digit_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/commands.txt").write_text("yes start play next")
    out = tmp_path / "out"
    arguments = {"words": tmp_path / "texts", "base": digit_base, "out": out, "work": tmp_path / "work"}
    monkeypatch.setattr("sys.argv", ["trainer", *(f"--{name}={value}" for name, value in arguments.items())])
    for name in ("AUDIO", "TEACH"):
        monkeypatch.delenv(name, raising=False)
    assert main() == 0
    assert "not measured" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == ["not-measured", "report.json", "report.md"]
    open_folder(out / "not-measured")


@NEEDS_KENLM
def test_a_scorer_that_is_not_better_changes_nothing(demo_folder: Path, clips: Clips, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/other.txt").write_text("banana orange")
    _write_recordings(tmp_path / "audio", clips, 24)
    out = tmp_path / "out"
    request = WordsRequest(tmp_path / "texts", demo_folder, out, tmp_path / "work", tmp_path / "audio")
    assert teach_words(request).decision.verdict == "OLD_MODEL_CHOSEN"
    assert sorted(path.name for path in out.rglob("*")) == ["report.json", "report.md"]


def test_texts_of_tuning_and_test_are_never_learned(demo_model: AcousticModel, clips: Clips, tmp_path: Path) -> None:
    """Each recording has a text of its own, and the part of the recording decides."""
    words = ["start", "stop", "play", "pause", "open", "close", "yes", "no"]
    texts: dict[str, Samples] = {}
    for number in range(24):
        samples = shifted(clips[0][0], number)
        text = f"{words[number % 8]} {words[number // 8]}"
        path = write_pair(tmp_path / "audio", f"{number}", samples, text)
        texts[text] = np.concatenate(list(audio_stream.decode(path, 16000)))
    shutil.copytree(tmp_path / "audio", tmp_path / "test")
    for path in (tmp_path / "test").iterdir():
        if path.stem not in {"0", "1", "2"}:
            path.unlink()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/a.txt").write_text("window")

    def sentences(test: Path | None) -> set[str]:
        taught = read_words_and_speech(tmp_path / "texts", demo_model, None, audio=tmp_path / "audio", test=test)
        return set(taught.corpus.sentences) - {"window"}

    learned = sentences(None)

    parts = {text: part_of(hashlib.sha256(samples.tobytes()).hexdigest()) for text, samples in texts.items()}
    assert learned and learned <= {text for text, part in parts.items() if part == Part.TRAIN}
    assert sentences(tmp_path / "test").isdisjoint({"start start", "stop start", "play start"})


@pytest.mark.parametrize(("words", "audio"), [("set", "set"), ("set", "set/voices"), ("set/texts", "set")])
def test_recordings_in_both_folders_are_read_once(
    words: str, audio: str, demo_model: AcousticModel, clips: Clips, tmp_path: Path
) -> None:
    (tmp_path / "set" / "texts").mkdir(parents=True)
    (tmp_path / "set" / "texts" / "more.txt").write_text("window\n")
    for number, (samples, text) in enumerate(clips):
        write_pair(tmp_path / "set" / "voices", str(number), samples, text)
    taught = read_words_and_speech(tmp_path / words, demo_model, None, audio=tmp_path / audio)
    assert taught.findings == []
    assert taught.corpus.sentences.count("window") == 1
    assert len(taught.corpus.sentences) > 1, "the recordings were not read"


def test_texts_of_another_language_are_refused(demo_folder: Path, demo_model: AcousticModel, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("窓?\n戸.\nyes", "utf-8")
    with pytest.raises(AlphabetForeign, match="2 sentences"):
        read_words_and_speech(tmp_path, demo_model, None)
    (tmp_path / "a.txt").write_text("1\n")
    with pytest.raises(SetInvalid, match="no sentence"):
        read_words_and_speech(tmp_path, demo_model, None)


@pytest.mark.parametrize(("count", "used"), [(0, 0), (7, 7), (200, 200), (201, 200), (1000, 200)])
def test_the_recordings_that_choose_are_from_the_whole_set(count: int, used: int) -> None:
    sample = word_teaching._sample(range(count))  # type: ignore[arg-type]  # Any sequence will do.
    assert len(sample) == used
    assert not count or list(sample)[-1] > 0.99 * (count - 2)
