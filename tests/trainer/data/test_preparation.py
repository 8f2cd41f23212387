"""Each recording that cannot be learned from is named with a code, and the others are used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.taught_recordings import utterance, write_pair
from trainer.data.finding import FindingCode
from trainer.data.preparation import needed_frames, prepare
from trainer.data.suspect_labels import split_suspects
from trainer.data.teaching_set import read_set
from trainer.errors import AlphabetForeign
from trainer.network.acoustic_model import AcousticModel

Clips = list[tuple[npt.NDArray[np.int16], str]]


def test_good_recordings_are_used_and_bad_ones_are_named(
    tmp_path: Path, demo_model: AcousticModel, clips: Clips
) -> None:
    for number, (samples, text) in enumerate(clips[:4]):
        write_pair(tmp_path, f"good{number}", samples, f"{text.capitalize()}.")
    samples, text = clips[4]
    write_pair(tmp_path, "good0-again", clips[0][0], clips[0][1])
    write_pair(tmp_path, "contrary-1", samples, "stop")
    write_pair(tmp_path, "contrary-2", samples, "start")
    write_pair(tmp_path, "digits", clips[5][0], "five 5")
    write_pair(tmp_path, "letters", clips[5][0], "fünf")
    write_pair(tmp_path, "empty", clips[5][0], " ?! ")
    write_pair(tmp_path, "silent", np.full(16000, 5, np.int16), "stop")
    write_pair(tmp_path, "long-text", clips[5][0][:4000], "seven three zero one two four")
    write_pair(tmp_path, "long-audio", np.tile(clips[5][0], 13), "stop")
    write_pair(tmp_path, "clipped", np.clip(clips[6][0].astype(np.int32) * 40, -32768, 32767).astype(np.int16), text)
    write_pair(tmp_path, "pause", np.concatenate([clips[7][0], np.zeros(80000, np.int16)]), "stop")
    write_pair(tmp_path, "broken", samples, "stop").write_bytes(b"RIFF????WAVE")
    (tmp_path / "more.csv").write_text("wav_filename,transcript\ngone.wav,stop\n")
    prepared = prepare(read_set(tmp_path), demo_model)
    found = {(finding.recording.removesuffix(".wav"), finding.code.value) for finding in prepared.findings}
    assert found == {
        ("good0", "AUDIO_REPEATED"),
        ("contrary-1", "TEXTS_CONTRADICT"),
        ("contrary-2", "TEXTS_CONTRADICT"),
        ("digits", "TEXT_HAS_DIGITS"),
        ("letters", "LETTERS_UNKNOWN"),
        ("empty", "TEXT_EMPTY"),
        ("silent", "AUDIO_SILENT"),
        ("long-text", "TEXT_TOO_LONG"),
        ("long-audio", "AUDIO_TOO_LONG"),
        ("clipped", "AUDIO_CLIPPED"),
        ("pause", "TEXT_SHORT"),
        ("broken", "AUDIO_UNREADABLE"),
        ("gone", "AUDIO_MISSING"),
    }
    used = {utterance.recording.name.removesuffix(".wav"): utterance.text for utterance in prepared.utterances}
    assert used.keys() == {"good0-again", "good1", "good2", "good3", "clipped", "pause"}
    assert used["good1"] == clips[1][1]
    assert prepared.unknown_letters == {"5": 1, "ü": 1}


def test_a_set_in_another_alphabet_is_refused_with_its_letters(
    tmp_path: Path, demo_model: AcousticModel, clips: Clips
) -> None:
    write_pair(tmp_path, "a", clips[0][0], "семь три")
    write_pair(tmp_path, "b", clips[1][0], "семь")
    write_pair(tmp_path, "c", clips[2][0], clips[2][1])
    with pytest.raises(AlphabetForeign, match=r"2 of 3 texts.*'с' 2"):  # noqa: RUF001 - a Cyrillic letter
        prepare(read_set(tmp_path), demo_model)


def test_needed_frames_count_a_blank_between_equal_letters() -> None:
    assert needed_frames((1, 1, 2, 2, 2)) == 8
    assert needed_frames(()) == 0


def test_swapped_texts_are_found_and_the_others_stay(demo_model: AcousticModel, clips: Clips) -> None:
    texts = [text for _, text in clips]
    texts[1], texts[3] = texts[3], texts[1]
    utterances = [
        utterance(demo_model, samples, text, name=f"{number}.wav")
        for number, ((samples, _), text) in enumerate(zip(clips, texts, strict=True))
    ]
    kept, findings = split_suspects(utterances, demo_model)
    assert {finding.recording for finding in findings} == {"1.wav", "3.wav"}
    assert {finding.code for finding in findings} == {FindingCode.LABEL_SUSPECT}
    assert f"the model hears “{clips[1][1]}”" in " ".join(finding.message for finding in findings)
    assert len(kept) == len(clips) - 2
    assert split_suspects([], demo_model) == ((), ())
