"""The benchmark of the tasks, with few files."""

from benchmarks.full_bucket import tasks


def test_planning_and_moving_can_be_measured() -> None:
    plan, move = tasks.measure(True)
    assert (plan["files"], move["files"]) == (30, 20)
    assert plan["requests"]["LIST input/"] == 1
    assert move["requests"]["COPY processed/"] == 20
    assert plan["megabytes"] >= plan["megabytes_before"] > 0
