"""One shard of a run: every file of it transcribed, or known to be impossible, or left for the next run."""

from __future__ import annotations

import logging
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from transcription.contract import keys
from transcription.contract.errors import (
    EngineFailed,
    InputError,
    InputMoved,
    ShardIncomplete,
    StorageFailed,
    TranscriptionError,
)
from transcription.contract.manifest import Failure, Item, Shard
from transcription.contract.result import FAILED, LEFT, TRANSCRIBED, Audio, Output, Result

from . import audio
from .digest import sha256
from .engine import DeepSpeechEngine, Engine
from .model import open_folder
from .segments import Segmenter
from .store import Store
from .subtitles import CONTENT_TYPES, render
from .transcript import Provenance, Transcript, assemble

log = logging.getLogger(__name__)


def run_shard(store: Store, run: str, draft: str, index: int, image_model: Path) -> None:
    """Do what shard `index` of `run` says, with the model it names or else the one in the folder `image_model`.

    Raises:
        SystemFault: something is wrong that concerns every file; the rest of the shard is not tried.
        ShardIncomplete: S3 or the engine failed for some files; the others are done.
    """
    shard = store.shard(run, draft, index)
    with tempfile.TemporaryDirectory(prefix="transcriber-") as name:
        if shard.options.model:
            # Named as in the bucket, because messages about the model name its folder.
            folder = Path(name, keys.model(shard.options.model))
            folder.mkdir(parents=True)
            store.fetch_model(shard.options.model, folder)
            model = open_folder(folder, shard.options.model)
        else:
            model = open_folder(image_model)
        engine = DeepSpeechEngine(model, shard.options.beam_width, shard.options.hot_words)
        items = enumerate(shard.items, 1)
        undone = [item.key for position, item in items if not _do(store, shard, item, engine, position)]
    if undone:
        raise ShardIncomplete(f"{len(undone)} of {len(shard.items)} files are not done: {', '.join(undone)}.")


def _do(store: Store, shard: Shard, item: Item, engine: Engine, position: int) -> bool:
    """Whether the file is done afterwards. Says so in one line of the log."""
    label = f"{position}/{len(shard.items)} {item.key}"
    try:
        earlier = store.result(shard.run, item)
        if earlier is not None and earlier.commits(item, shard.options, engine.model):
            log.info("%s was done before (%s)", label, earlier.status)
            return True
        result = _process(store, shard, item, engine)
        if earlier is not None and earlier.item == item and result.status == LEFT != earlier.status:
            log.info("%s is gone from input/ and stays as it was: %s", label, earlier.status)
            return True
        store.commit(shard.run, result)
    except (StorageFailed, EngineFailed, OSError) as error:  # a full disk, too, is this file's and not the next one's
        log.warning("%s not done: %s", label, error)
        return False
    log.info("%s %s", label, _summary(result))
    return True


def _process(store: Store, shard: Shard, item: Item, engine: Engine) -> Result:
    """What becomes of one file. Its transcripts are written, the record that commits them is not."""
    begun = time.monotonic()
    status, failure, description, transcript = TRANSCRIBED, None, None, None
    outputs: tuple[Output, ...] = ()
    with tempfile.TemporaryDirectory(prefix="transcriber-") as folder:
        path = Path(folder, "input.wav")
        try:
            store.download(item, path)
            description = audio.describe(path)
            transcript = transcribe(path, description, engine, item.number)
            provenance = Provenance(
                item, sha256(path), engine.model, shard.options, shard.recipe, engine.decoder, engine.name
            )
            outputs = _write(store, keys.name_of(item.key), transcript, provenance)
        except InputError as error:
            status, failure = FAILED, _failure(error)
        except InputMoved as error:
            status, failure = LEFT, _failure(error)
    return Result(
        item=item,
        status=status,
        options=shard.options,
        model=engine.model,
        finished=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        wall_seconds=round(time.monotonic() - begun, 3),
        audio=description,
        outputs=outputs,
        words=len(transcript.words) if transcript else 0,
        confidence=transcript.confidence if transcript else None,
        no_speech=transcript.no_speech if transcript else False,
        failure=failure,
    )


def transcribe(path: Path, description: Audio, engine: Engine, number: int = 0) -> Transcript:
    """What is said in a WAV file that `audio.describe` described; `number` is the file's in the manifest.

    Raises:
        InputError: the audio turns out to be damaged.
        EngineFailed: the engine gave no answer.
    """
    segmenter = Segmenter(engine.sample_rate)
    segments = segmenter.cut(number, audio.decode(path, engine.sample_rate))
    utterances = list(engine.transcribe(segments))
    return assemble(utterances, description, segmenter.skipped_seconds)


def _write(store: Store, name: str, transcript: Transcript, provenance: Provenance) -> tuple[Output, ...]:
    """Write what was asked for; the JSON last, because it is what tells a later run that all of it is there."""
    return (
        store.write(keys.transcript(name), transcript.as_text(), "text/plain; charset=utf-8"),
        *(
            store.write(keys.subtitles(name, each), render(transcript, each), CONTENT_TYPES[each])
            for each in provenance.options.formats
        ),
        store.write(keys.transcript_json(name), transcript.as_json(provenance), "application/json"),
    )


def _failure(error: TranscriptionError) -> Failure:
    return Failure(error.code, error.message)


def _summary(result: Result) -> str:
    """For the log: what became of a file."""
    if result.failure:
        return f"{result.status} {result.failure.code}: {result.failure.message}"
    assert result.audio is not None, "what is transcribed has audio"  # noqa: S101 - for mypy
    seconds, wall = result.audio.seconds, result.wall_seconds
    heard = "no speech" if result.no_speech else f"{result.words} words, confidence {result.confidence:.2f}"
    return f"{seconds:.1f} s of audio in {wall:.1f} s (RTF {wall / seconds:.2f}) {heard}"
