"""The measurement of the transcriber, here with little audio."""

import subprocess
import wave
from pathlib import Path

import pytest

from benchmarks.local_s3 import local_s3
from benchmarks.transcribing import engines, lengths, models, network, recordings, side_by_side
from benchmarks.transcribing.side_by_side import AudioSet
from benchmarks.transcribing.usage import ENVIRONMENT
from local.paths import DEMO_CLIPS, IMAGE_ENV

TRANSCRIBER = IMAGE_ENV / "bin" / "python"


def run(seconds: float, cpu_seconds: float = 0.0, megabytes: float = 0.0) -> dict[str, float]:
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "megabytes": megabytes}


def cells(table: str) -> list[str]:
    """Those of the last row."""
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    return rows[-1].strip("| ").split(" | ")


def test_every_contestant_transcribes_every_set_in_every_round() -> None:
    [row] = side_by_side.race(models.demo(), [AudioSet(2, 2, few=1, rounds=2)])
    assert (row["model"], row["audio_seconds"]) == ("demo model", 2)
    assert row["files"] == {"original": 1, "raw": 2, "ours": 2}
    assert {name: len(rounds) for name, rounds in row["rounds"].items()} == {"original": 2, "raw": 2, "ours": 2}
    assert all(each > 0 for rounds in row["rounds"].values() for taken in rounds for each in taken.values())


def test_ratios_are_of_medians_and_per_core() -> None:
    rounds = {
        "original": [run(100), run(20), run(20)],
        "raw": [run(20, megabytes=50), run(20, megabytes=60), run(1, megabytes=70)],
        "ours": [run(10, megabytes=80), run(10, megabytes=90), run(90, megabytes=80)],
    }
    row = {"model": "m", "audio_seconds": 2, "files": {"original": 15, "raw": 30, "ours": 30}, "rounds": rounds}
    table = side_by_side.report({"machine": "4 cores of x", "cores": 4, "rows": [row]})
    assert cells(table) == ["m", "30 of 2 s", "1.5", "3.0", "6.0", "4.00", "0.50", "60 MB", "80 MB"]
    assert table.endswith("\n\nOn 4 cores of x.")


def test_both_engines_transcribe_every_set() -> None:
    with local_s3() as endpoint:
        [row] = engines.compare(models.demo(), [engines.AudioSet(2, 2, cores=1)], endpoint)
    assert (row["seconds"], row["files"], row["cores"]) == (2, 2, 1)
    assert list(row["engines"]) == ["libdeepspeech", "auto"]
    assert all(each > 0 for taken in row["engines"].values() for each in taken.values())


def test_engines_are_compared_by_time_and_by_processor_time() -> None:
    taken = {"libdeepspeech": run(20, 40, 300), "auto": run(5, 8, 600)}
    one, all_cores = ({"model": "m", "seconds": 10, "files": 10, "cores": each, "engines": taken} for each in (1, 2))
    table = engines.report({"machine": "2 cores of x", "cores": 2, "rows": [one, all_cores]})
    assert cells(table) == ["10 of 10 s", "2", "5.0", "20.0", "4.0", "5.0", "300 MB", "600 MB"]
    assert 'x-axis ["10 of 10 s"]\n  bar [20.0]\n  line [5.0]\n' in table


def test_each_length_is_given_the_same_amount_of_audio() -> None:
    rows = list(lengths.compare(models.demo(), (1, 3)))
    assert [(row["contestant"], row["audio_seconds"], row["files"]) for row in rows] == [
        ("raw", 1, 3),
        ("ours", 1, 3),
        ("ours", 3, 1),
    ]
    assert all(row["cpu_seconds"] > 0 for row in rows)


def test_cost_is_per_second_of_audio_and_memory_beyond_the_models_own() -> None:
    rows = [
        {"contestant": "raw", "audio_seconds": 10, "files": 10, **run(9, 9, 60)},
        {"contestant": "ours", "audio_seconds": 10, "files": 360, **run(40, 72, 130)},
    ]
    table = lengths.report({"machine": "x", "cores": 2, "rows": rows})
    assert cells(table) == ["10 s", "20.0 ms", "70 MB"]
    assert "own 60 MB" in table


def test_recordings_have_their_length_and_go_on_from_file_to_file(tmp_path: Path) -> None:
    paths = recordings.write(tmp_path / "audio", 1, 3)
    samples = b""
    for path in paths:
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (16000, 1, 16000)
            samples += file.readframes(file.getnframes())
    with wave.open(str(sorted(DEMO_CLIPS.glob("*.wav"))[0])) as clip:
        spoken = clip.readframes(clip.getnframes())
    assert len(spoken) > 32000, "the clip crosses a file's end"
    assert samples.startswith(spoken + bytes(12800)), "the clip, then a pause of 0.4 s"


@pytest.mark.skipif(not models.EXPORT_PYTHON.exists(), reason="TensorFlow is not installed; `make bench` does it")
def test_a_larger_model_hears_what_the_demo_model_hears(tmp_path: Path) -> None:
    made = models.official_size(tmp_path / "kept" / "model", units=300)
    assert models.official_size(made.folder) == made, "made again although it was kept"
    [clip, *_] = sorted(DEMO_CLIPS.glob("*.wav"))
    command = [TRANSCRIBER, "-m", "transcriber", "--model", made.folder, clip]
    done = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == f"{clip}: {clip.stem.replace('-', ' ')}\n"


def test_the_network_is_measured_against_what_the_core_can_do() -> None:
    rows = [{"segments": 1, "audio_seconds": 5.0, "gigaflops": 25.0, "peak": 100.0}]
    table = network.report({"machine": "2 cores of x", "cores": 2, "rows": rows})
    assert cells(table) == ["1", "5.0", "25%"]
    assert "Its peak, 100 GFLOPS" in table
