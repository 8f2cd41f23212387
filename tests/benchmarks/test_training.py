"""The benchmark of fine-tuning, with the demo model; and the costs, which expect the speed that it measured."""

import pytest

from benchmarks import results
from benchmarks.errors import BenchmarkError
from benchmarks.machine import Machine
from benchmarks.temporary_s3 import temporary_s3
from benchmarks.training import training
from benchmarks.transcribing import models
from local.paths import TRAINER_ENV
from transcription.contract.teaching_cost import AUDIO_SECONDS_PER_SECOND


@pytest.mark.skipif(not (TRAINER_ENV / "ready").exists(), reason="the trainer is not installed; `make teach` does it")
def test_a_training_is_measured_and_its_model_proved() -> None:
    with temporary_s3() as endpoint:
        [row] = training.measure_model(models.demo(), [1], 1, [1], endpoint)
    speed = row["speeds"][0]
    assert [entry["factors"] for entry in row["speeds"]] == list(row["peak_gigaflops"])
    assert 2 < speed["recording_seconds"] < 4
    # 11 recordings are padded to 3 s each, and as much speech is rehearsed.
    assert speed["audio_seconds"] / (1 - speed["padding"]) == pytest.approx(66)
    assert all(0 < entry["gigaflops"] < row["peak_gigaflops"][entry["factors"]] for entry in row["speeds"])
    assert 0 < speed["cpu_seconds"] < 1.2 * speed["seconds"], "more than one core"
    checkpoint, proof = row["checkpoint"], row["proof"]
    assert checkpoint["peak_megabytes"] >= row["megabytes"] > 100
    assert checkpoint["megabytes"] > 4 * models.demo().acoustic.stat().st_size / 1e6 * 0.9
    assert 0 < checkpoint["write_seconds"] < checkpoint["upload_seconds"] * 100
    assert proof["recordings"] > 8
    assert proof["changed_weights"] > 500_000


def test_a_training_that_fails_is_an_error() -> None:
    missing = models.BenchmarkModel("missing", models.DEMO_MODEL / "missing", 100)
    with temporary_s3() as endpoint, pytest.raises(BenchmarkError, match="The training failed:"):
        list(training.measure_model(missing, [1], 1, [1], endpoint))


def test_the_table_shows_speed_by_processor_time() -> None:
    speed = {"recording_seconds": 2.6, "padding": 0.35, "audio_seconds": 60.0, "seconds": 4.0, "cpu_seconds": 6.0}
    checkpoint = {"megabytes": 755.6, "write_seconds": 1.64, "upload_seconds": 3.25, "peak_megabytes": 2649.2}
    row = {
        "cores": 2,
        "peak_gigaflops": {"float32": 240.0, "bfloat16": 480.0},
        "speeds": [
            {**speed, "factors": "float32", "gigaflops": 120.0},
            {**speed, "factors": "bfloat16", "gigaflops": 120.0},
        ],
        "checkpoint": checkpoint,
        "proof": {"recordings": 10, "audio_seconds": 40.2, "changed_weights": 47_000_000},
    }
    report = training.report([row], Machine("2 cores of x", 2))
    assert "\n| 2.6 s | float32 | 2 | 10.0 | 15.0 | 35% | 50% |\n" in report
    assert "\n| 2.6 s | bfloat16 | 2 | 10.0 | 15.0 | 35% | 25% |\n" in report
    assert (
        "240 GFLOPS with float32 and 2 cores, 480 GFLOPS with bfloat16 and 2 cores. Peak memory: 2649 MB with 2 cores."
        in report
    )
    assert "has 756 MB; it was written in 1.6 s and copied to the local S3 in 3.2 s" in report
    assert report.endswith(
        "changed 47 million weights, both engines heard the texts that the trainer's own network hears in all 10 "
        "recordings (40 s)."
    )


def test_expected_costs_are_not_below_those_of_the_slowest_measured_training() -> None:
    measured = [
        speed["audio_seconds"] / speed["cpu_seconds"]
        for machine_results in results.read()
        for row in machine_results.rows.get("training", ())
        for speed in row["speeds"]
    ]
    assert AUDIO_SECONDS_PER_SECOND <= min(measured) < 1.3 * AUDIO_SECONDS_PER_SECOND
