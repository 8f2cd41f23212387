"""S3 keys of runs: each run has records of its own."""

from transcription.contract.run_keys import RunKeys, run_name


def test_runs_do_not_share_their_records() -> None:
    """Regression: manifests had fixed keys, and a second run overwrote those of the first."""
    run_ids = ["scheduled__2026-11-22T01:00:00+00:00", "scheduled__2026-11-22T01:00:00-00:00", "a:b", "a+b", "x" * 300]
    names = [run_name(run_id) for run_id in run_ids]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() and len(name) <= 100 for name in names)


def test_a_teaching_has_its_records_and_its_checkpoints_below_the_folder_of_its_run() -> None:
    run = RunKeys("manual-1-0a1b2c3d")
    assert run.teaching("order.json") == "runs/manual-1-0a1b2c3d/teaching/order.json"
    assert run.teaching_reason("4e5f") == "runs/manual-1-0a1b2c3d/teaching/reasons/4e5f.json"
    assert run.checkpoints == "runs/manual-1-0a1b2c3d/checkpoints/"
