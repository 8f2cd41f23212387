"""The sets of words keep test and teaching apart, a report of words becomes figures, and the page shows those saved."""

from __future__ import annotations

import dataclasses
import json
import shutil
from itertools import chain
from pathlib import Path

import pytest

from benchmarks.teaching import documents, figures, word_figures, word_sets
from benchmarks.teaching.figures import ErrorRates
from benchmarks.teaching.speller.words import heard_words, unheard_words
from benchmarks.teaching.word_figures import WordFigure
from benchmarks.teaching.word_sets import AUDIO_VOICES, COMMANDS_SET, OTHER_WORDS_SET, OTHERS_VOICES, TEST_VOICES
from transcriber_image.demo_model.training.vocabulary import DIGITS, WORDS
from transcriber_image.demo_model.training.voices import ESPEAK_TEST

FIGURE = WordFigure(
    name=COMMANDS_SET,
    verdict="BETTER",
    words=40,
    test=ErrorRates(75.0, 2.5),
    interval_low=69.33,
    interval_high=77.34,
    letters=ErrorRates(50.0, 1.5),
    guard=ErrorRates(0.7, 1.04),
    tuning=ErrorRates(80.0, 2.13),
    tuning_guard=ErrorRates(0.0, 0.35),
)


def test_the_page_shows_the_saved_figures() -> None:
    saved, text = word_figures.read(), documents.PAGE.read_text()
    assert [figure.name for figure in saved] == list(word_sets.word_lists())
    assert documents.fill_words(text, saved) == text, "run `python -m benchmarks.teaching`"


def test_a_report_of_words_becomes_a_figure_and_is_read_back(tmp_path: Path) -> None:
    old = {"words": 40, "substitutions": 30, "insertions": 0, "deletions": 0, "letters": 200, "letter_errors": 100}
    report = {
        "decision": {"verdict": "BETTER"},
        "test": {
            "old": old,
            "new": {**old, "substitutions": 1, "letter_errors": 3},
            "interval": {"low": 69.331, "high": 77.339},
        },
        "candidates": [
            {"tuning_errors": 80.0, "guard_errors": {"espeak-ng": 0.0}},
            {"tuning_errors": 2.128, "guard_errors": {"espeak-ng": 0.3472}},
            {"tuning_errors": 2.5, "guard_errors": {"espeak-ng": 100.0}},
        ],
        "word_error_rate": {"test": {"old": 75.0, "new": 2.5}, "espeak-ng": {"old": 0.7, "new": 1.04}},
    }
    (tmp_path / COMMANDS_SET).mkdir()
    (tmp_path / COMMANDS_SET / "report.json").write_text(json.dumps(report))
    collected = word_figures.collect(tmp_path, [COMMANDS_SET])
    assert collected == [FIGURE]
    figures.save(collected, tmp_path / "figures.json")
    assert word_figures.read(tmp_path / "figures.json") == collected


def test_a_scorer_that_is_not_used_says_why() -> None:
    figure = dataclasses.replace(FIGURE, name=OTHER_WORDS_SET, verdict="GUARD_WORSE")
    page = documents.fill_words("<!-- word figures: x -->\n<!-- end of word figures -->", [FIGURE, figure])
    rows = [row for row in page.splitlines() if "75.0" in row]
    assert "| its 24 commands | 40 | 75.0 → 2.5 % | 69.3 to 77.3 points | 50.0 → 1.5 % | 0.7 → 1.0 % |" in rows[0]
    assert rows[0].endswith("| 80.0 → 2.1 % | 0.0 → 0.3 % |")
    assert "| 500 words that it never heard | 40 | 75.0 → 2.5 % (`GUARD_WORSE`) |" in rows[1]


def test_the_lists_are_what_the_table_calls_them() -> None:
    lists = word_sets.word_lists()
    assert len(set(lists[COMMANDS_SET])) == 24
    others = set(lists[OTHER_WORDS_SET])
    assert len(others) == len(lists[OTHER_WORDS_SET]) == 500
    assert not others & set(WORDS)
    assert set("".join(others)) <= set("abcdefghijklmnopqrstuvwxyz")
    assert not others & {*heard_words(), *unheard_words()}, "the model that is taught them has heard some"


def test_the_model_that_spells_heard_other_words_than_its_tuning_recordings_have() -> None:
    heard, unheard = heard_words(), unheard_words()
    assert len(set(heard)) == len(heard) == 12_000
    assert len(set(unheard)) == len(unheard) == 2_000
    assert not set(heard) & set(unheard)


def test_the_voices_of_the_test_are_new_to_the_model_and_to_the_teaching() -> None:
    chosen = [*AUDIO_VOICES, *TEST_VOICES, *OTHERS_VOICES]
    assert set(chosen) <= set(ESPEAK_TEST)
    assert len(set(chosen)) == len(chosen)
    assert len(AUDIO_VOICES) == len(TEST_VOICES) == 5


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
def test_each_phrase_is_a_recording_with_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_sets, "_AUDIO_PHRASES", 6)
    monkeypatch.setattr(word_sets, "_TEST_PHRASES", 4)
    monkeypatch.setattr(word_sets, "_OTHERS_PHRASES", 5)
    word_sets.make(tmp_path)
    assert (tmp_path / "digits" / "texts" / "words.txt").read_text().split()[:3] == ["zero", "one", "two"]
    known = (tmp_path / "known-words" / "texts" / "words.txt").read_text().split()
    assert known == heard_words()[: word_sets.KNOWN_WORDS]
    assert len(list((tmp_path / "known-words" / "others").glob("*.wav"))) == 5
    for name, words in word_sets.word_lists().items():
        assert (tmp_path / name / "texts" / "words.txt").read_text().splitlines() == list(words)
        for part, count in (("audio", 6), ("test", 4)):
            texts = [path.read_text().split() for path in sorted((tmp_path / name / part).glob("*.txt"))]
            assert len(texts) == count
            spoken = {*words, *DIGITS} if name == COMMANDS_SET else set(words)
            assert set(chain.from_iterable(texts)) <= spoken
            recordings = [path.read_bytes() for path in (tmp_path / name / part).glob("*.wav")]
            assert len(set(recordings)) == count
            assert all(recording[:4] == b"RIFF" and len(recording) > 10_000 for recording in recordings)
