"""The benchmark of both engines, with little audio."""

from benchmarks.machine import Machine
from benchmarks.temporary_s3 import temporary_s3
from benchmarks.transcribing import engines, models


def test_both_engines_transcribe_every_set() -> None:
    with temporary_s3() as endpoint:
        [row] = engines.compare(models.demo(), [engines.AudioSet(2, 2, cores=1)], endpoint)
    assert (row["seconds"], row["files"], row["cores"]) == (2, 2, 1)
    assert list(row["engines"]) == ["libdeepspeech", "auto"]
    assert all(value > 0 for usage in row["engines"].values() for value in usage.values())


def test_engines_are_compared_by_time_and_by_processor_time() -> None:
    usages = {
        "libdeepspeech": {"seconds": 20, "cpu_seconds": 40, "megabytes": 300},
        "auto": {"seconds": 5, "cpu_seconds": 8, "megabytes": 600},
    }
    rows = [{"model": "m", "seconds": 10, "files": 10, "cores": cores, "engines": usages} for cores in (1, 2)]
    report = engines.report(rows, Machine("2 cores of x", 2))
    assert "\n| 10 of 10 s | 2 | 5.0 | 20.0 | 4.0 | 5.0 | 300 MB | 600 MB |\n" in report
    assert 'x-axis ["10 of 10 s"]\n  bar [20.0]\n  line [5.0]\n' in report
