"""`results.json`: measuring one part leaves the others as they were measured."""

import os
from pathlib import Path

from benchmarks import results


def test_a_part_measured_alone_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"lengths": {"machine": "another", "cores": 64, "rows": []}}')
    results.write("transcribing", [{"files": 1}], path)
    document = results.read(path)
    assert document["lengths"] == {"machine": "another", "cores": 64, "rows": []}
    assert document["transcribing"]["rows"] == [{"files": 1}]
    cores = len(os.sched_getaffinity(0))
    assert document["transcribing"]["cores"] == cores
    assert document["transcribing"]["machine"].startswith(f"{cores} cores of ")
