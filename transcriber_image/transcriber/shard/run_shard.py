"""The processing of one shard of a run. A file that is not transcribed gets a record with the reason."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from transcriber.engines.engine import Engine
from transcriber.model.model_folder import ModelFolder, open_folder
from transcriber.selection.engine_selection import open_engine
from transcriber.shard.input_downloads import InputDownloads, InputFile
from transcriber.shard.recordings import Progress, Recording
from transcriber.shard.result_writer import ResultWriter
from transcriber.shard.shard_reasons import ShardReasons
from transcriber.shard.store import Store
from transcriber.shard.transcribe_recordings import transcribe_recordings
from transcription.contract import keys
from transcription.contract.audio_endings import pcm_bytes
from transcription.contract.manifest import Shard
from transcription.contract.result import BYTES_PER_SECOND

log = logging.getLogger(__name__)

#: How often the log shows the progress of long files, in seconds.
_PROGRESS_SECONDS = 60.0


def run_shard(store: Store, shard: Shard, image_model: Path, processes: int, reasons: ShardReasons) -> None:
    """Process all files of a shard.

    Args:
        store: the bucket.
        shard: the shard.
        image_model: the model folder in the image. Its model is used if the shard names no model.
        processes: the maximum number of engine processes.
        reasons: the records of the reasons why files have no result.

    Raises:
        SystemFault: there is a fault that concerns every file. The rest of the shard is not tried.
        ShardIncomplete: S3 refused some files, or S3, the disk or the engine failed for them. The others are done.
    """
    log.info("run %s, shard %d: %d files, %d processes", shard.run, shard.index, len(shard.items), processes)
    with tempfile.TemporaryDirectory(prefix="transcriber-") as name:
        folder = Path(name)
        model = _open_model(store, shard, folder, image_model)
        with open_engine(model, shard.options, processes, _seconds(shard)) as engine:
            log.info("engine: %s", engine.description.name)
            # The downloads start here, after the model and the options have proved usable.
            with (
                closing(InputDownloads(store, shard, engine.description.model, folder)) as files,
                closing(ResultWriter(store, shard, engine.description, reasons)) as writer,
            ):
                _transcribe(shard, files, engine, writer)


def _transcribe(shard: Shard, files: InputDownloads, engine: Engine, writer: ResultWriter) -> None:
    """Transcribe the downloaded files, and give each file and its result to `writer`. Log the progress of long files.

    Raises:
        StorageDenied: S3 refuses the bucket, the credentials or everything that is written.
        ShardIncomplete: S3 refused some files, or S3, the disk or the engine failed for them. The others are done.
    """
    in_progress: dict[int, InputFile] = {}

    def recordings() -> Iterator[Recording]:
        for file in files:
            if file.path is None:
                writer.add(file)
                continue
            in_progress[file.item.number] = file
            yield Recording(file.item.number, file.path, file.path.with_suffix(".flac"))
            file.path.unlink()

    last_logged = time.monotonic()

    def log_progress(progress: Progress) -> None:
        nonlocal last_logged
        if time.monotonic() - last_logged >= _PROGRESS_SECONDS:
            last_logged = time.monotonic()
            key = in_progress[progress.number].item.key
            log.info("%s: %.1f of %.1f minutes", key, progress.reached / 60, progress.total / 60)

    for result in transcribe_recordings(recordings(), engine, shard.options, log_progress):
        writer.add(in_progress.pop(result.number), result)
    writer.complete()


def _seconds(shard: Shard) -> float:
    """Estimate the seconds of audio in a shard from sizes and endings of the files."""
    return sum(pcm_bytes(item.key, item.size) for item in shard.items) / BYTES_PER_SECOND


def _open_model(store: Store, shard: Shard, folder: Path, image_model: Path) -> ModelFolder:
    if not shard.options.model:
        return open_folder(image_model)
    # The folder has the path that the model has in the bucket, because error messages name it.
    model_folder = folder / keys.model(shard.options.model)
    model_folder.mkdir(parents=True)
    store.fetch_model(shard.options.model, model_folder)
    return open_folder(model_folder, shard.options.model)
