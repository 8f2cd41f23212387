"""The benchmark of short and long files, with little audio."""

from benchmarks.machine import Machine
from benchmarks.transcribing import lengths


def test_each_length_gets_the_same_amount_of_audio() -> None:
    rows = lengths.measure(True)
    assert [(row["program"], row["audio_seconds"], row["files"], row.get("ending")) for row in rows] == [
        ("libdeepspeech", 1, 3, None),
        ("transcriber", 1, 3, None),
        ("transcriber", 1, 3, "mp3"),
        ("transcriber", 1, 3, "m4a"),
        ("transcriber", 3, 1, None),
    ]
    assert all(row["cpu_seconds"] > 0 for row in rows)


def test_cost_is_per_second_of_audio_and_memory_beyond_the_models_own() -> None:
    rows = [
        {"program": "libdeepspeech", "audio_seconds": 10, "files": 10, "cpu_seconds": 9, "megabytes": 60},
        {"program": "transcriber", "audio_seconds": 10, "files": 360, "cpu_seconds": 72, "megabytes": 130},
    ]
    rows.append({**rows[-1], "ending": "m4a", "cpu_seconds": 90})
    table = lengths.report(rows, Machine("x", 2))
    assert "\n| 10 s | 20.0 ms | 70 MB |\n" in table
    assert "\n| 10 s, M4A | 25.0 ms | 70 MB |\n" in table
    assert "own 60 MB" in table
