"""The saved results: a file for each machine, each from one run."""

import json
import os
from functools import partial
from pathlib import Path

import pytest

from benchmarks import __main__, documents, results
from benchmarks.machine import Machine, this_machine
from benchmarks.results import MachineResults
from benchmarks.suite import Benchmark


def test_a_new_run_replaces_the_earlier_run_of_the_same_machine_only(tmp_path: Path) -> None:
    one, other = Machine("2 cores of AMD EPYC", 2), Machine("64 cores of Intel(R) Xeon(R), with AVX-512", 64)
    results.write(MachineResults(one, "2026-11-24", {"lengths": [{"files": 1}], "network": []}), tmp_path)
    kept = MachineResults(other, "2026-11-25", {"lengths": [{"files": 2}]})
    results.write(kept, tmp_path)
    new = MachineResults(one, "2026-11-26", {"lengths": [{"files": 3}]})
    assert results.write(new, tmp_path).name == "2-cores-of-amd-epyc.json"
    assert results.read(tmp_path) == [new, kept]


def test_a_repeated_benchmark_replaces_its_own_results_and_says_when(tmp_path: Path) -> None:
    machine = Machine("2 cores of AMD EPYC", 2)
    whole = MachineResults(machine, "2026-11-24", {"lengths": [{"files": 1}], "network": [{"files": 1}]})
    part = MachineResults(machine, "2026-11-26", {"network": [{"files": 2}]})
    assert results.merge(part, tmp_path) == part
    results.write(whole, tmp_path)
    results.write(results.merge(part, tmp_path), tmp_path)
    rows = {"lengths": [{"files": 1}], "network": [{"files": 2}]}
    assert results.read(tmp_path) == [MachineResults(machine, "2026-11-24", rows, {"network": "2026-11-26"})]


def test_a_machine_is_described_by_its_processor_and_what_it_may_use_of_it() -> None:
    cores = len(os.sched_getaffinity(0))
    plain = "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx2\n"
    assert this_machine(plain) == Machine(f"{cores} cores of AMD EPYC", cores)
    assert this_machine(plain.replace("avx2", "avx2 avx512f")).description == f"{cores} cores of AMD EPYC with AVX-512"
    assert this_machine().description.startswith(f"{cores} cores of ")


class TestCommand:
    @pytest.fixture(autouse=True)
    def _benchmarks(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Two benchmarks that take no time, an empty folder of results, and no documentation."""
        fast = Benchmark(lambda quick: [{"files": 1}], lambda rows, machine: "table")
        monkeypatch.setattr(__main__, "BENCHMARKS", {"first": fast, "second": fast})
        monkeypatch.setattr(results, "write", partial(results.write, folder=tmp_path))
        monkeypatch.setattr(results, "merge", partial(results.merge, folder=tmp_path))
        monkeypatch.setattr(documents, "main", lambda: None)

    @pytest.mark.parametrize("arguments", [["second"], ["--quick"]])
    def test_a_part_or_a_quick_run_is_not_saved(
        self, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.argv", ["benchmarks", *arguments])
        assert __main__.main() == 0
        assert list(tmp_path.iterdir()) == []

    def test_a_whole_run_is_saved(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.argv", ["benchmarks"])
        assert __main__.main() == 0
        (file,) = tmp_path.iterdir()
        assert list(json.loads(file.read_text())["benchmarks"]) == ["first", "second"]

    def test_a_part_is_saved_on_request(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.argv", ["benchmarks", "--save", "second"])
        assert __main__.main() == 0
        (file,) = tmp_path.iterdir()
        assert list(json.loads(file.read_text())["benchmarks"]) == ["second"]

    def test_a_quick_run_is_never_saved(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.argv", ["benchmarks", "--save", "--quick"])
        with pytest.raises(SystemExit):
            __main__.main()
