"""Generated names: whatever the run id, the container's command line and Batch accept them."""

from __future__ import annotations

import random
import re
import sys

import pytest

from transcriber.arguments import parse_arguments
from transcription.contract.run_keys import run_name
from transcription.shared.batch_job import job_name
from transcription.shared.manifest_store import new_draft

#: Batch's rule for the names of jobs.
VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
SEED = 13
ALPHABETS = ("_-", "-a", "-9:+ ", "äöü日本", "aZ09_.:+-/ \n\x00", "".join(map(chr, range(0x20, 0x250))))


def run_ids() -> list[str]:
    """Run ids of every length, among them some without a letter or digit."""
    source = random.Random(SEED)  # noqa: S311 - a test that can be repeated
    drawn = ["".join(source.choices(alphabet, k=source.randint(1, 250))) for alphabet in ALPHABETS for _ in range(200)]
    return ["_", "___", "-", "--run", "-x", "日本", "x" * 250, *drawn]


def test_every_run_and_job_has_a_valid_name() -> None:
    ids = run_ids()
    names = [run_name(run_id) for run_id in ids]
    for run_id, name in zip(ids, names, strict=True):
        assert VALID.fullmatch(name), f"seed {SEED}, run id {run_id!r}"
        assert VALID.fullmatch(job_name(name)), f"seed {SEED}, run id {run_id!r}"
    assert len(set(names)) == len(set(ids))


def test_no_shard_set_has_a_name_that_looks_like_a_flag() -> None:
    assert all(VALID.fullmatch(new_draft()) for _ in range(1000))


@pytest.mark.parametrize("run_id", ["___", "-", "--help", "日本"])
def test_the_command_line_of_a_child_accepts_the_name_of_any_run(monkeypatch: pytest.MonkeyPatch, run_id: str) -> None:
    """Each child of the run `___` ended with a usage error, because the name of the run began with `-`."""
    run, draft = run_name(run_id), new_draft()
    monkeypatch.setattr(sys, "argv", ["transcriber", "--bucket", "b", "--run", run, "--draft", draft])
    arguments = parse_arguments()
    assert (arguments.run, arguments.draft) == (run, draft)
