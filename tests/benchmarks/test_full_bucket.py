"""The benchmark of the tasks, with few files."""

import subprocess
import sys

from benchmarks.full_bucket import tasks

FILES = 1_100


def test_each_task_that_handles_all_files_can_be_measured() -> None:
    plan, verify, move, report = rows = tasks.measure(True)
    assert [row["files"] for row in rows] == [FILES] * 4
    assert plan["requests"]["LIST input/"] == 2
    # GET runs/: the plan, 11 shards, a look for the first page of outcomes, and the result records.
    # PUT runs/: outcomes, and texts.
    assert verify["requests"] == {
        "GET runs/": 1 + 11 + 1 + FILES,
        "LIST runs/": 2,
        "GET output/": 2 * FILES,
        "PUT runs/": 2 + 2,
    }
    assert (move["requests"]["COPY processed/"], move["requests"]["POST ?delete"]) == (FILES, 2)
    assert report["requests"] == {"GET runs/": 3, "PUT runs/": 1}
    for row in rows:
        assert row["megabytes"] >= row["megabytes_before"] > 0
        assert row["processor_seconds"] > 0


def test_the_memory_of_a_task_does_not_include_that_of_its_parent() -> None:
    megabytes = 300
    kept = b"1" * (megabytes << 20)
    program = "from benchmarks.full_bucket.measurement import peak_megabytes; print(peak_megabytes())"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 0 < float(child.stdout) < len(kept) >> 20
