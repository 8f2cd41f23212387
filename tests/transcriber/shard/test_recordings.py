"""Many files through one engine: each gets its own words once, and what is wrong with one is no other's business."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.fake_engines import Listener, marked
from tests.support.transcriber.wav_files import RATE, silence, wav
from transcriber.shard.recordings import Outcome, Progress, Recording, transcribe
from transcription.contract.errors import AudioNotFinite, AudioNotWav, DiskFailed, EngineFailed
from transcription.contract.options import Options

LONG = 100.0


def recordings(folder: Path, contents: list[bytes]) -> list[Recording]:
    """Files with these contents, numbered from 1."""
    found = []
    for number, content in enumerate(contents, 1):
        path = folder / f"{number}.wav"
        path.write_bytes(content)
        found.append(Recording(number, path))
    return found


def outcomes(given: list[Recording], engine: Listener, options: Options = Options()) -> dict[int, Outcome]:  # noqa: B008
    """What came of each, of which there must be one."""
    found = list(transcribe(given, engine, options))
    assert sorted(each.number for each in found) == [each.number for each in given]
    return {each.number: each for each in found}


def words(outcome: Outcome) -> set[str]:
    assert outcome.transcript is not None
    return {each.word for each in outcome.transcript.words}


def open_files(folder: Path) -> list[str]:
    """The files in `folder` that this process holds open."""
    links = list(Path("/proc/self/fd").iterdir())
    return [str(each.readlink()) for each in links if each.is_symlink() and each.readlink().parent == folder]


def with_nan(seconds: float, at: float) -> bytes:
    samples = marked(1, seconds) / np.float32(32768)
    samples[int(at * RATE)] = np.nan
    return wav(samples, subtype="FLOAT")


def mixed() -> list[bytes]:
    lengths = [3, LONG, 0.1, 1, 15, 40, 2, LONG, 0.5, 16]
    return [wav(marked(number, seconds)) for number, seconds in enumerate(lengths, 1)]


@pytest.mark.parametrize("ahead", [0, 1, 5, 1000])
def test_each_file_gets_its_own_words_once_whatever_the_order_of_the_answers(tmp_path: Path, ahead: int) -> None:
    engine = Listener(ahead)
    given = recordings(tmp_path, mixed())
    found = outcomes(given, engine)
    assert {number: words(each) for number, each in found.items()} == {
        each.number: {str(each.number)} for each in given
    }
    for number, each in found.items():
        assert each.transcript is not None
        assert each.audio is not None
        assert each.audio.seconds == pytest.approx(each.transcript.words[-1].end)
        times = [(word.start, word.end) for word in each.transcript.words]
        assert [start for start, _ in times] == pytest.approx([0.0, *(end for _, end in times[:-1])])
        assert each.cpu_seconds == engine.given.count(number) == len(times)


def test_a_file_is_done_before_all_others_have_been_read(tmp_path: Path) -> None:
    """Otherwise a child that is killed after hours has committed nothing."""
    taken = []

    def take() -> Iterator[Recording]:
        for each in recordings(tmp_path, mixed()):
            taken.append(each.number)
            yield each

    first = next(transcribe(take(), Listener(ahead=1), Options()))
    assert first.number == 1
    assert taken == [1, 2]


def test_damage_in_the_middle_fails_this_file_and_none_beside_it(tmp_path: Path) -> None:
    """The first blocks of such a file are heard before anybody knows; a part must not pass for the whole."""
    contents = [wav(marked(1, LONG)), with_nan(LONG, at=40), wav(marked(3, 3)), b"text", wav(marked(5, LONG))]
    engine = Listener()
    found = outcomes(recordings(tmp_path, contents), engine)
    assert engine.given.count(2) > 0
    assert isinstance(found[2].error, AudioNotFinite)
    assert isinstance(found[4].error, AudioNotWav)
    assert found[2].transcript is found[4].transcript is None
    assert [words(found[number]) for number in (1, 3, 5)] == [{"1"}, {"3"}, {"5"}]


@pytest.mark.parametrize("silent", [{1}, {4}, {2, 3}, {1, 2, 3, 4}])
def test_files_without_any_segment_come_out_as_silence_wherever_they_stand(tmp_path: Path, silent: set[int]) -> None:
    contents = [wav(silence(60) if number in silent else marked(number, 20)) for number in range(1, 5)]
    engine = Listener()
    found = outcomes(recordings(tmp_path, contents), engine)
    assert not silent & set(engine.given)
    for number, each in found.items():
        assert each.transcript is not None
        assert each.transcript.no_speech == (number in silent)
        assert each.transcript.skipped_seconds == (60 if number in silent else 0)


def test_a_file_alone_that_is_all_silence_has_an_outcome(tmp_path: Path) -> None:
    [found] = outcomes(recordings(tmp_path, [wav(silence(60))]), Listener()).values()
    assert found.transcript is not None
    assert found.transcript.no_speech


def test_a_segment_without_an_answer_fails_its_file_once_and_the_rest_of_it_is_not_paid_for(tmp_path: Path) -> None:
    engine = Listener(ahead=1, deaf_to=(2,))
    given = recordings(tmp_path, [wav(marked(1, 3)), wav(marked(2, 600)), wav(marked(3, LONG))])
    found = outcomes(given, engine)
    assert isinstance(found[2].error, EngineFailed)
    assert "deaf at" in str(found[2].error)
    assert found[2].transcript is None
    assert engine.given.count(2) < 10
    assert [words(found[number]) for number in (1, 3)] == [{"1"}, {"3"}]


def test_a_file_that_cannot_be_read_from_the_disk_is_a_fault_of_the_system(tmp_path: Path) -> None:
    given = recordings(tmp_path, [wav(marked(number, 3)) for number in (1, 2, 3)])
    given[1].path.unlink()
    found = outcomes(given, Listener())
    assert isinstance(found[2].error, DiskFailed)
    assert [words(found[number]) for number in (1, 3)] == [{"1"}, {"3"}]


def test_a_file_is_closed_when_the_next_one_is_asked_for(tmp_path: Path) -> None:
    """Whoever gives the files removes them then; a file that is still open keeps its room on the disk."""
    contents = [wav(marked(1, LONG)), with_nan(LONG, at=40), b"text", wav(marked(4, LONG)), wav(marked(5, 3))]
    seen: list[list[str]] = []

    def give() -> Iterator[Recording]:
        for each in recordings(tmp_path, contents):
            seen.append(open_files(tmp_path))
            yield each
        seen.append(open_files(tmp_path))

    engine = Listener(ahead=1, deaf_to=(1, 4))
    failed = [each.number for each in transcribe(give(), engine, Options()) if isinstance(each.error, EngineFailed)]
    assert failed == [1, 4]
    assert seen == [[]] * 6


def test_the_audio_of_an_hour_is_in_memory_only_while_it_is_heard(tmp_path: Path) -> None:
    engine = Listener()
    [found] = outcomes(recordings(tmp_path, [wav(np.tile(marked(1, 60), 60))]), engine).values()
    assert found.cpu_seconds == len(engine.given) > 200
    assert engine.most_alive <= 2


def test_without_cutting_a_file_is_one_segment_and_nothing_is_skipped(tmp_path: Path) -> None:
    samples = np.concatenate([marked(1, 60), np.full(60 * RATE, 1, np.int16)])
    engine = Listener()
    [found] = outcomes(recordings(tmp_path, [wav(samples)]), engine, Options(cut_at_silence=False)).values()
    assert engine.given == [1]
    assert found.transcript is not None
    assert [(each.start, each.end) for each in found.transcript.words] == [(0, 120)]
    assert found.transcript.skipped_seconds == 0


def test_progress_tells_how_much_of_which_file_and_never_of_one_that_is_given_up(tmp_path: Path) -> None:
    told: list[Progress] = []
    given = recordings(tmp_path, [wav(marked(1, LONG)), wav(marked(2, 3)), wav(marked(3, LONG))])
    engine = Listener(ahead=2, deaf_to=(3,))
    found = list(transcribe(given, engine, Options(), told.append))
    assert [each.number for each in found if each.error] == [3]
    first = [each for each in told if each.number == 1]
    reached = [each.reached for each in first]
    assert reached == sorted(reached)
    assert reached[-1] == {each.of for each in first}.pop() == LONG
    assert all(each.reached < LONG for each in told if each.number == 3)
