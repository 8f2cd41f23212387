"""The tasks `verify_transcripts` and `move_to_processed`, with their outcomes as lists."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import batched, count

from transcription.contract.manifest import Plan
from transcription.contract.run_keys import RunKeys
from transcription.finish import outcome_pages
from transcription.finish.moving import move
from transcription.finish.outcome_pages import PageReader, PageWriter
from transcription.finish.outcomes import Outcome, Outcomes
from transcription.finish.verification import verify
from transcription.shared.bucket import Bucket

#: The numbers of clearings. Each call of a function counts as a task that was cleared, and so begins anew.
_CLEARINGS = count()


def verify_plan(bucket: Bucket, plan: Plan) -> list[Outcome]:
    """Verify a run as a cleared task does, and return the outcomes."""
    verify(bucket, plan, next(_CLEARINGS))
    return list(PageReader(bucket, outcome_pages.verdicts(plan.run)))


def write_verdicts(bucket: Bucket, run: str, outcomes: Iterable[Outcome], size: int = 1_000) -> None:
    """Write the outcomes of verification, with `size` files on a page."""
    pages = list(batched(outcomes, size))
    files = sum(len(page) for page in pages)
    template = Outcomes(run, (), f"draft-{next(_CLEARINGS)}", len(pages), files)
    writer = PageWriter(bucket, outcome_pages.verdicts(run), template)
    for number, page in enumerate(pages):
        writer.write(number, page, None)


def write_moves(bucket: Bucket, run: str, *outcomes: Outcome) -> None:
    """Write the outcomes of the task `move_to_processed`."""
    bucket.write_record(RunKeys(run).moves(0), Outcomes(run, outcomes, "draft-2-2", 1, len(outcomes)))


def move_verified(bucket: Bucket, run: str) -> list[Outcome]:
    """Move the files of a run as a cleared task does, and return the outcomes."""
    move(bucket, run, next(_CLEARINGS))
    return list(PageReader(bucket, outcome_pages.moves(run)))


def move_files(bucket: Bucket, *outcomes: Outcome) -> list[Outcome]:
    """Write the outcomes of verification, move the files, and return the outcomes of moving."""
    write_verdicts(bucket, "run", outcomes)
    return move_verified(bucket, "run")
