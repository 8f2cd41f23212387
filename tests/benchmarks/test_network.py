"""The benchmark of the network: its peak is one, or the benchmark fails."""

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.machine import Machine
from benchmarks.transcribing import models, network

CPUINFO = "processor\t: 0\nflags\t\t: fpu {flags}\n"


def row(gigaflops: float) -> dict[str, object]:
    peak = {"peak_gigaflops": 100.0, "peak_product": "onnxruntime, 2 x 2 by 2 x 2"}
    return {"segments": 1, "audio_seconds": 5.0, "gigaflops": gigaflops, **peak}


def test_the_network_is_measured_with_each_number_of_segments() -> None:
    rows = network.measure_model(models.demo(), seconds=0.05)
    assert [row["segments"] for row in rows] == [1, 4, 8, 16, 32, 64]
    assert all(0 < row["gigaflops"] < row["peak_gigaflops"] for row in rows)


def test_the_table_shows_the_share_of_the_cores_peak() -> None:
    table = network.report([row(25.0)], Machine("2 cores of x", 2))
    assert "\n| 1 | 5.0 | 25% |\n" in table
    assert table.endswith("matrices: 100 GFLOPS by onnxruntime, 2 x 2 by 2 x 2.")


def test_a_network_faster_than_the_peak_is_an_error() -> None:
    network.check_peak([row(25.0), row(100.0)])
    with pytest.raises(BenchmarkError, match=r"reaches 101 GFLOPS with 1 segments.* measured as 100 \(onnxruntime"):
        network.check_peak([row(25.0), row(101.0)])


@pytest.mark.parametrize(
    ("flags", "kernels"),
    [
        ("avx2 fma avx512f avx512cd avx512bw avx512dq avx512vl", "SkylakeX"),
        ("avx2 fma avx512f", "Haswell"),
        ("sse4_2", None),
    ],
)
def test_openblas_gets_the_best_kernels_whatever_the_environment_says(flags: str, kernels: str | None) -> None:
    inherited = {"PATH": "/bin", "OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_L2_SIZE": "1"}
    environment = network.openblas_environment(inherited, CPUINFO.format(flags=flags))
    assert environment.pop("OPENBLAS_CORETYPE", None) == kernels
    assert environment == {"PATH": "/bin", "OPENBLAS_NUM_THREADS": "1"}
