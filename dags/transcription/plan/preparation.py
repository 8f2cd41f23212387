"""Preparing a run: look at what is there, sort out what is done, freeze what is left as the manifest."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from transcription.contract import keys
from transcription.contract.manifest import Item, Plan, Refusal
from transcription.plan import existing_transcripts, planning
from transcription.plan.trigger_form import Request
from transcription.shared import batch_job, manifest_store
from transcription.shared.batch_client import Batch
from transcription.shared.bucket import Bucket
from transcription.shared.cost import estimate
from transcription.shared.settings import Settings

log = logging.getLogger(__name__)

#: How long containers may take to end, in seconds: Batch gives them 30 from SIGTERM to SIGKILL, and takes its time.
_ENDING = 180


def end_other_jobs(batch: Batch, run: str) -> None:
    """End what other runs have left at work: one that was cancelled while its task had no process to be told.

    Airflow lets one run of the DAG work at a time (and `plan` refuses backfills, which it counts apart), so that nobody
    waits for the job of another one. What its children have finished counts as done for this run.
    """
    for job_id in _others(batch, run):
        batch.end(job_id, f"Its run is over; {run} takes what it left")
    ended = Retrying(retry=retry_if_result(bool), wait=wait_fixed(2), stop=stop_after_delay(_ENDING))
    try:
        ended(_others, batch, run)
    except RetryError:  # they cannot hold up the night; what both write is the same
        log.warning("Still at work after %d s: %s", _ENDING, _others(batch, run))


def _others(batch: Batch, run: str) -> list[str]:
    others = [each for each in batch.jobs(batch_job.name_of("*")) if each["jobName"] != batch_job.name_of(run)]
    return [each["jobId"] for each in others if not batch_job.is_over(each)]


def prepare(bucket: Bucket, run: str, request: Request, settings: Settings) -> Plan | None:
    """Freeze what a run is going to do.

    Returns:
        The plan, or nothing where there is no audio.

    Raises:
        ModelMissing: the run asks for a model that is not there.
    """
    recipe = existing_transcripts.recipe(bucket, request.options, settings.image_model)
    found = bucket.list(keys.INPUT + request.prefix)
    selection = planning.select(found, settings.max_file_bytes, request.max_files)
    if not selection.items and not selection.refused:
        return None
    todo, done, refused = _sort_out(bucket, selection, recipe, force=request.force)
    shards = planning.shards(todo, settings)
    sizes = [sum(item.size for item in shard) for shard in shards]
    log.info(
        "%d files to transcribe by %d children, %d done before, %d refused, %d left for a later run: %s",
        *(len(todo), len(shards), len(done), len(refused), selection.waiting, estimate(sizes, settings)),
    )
    plan = Plan(
        run=run,
        draft=manifest_store.new_draft(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        options=request.options,
        shards=len(shards),
        files=len(todo),
        bytes=sum(sizes),
        refused=tuple(refused),
        recipe=recipe,
        done=len(done),
        waiting=selection.waiting,
        dry_run=request.dry_run,
        prefix=request.prefix,
    )
    return manifest_store.freeze(bucket, plan, shards, done)


def _sort_out(
    bucket: Bucket, selection: planning.Selection, recipe: str, *, force: bool
) -> tuple[list[Item], list[Item], list[Refusal]]:
    """Tell files to transcribe, files done before and files to refuse apart."""
    done: list[Item] = []
    refused = list(selection.refused)
    for each in existing_transcripts.find(bucket, selection.items, recipe):
        if each.owner != each.item.key:
            refused.append(planning.refuse(each.item, planning.conflict(each.item, each.owner)))
        elif each.same and not force:
            done.append(each.item)
    settled = {item.number for item in done} | {each.item.number for each in refused}
    return [item for item in selection.items if item.number not in settled], done, refused
