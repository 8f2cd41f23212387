"""One shard of a run: every file of it transcribed, or known to be impossible, or left for the next run."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from transcriber.engines.engine import Engine
from transcriber.model.model_folder import ModelFolder, open_folder
from transcriber.selection.engine_selection import open_engine
from transcriber.shard.inputs import Input, Inputs
from transcriber.shard.outputs import Outputs
from transcriber.shard.recordings import Progress, Recording, transcribe
from transcriber.shard.store import Store
from transcription.contract import keys
from transcription.contract.manifest import Shard
from transcription.contract.result import BYTES_PER_SECOND

log = logging.getLogger(__name__)

#: In seconds: how often the log says how far long files have come.
_PROGRESS_SECONDS = 60.0


def run_shard(store: Store, shard: Shard, image_model: Path, processes: int) -> None:
    """Do what a shard says, with the model it names or else the one in the folder `image_model`.

    Raises:
        SystemFault: something is wrong that concerns every file; the rest of the shard is not tried.
        ShardIncomplete: S3, the disk or the engine failed for some files; the others are done.
    """
    log.info("run %s, shard %d: %d files, %d processes", shard.run, shard.index, len(shard.items), processes)
    with tempfile.TemporaryDirectory(prefix="transcriber-") as name:
        folder = Path(name)
        model = _open_model(store, shard, folder, image_model)
        with open_engine(model, shard.options, processes, _seconds(shard)) as engine:
            log.info("engine: %s", engine.description.name)
            # No audio is touched before it is sure that the model and the options can be used.
            with (
                Inputs(store, shard, engine.description.model, folder) as inputs,
                Outputs(store, shard, engine) as outputs,
            ):
                _transcribe(shard, inputs, engine, outputs)


def _transcribe(shard: Shard, inputs: Inputs, engine: Engine, outputs: Outputs) -> None:
    sources: dict[int, Input] = {}

    def recordings() -> Iterator[Recording]:
        for source in inputs:
            if source.path is None:
                outputs.add(source)
                continue
            sources[source.item.number] = source
            yield Recording(source.item.number, source.path)
            source.path.unlink()

    said = time.monotonic()

    def progress(now: Progress) -> None:
        nonlocal said
        if time.monotonic() - said >= _PROGRESS_SECONDS:
            said = time.monotonic()
            key = sources[now.number].item.key
            log.info("%s: %.1f of %.1f minutes", key, now.reached / 60, now.of / 60)

    for outcome in transcribe(recordings(), engine, shard.options, progress):
        outputs.add(sources.pop(outcome.number), outcome)
    outputs.complete()


def _seconds(shard: Shard) -> float:
    """How long its audio is, as if all of it were as the models want it."""
    return sum(item.size for item in shard.items) / BYTES_PER_SECOND


def _open_model(store: Store, shard: Shard, folder: Path, image_model: Path) -> ModelFolder:
    if not shard.options.model:
        return open_folder(image_model)
    # Named as in the bucket, because messages about the model name its folder.
    fetched = folder / keys.model(shard.options.model)
    fetched.mkdir(parents=True)
    store.fetch_model(shard.options.model, fetched)
    return open_folder(fetched, shard.options.model)
