"""Many files go through one engine at once: each gets its own words, and a bad file does not affect the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.fake_engines import FakeEngine, numbered_audio
from tests.support.transcriber.wav_files import RATE, silence, wav
from transcriber.shard.recordings import Progress, Recording, RecordingResult
from transcriber.shard.transcribe_recordings import transcribe_recordings
from transcription.contract.errors import AudioNotFinite, AudioNotWav, DiskFailed, EngineFailed
from transcription.contract.options import Options

LONG = 100.0


def write_recordings(folder: Path, contents: list[bytes]) -> list[Recording]:
    """Write files with these contents, numbered from 1."""
    recordings = []
    for number, content in enumerate(contents, 1):
        path = folder / f"{number}.wav"
        path.write_bytes(content)
        recordings.append(Recording(number, path))
    return recordings


def results_of(
    recordings: list[Recording],
    engine: FakeEngine,
    options: Options = Options(),  # noqa: B008 - frozen
) -> dict[int, RecordingResult]:
    """The result of each recording by number; there must be exactly one for each."""
    results = list(transcribe_recordings(recordings, engine, options))
    assert sorted(result.number for result in results) == [recording.number for recording in recordings]
    return {result.number: result for result in results}


def words(result: RecordingResult) -> set[str]:
    assert result.transcript is not None
    return {word.word for word in result.transcript.words}


def open_files(folder: Path) -> list[str]:
    """The files in `folder` that this process holds open."""
    links = list(Path("/proc/self/fd").iterdir())
    return [str(link.readlink()) for link in links if link.is_symlink() and link.readlink().parent == folder]


def with_nan(seconds: float, at: float) -> bytes:
    """A file whose sample `at` seconds from the start is no number."""
    samples = numbered_audio(1, seconds) / np.float32(32768)
    samples[int(at * RATE)] = np.nan
    return wav(samples, subtype="FLOAT")


def short_and_long_files() -> list[bytes]:
    lengths = [3, LONG, 0.1, 1, 15, 40, 2, LONG, 0.5, 16]
    return [wav(numbered_audio(number, seconds)) for number, seconds in enumerate(lengths, 1)]


@pytest.mark.parametrize("delay", [0, 1, 5, 1000])
def test_each_file_gets_its_own_words_once_whatever_the_order_of_the_answers(tmp_path: Path, delay: int) -> None:
    engine = FakeEngine(delay)
    recordings = write_recordings(tmp_path, short_and_long_files())
    results = results_of(recordings, engine)
    assert {number: words(result) for number, result in results.items()} == {
        recording.number: {str(recording.number)} for recording in recordings
    }
    for number, result in results.items():
        assert result.transcript is not None
        assert result.audio is not None
        assert result.audio.seconds == pytest.approx(result.transcript.words[-1].end)
        times = [(word.start, word.end) for word in result.transcript.words]
        assert [start for start, _ in times] == pytest.approx([0.0, *(end for _, end in times[:-1])])
        assert result.cpu_seconds == engine.given.count(number) == len(times)


def test_a_file_is_done_before_all_others_have_been_read(tmp_path: Path) -> None:
    """Otherwise a child that is killed after hours has committed nothing."""
    numbers = []

    def recordings() -> Iterator[Recording]:
        for recording in write_recordings(tmp_path, short_and_long_files()):
            numbers.append(recording.number)
            yield recording

    first = next(transcribe_recordings(recordings(), FakeEngine(delay=1), Options()))
    assert first.number == 1
    assert numbers == [1, 2]


def test_damage_in_the_middle_fails_this_file_and_no_other(tmp_path: Path) -> None:
    """The start of such a file is transcribed before the damage is read; a part must not pass for the whole."""
    contents = [
        wav(numbered_audio(1, LONG)),
        with_nan(LONG, at=40),
        wav(numbered_audio(3, 3)),
        b"text",
        wav(numbered_audio(5, LONG)),
    ]
    engine = FakeEngine()
    results = results_of(write_recordings(tmp_path, contents), engine)
    assert engine.given.count(2) > 0
    assert isinstance(results[2].error, AudioNotFinite)
    assert isinstance(results[4].error, AudioNotWav)
    assert results[2].transcript is results[4].transcript is None
    assert [words(results[number]) for number in (1, 3, 5)] == [{"1"}, {"3"}, {"5"}]


@pytest.mark.parametrize("silent", [{1}, {4}, {2, 3}, {1, 2, 3, 4}])
def test_files_without_any_segment_are_silence_wherever_they_stand(tmp_path: Path, silent: set[int]) -> None:
    contents = [wav(silence(60) if number in silent else numbered_audio(number, 20)) for number in range(1, 5)]
    engine = FakeEngine()
    results = results_of(write_recordings(tmp_path, contents), engine)
    assert not silent & set(engine.given)
    for number, result in results.items():
        assert result.transcript is not None
        assert result.transcript.no_speech == (number in silent)
        assert result.transcript.skipped_seconds == (60 if number in silent else 0)


def test_a_single_file_of_silence_has_a_result(tmp_path: Path) -> None:
    [result] = results_of(write_recordings(tmp_path, [wav(silence(60))]), FakeEngine()).values()
    assert result.transcript is not None
    assert result.transcript.no_speech


def test_a_segment_without_an_answer_fails_its_file_and_the_rest_is_not_transcribed(tmp_path: Path) -> None:
    engine = FakeEngine(delay=1, fails_for=(2,))
    contents = [wav(numbered_audio(number, seconds)) for number, seconds in ((1, 3), (2, 600), (3, LONG))]
    results = results_of(write_recordings(tmp_path, contents), engine)
    assert isinstance(results[2].error, EngineFailed)
    assert "no answer at" in str(results[2].error)
    assert results[2].transcript is None
    assert engine.given.count(2) < 10
    assert [words(results[number]) for number in (1, 3)] == [{"1"}, {"3"}]


def test_a_file_that_cannot_be_read_from_the_disk_is_a_fault_of_the_system(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path, [wav(numbered_audio(number, 3)) for number in (1, 2, 3)])
    recordings[1].path.unlink()
    results = results_of(recordings, FakeEngine())
    assert isinstance(results[2].error, DiskFailed)
    assert [words(results[number]) for number in (1, 3)] == [{"1"}, {"3"}]


def test_a_file_is_closed_before_the_next_one_is_taken(tmp_path: Path) -> None:
    """The caller deletes the file then; a file that is still open would keep its room on the disk."""
    contents = [
        wav(numbered_audio(1, LONG)),
        with_nan(LONG, at=40),
        b"text",
        wav(numbered_audio(4, LONG)),
        wav(numbered_audio(5, 3)),
    ]
    open_when_taken: list[list[str]] = []

    def recordings() -> Iterator[Recording]:
        for recording in write_recordings(tmp_path, contents):
            open_when_taken.append(open_files(tmp_path))
            yield recording
        open_when_taken.append(open_files(tmp_path))

    engine = FakeEngine(delay=1, fails_for=(1, 4))
    results = transcribe_recordings(recordings(), engine, Options())
    assert [result.number for result in results if isinstance(result.error, EngineFailed)] == [1, 4]
    assert open_when_taken == [[]] * 6


def test_the_audio_of_an_hour_is_in_memory_only_while_it_is_transcribed(tmp_path: Path) -> None:
    engine = FakeEngine()
    [result] = results_of(write_recordings(tmp_path, [wav(np.tile(numbered_audio(1, 60), 60))]), engine).values()
    assert result.cpu_seconds == len(engine.given) > 200
    assert engine.most_alive <= 2


def test_without_cutting_a_file_is_one_segment_and_nothing_is_skipped(tmp_path: Path) -> None:
    samples = np.concatenate([numbered_audio(1, 60), np.full(60 * RATE, 1, np.int16)])
    engine = FakeEngine()
    recordings = write_recordings(tmp_path, [wav(samples)])
    [result] = results_of(recordings, engine, Options(cut_at_silence=False)).values()
    assert engine.given == [1]
    assert result.transcript is not None
    assert [(word.start, word.end) for word in result.transcript.words] == [(0, 120)]
    assert result.transcript.skipped_seconds == 0


def test_progress_grows_to_the_length_of_a_file_unless_the_file_fails(tmp_path: Path) -> None:
    reports: list[Progress] = []
    contents = [wav(numbered_audio(number, seconds)) for number, seconds in ((1, LONG), (2, 3), (3, LONG))]
    engine = FakeEngine(delay=2, fails_for=(3,))
    results = list(transcribe_recordings(write_recordings(tmp_path, contents), engine, Options(), reports.append))
    assert [result.number for result in results if result.error] == [3]
    first = [progress for progress in reports if progress.number == 1]
    reached = [progress.reached for progress in first]
    assert reached == sorted(reached)
    assert reached[-1] == {progress.total for progress in first}.pop() == LONG
    assert all(progress.reached < LONG for progress in reports if progress.number == 3)
