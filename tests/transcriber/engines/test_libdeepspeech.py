"""libdeepspeech with the demo model finds the right words at the right times, and never fails silently."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from transcriber.audio.audio_stream import Samples
from transcriber.audio.segmentation import Segment
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.engines.utterance import FailedSegment
from transcriber.model.model_folder import open_folder
from transcription.contract.errors import EngineFailed, ModelInvalid
from transcription.contract.options import Options


def copy_of(model: Path, folder: Path) -> Path:
    """Copy a model to damage it. Leave out `model.json`, whose digests would reveal the damage first."""
    for path in model.iterdir():
        if path.suffix in (".pbmm", ".scorer"):
            shutil.copy(path, folder)
    return folder


def answering(*candidates: SimpleNamespace) -> SimpleNamespace:
    """Return a fake `deepspeech.Model` that returns these candidates for any audio."""
    return SimpleNamespace(sttWithMetadata=lambda *_: SimpleNamespace(transcripts=list(candidates)))


def unrunnable(model: bytes) -> bytes:
    """Return the contents of a `.pbmm` file without one of its regions: the graph can be loaded but not run."""
    weight = model.index(b"memmapped_package://") + len(b"memmapped_package://")
    return model[:weight] + b"?" + model[weight + 1 :]


def segment(samples: Samples, start: float = 0.0) -> Segment:
    return Segment(0, start, samples, len(samples) / RATE)


def test_every_clip_is_understood_word_for_word(engine: LibDeepSpeech, clips: list[Clip]) -> None:
    texts = [transcribe_file(clip.path, engine).text for clip in clips]
    assert texts == [clip.text for clip in clips]


def test_words_have_the_times_at_which_they_are_spoken(engine: LibDeepSpeech, clip: Clip) -> None:
    late = np.concatenate([silence(2), clip.samples])
    plain = engine.transcribe_segment(segment(clip.samples))
    shifted = engine.transcribe_segment(segment(late))
    offset = engine.transcribe_segment(segment(clip.samples, start=100))
    assert len(plain.words) > 1
    for word, after, moved in zip(plain.words, shifted.words, offset.words):
        assert 0 <= word.start < word.end <= len(clip.samples) / RATE
        assert after.start - word.start == pytest.approx(2, abs=0.1)
        assert moved.start - word.start == pytest.approx(100)
    for before, word in zip(plain.words, plain.words[1:]):
        assert before.end <= word.start


def test_the_last_word_has_a_length_and_ends_with_the_audio(
    engine: LibDeepSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In DeepSpeech's own client the last word ends where its last letter starts. One letter has no length then."""
    tokens = [SimpleNamespace(text=text, start_time=at) for text, at in [("a", 0.5), (" ", 0.7), ("b", 0.98)]]
    monkeypatch.setattr(engine, "_native", answering(SimpleNamespace(confidence=-1.0, tokens=tokens)))
    utterance = engine.transcribe_segment(segment(silence(0.99), start=10))
    spans = [(word.word, round(word.start, 6), round(word.end, 6)) for word in utterance.words]
    assert spans == [("a", 10.5, 10.52), ("b", 10.98, 10.99)]


def test_confidence_is_a_share_and_lower_for_noisy_audio(engine: LibDeepSpeech, clips: list[Clip]) -> None:
    clean: list[float] = []
    noisy: list[float] = []
    rng = np.random.default_rng(0)
    for samples in (clip.samples for clip in clips):
        noise = rng.normal(0, samples.std(), len(samples))
        for confidences, sound in ((clean, samples), (noisy, (samples + noise).clip(-32768, 32767))):
            utterance = engine.transcribe_segment(segment(sound.astype(np.int16)))
            confidences += [word.confidence for word in utterance.words]
    assert all(0 < confidence <= 1 + 1e-9 for confidence in [*clean, *noisy])
    assert np.mean(clean) > 0.8
    assert np.mean(noisy) < np.mean(clean)


@pytest.mark.parametrize("seconds", [0.05, 5, 60])
def test_silence_and_a_click_are_a_success_without_words(tmp_path: Path, engine: LibDeepSpeech, seconds: float) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(silence(seconds)))
    transcript = transcribe_file(path, engine)
    assert transcript.text == ""
    assert transcript.no_speech
    assert transcript.confidence is None
    assert transcript.as_text() == b""


def test_a_long_recording_has_the_words_and_times_of_its_parts(
    tmp_path: Path, engine: LibDeepSpeech, clips: list[Clip]
) -> None:
    """A recording is cut into segments: time and memory of a single call would grow without a limit."""
    parts: list[Samples] = []
    spans: list[tuple[float, float]] = []  # start and end of the clip of each word
    for clip in clips * 4:
        start = sum(map(len, parts)) / RATE
        parts += [clip.samples, silence(0.8)]
        spans += [(start, start + len(clip.samples) / RATE)] * len(clip.text.split())
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.concatenate(parts)))
    transcript = transcribe_file(path, engine)
    assert len(transcript.utterances) > 1
    expected = " ".join(clip.text for clip in clips * 4).split()
    actual = [word.word for word in transcript.words]
    assert len(actual) == len(expected)
    # An uncertain word may change with the audio around it, even without a cut. Each bad cut would cost a word or more.
    assert sum(one != other for one, other in zip(actual, expected)) <= 0.02 * len(expected)
    for word, (start, end) in zip(transcript.words, spans):
        assert start <= word.start < word.end <= end + 0.1


def test_the_beam_width_of_a_run_takes_precedence_over_the_models(model_folder: Path) -> None:
    folder = open_folder(model_folder)
    assert LibDeepSpeech(folder, Options(beam_width=37)).description.decoder.beam_width == 37
    if folder.defaults.beam_width is not None:
        assert LibDeepSpeech(folder).description.decoder.beam_width == folder.defaults.beam_width


def test_a_damaged_model_is_refused_with_deepspeechs_reason(tmp_path: Path, model_folder: Path) -> None:
    folder = copy_of(model_folder, tmp_path)
    acoustic = next(folder.glob("*.pbmm"))
    acoustic.write_bytes(b"this is no graph" * 100)
    with pytest.raises(ModelInvalid, match="CreateModel failed"):
        LibDeepSpeech(open_folder(folder))


def test_a_damaged_scorer_is_refused_with_deepspeechs_reason(tmp_path: Path, model_folder: Path) -> None:
    folder = copy_of(model_folder, tmp_path)
    next(folder.glob("*.scorer")).write_bytes(b"this is no scorer" * 100)
    with pytest.raises(ModelInvalid, match="EnableExternalScorer failed"):
        LibDeepSpeech(open_folder(folder))


def test_a_graph_that_cannot_run_is_refused_and_gives_no_empty_transcript(tmp_path: Path, model_folder: Path) -> None:
    """If the graph fails, libdeepspeech prints a line and returns an empty transcript for every file."""
    folder = copy_of(model_folder, tmp_path)
    acoustic = next(folder.glob("*.pbmm"))
    acoustic.write_bytes(unrunnable(acoustic.read_bytes()))
    with pytest.raises(ModelInvalid, match="cannot run the graph"):
        LibDeepSpeech(open_folder(folder))


def test_a_missing_result_is_an_error_and_not_an_empty_transcript(
    engine: LibDeepSpeech, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    for native in (SimpleNamespace(sttWithMetadata=lambda *_: None), answering()):
        monkeypatch.setattr(engine, "_native", native)
        [answer] = engine.transcribe([segment(clip.samples)])
        assert isinstance(answer, FailedSegment)
        assert isinstance(answer.error, EngineFailed)
