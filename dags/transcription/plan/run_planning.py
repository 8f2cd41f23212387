"""The planning of a run: select files, find existing transcripts, divide the rest into shards, freeze the manifest."""

from __future__ import annotations

import logging

from transcription.contract import keys, utc_time
from transcription.contract.manifest import Item, Plan, Refusal
from transcription.plan.existing_transcripts import find_transcripts
from transcription.plan.file_selection import Selection, output_conflict, refuse, select_files
from transcription.plan.hot_word_check import warn_of_unknown_words
from transcription.plan.input_warnings import warnings_about
from transcription.plan.model_choice import with_model_in_use
from transcription.plan.run_request import RunRequest
from transcription.plan.sharding import audio_bytes, make_shards
from transcription.plan.transcript_fingerprint import fingerprint
from transcription.shared import manifest_store, run_folder
from transcription.shared.bucket import Bucket
from transcription.shared.cost import estimate
from transcription.shared.run_folder import Origin
from transcription.shared.settings import Settings

log = logging.getLogger(__name__)


def plan_run(
    bucket: Bucket, run: str, request: RunRequest, settings: Settings, origin: Origin | None = None
) -> Plan | None:
    """Plan a run and freeze its manifest in the bucket.

    Args:
        bucket: the audio bucket.
        run: the name of the run.
        request: the options of the run, and the files that it takes.
        settings: the settings of the deployment.
        origin: the DAG run in Airflow that the records are made for; None outside of Airflow.

    Returns:
        The plan in use, or None if there is no audio. If another process has already frozen a manifest of this run, the
        plan in use is the plan of that manifest.

    Raises:
        DefaultModelInvalid: the request names no model, and the record of the model in use is damaged.
        ModelMissing: the model is not in the bucket, or it has no acoustic model.
        ModelInvalid: the model has several acoustic models or several scorers.
    """
    options = with_model_in_use(bucket, request.options)
    recipe = fingerprint(bucket, options, settings.image_model)
    warn_of_unknown_words(bucket, options)
    listed = bucket.list(keys.INPUT_FOLDER + request.prefix)
    selection = select_files(listed, settings.max_file_bytes, request.max_files, settings.endings)
    if not selection.items and not selection.refused and not selection.archived:
        return None
    if selection.ignored.count:
        log.warning("%s", selection.ignored)
    warnings = warnings_about(selection)
    for warning in warnings:
        log.warning("%s", warning)
    to_transcribe, done, refused = _sort_out(bucket, selection, recipe, force=request.force)
    shards = make_shards(to_transcribe, settings)
    shard_bytes = [sum(map(audio_bytes, shard)) for shard in shards]
    log.info(
        "%d files to transcribe by %d children, %d done before, %d refused, %d left for a later run: %s",
        *(len(to_transcribe), len(shards), len(done), len(refused), selection.waiting, estimate(shard_bytes, settings)),
    )
    plan = Plan(
        run=run,
        draft=manifest_store.new_draft(),
        created=utc_time.now(),
        options=options,
        shards=len(shards),
        files=len(to_transcribe),
        bytes=sum(item.size for item in to_transcribe),
        refused=tuple(refused),
        recipe=recipe,
        done=len(done),
        waiting=selection.waiting,
        dry_run=request.dry_run,
        prefix=request.prefix,
        archived=tuple(selection.archived),
        warnings=tuple(warnings),
        ignored=selection.ignored.count,
        ignored_keys=tuple(selection.ignored.first_keys),
    )
    if origin is not None:
        run_folder.write_origin(bucket, run, origin)
    return manifest_store.freeze(bucket, plan, shards, done)


def log_existing_plan(bucket: Bucket, plan: Plan, settings: Settings) -> None:
    """Log when a manifest was frozen, and how many files wait in `input/` that it does not contain."""
    planned = {(item.key, item.etag) for item in manifest_store.read_items(bucket, plan)}
    planned |= {(item.key, item.etag) for item in manifest_store.read_done(bucket, plan)}
    planned |= {(refusal.item.key, refusal.item.etag) for refusal in (*plan.refused, *plan.archived)}
    listed = bucket.list(keys.INPUT_FOLDER + plan.prefix)
    audio = (entry for entry in listed if keys.is_audio(entry.key, settings.endings))
    waiting = sum((entry.key, entry.etag) not in planned for entry in audio)
    log.info(
        "This run keeps its manifest of %s. %d files in input/ are not in it, because they are newer or were not "
        "taken; the next run takes them.",
        *(plan.created, waiting),
    )


def _sort_out(
    bucket: Bucket, selection: Selection, recipe: str, *, force: bool
) -> tuple[list[Item], list[Item], list[Refusal]]:
    """Divide the selected files by what the run does with them.

    Args:
        bucket: the audio bucket.
        selection: the selected files.
        recipe: the fingerprint of the transcripts that this run writes.
        force: whether files that have a current transcript are transcribed again.

    Returns:
        The files to transcribe, the files that have a current transcript, and the refused files.
    """
    done: list[Item] = []
    refused = list(selection.refused)
    for transcript in find_transcripts(bucket, selection.items, recipe):
        item = transcript.item
        if transcript.source_key != item.key:
            refused.append(refuse(item, output_conflict(item, transcript.source_key)))
        elif transcript.is_current and not force:
            done.append(item)
    settled = {item.number for item in done} | {refusal.item.number for refusal in refused}
    return [item for item in selection.items if item.number not in settled], done, refused
