"""The files of a transcript in S3: plain text, subtitles and JSON."""

from __future__ import annotations

from transcriber.engines.engine import EngineDescription
from transcriber.shard.input_downloads import InputFile
from transcriber.shard.store import Store
from transcriber.text.subtitles import CONTENT_TYPES, render
from transcriber.text.transcript import Provenance, Transcript
from transcription.contract import keys
from transcription.contract.manifest import Shard
from transcription.contract.result import Output


def write_transcript(
    store: Store, shard: Shard, engine: EngineDescription, file: InputFile, transcript: Transcript
) -> tuple[Output, ...]:
    """Write the transcript of a file to S3: plain text, the subtitle formats of the shard's options, and JSON.

    The JSON is written last, because a later run concludes from it that all the formats exist.

    Args:
        store: the bucket.
        shard: the shard to which the file belongs.
        engine: the description of the engine that made the transcript.
        file: the file.
        transcript: the transcript.

    Returns:
        The objects in the order in which they were written.

    Raises:
        StorageDenied: S3 denies access, so that the next file would fail, too.
        StorageFailed: S3 fails for one of the objects, after all retries.
    """
    name, options = keys.name_of(file.item.key), shard.options
    provenance = Provenance(file.item, file.sha256, engine.model, options, shard.recipe, engine.decoder, engine.name)
    return (
        store.write(keys.transcript(name), transcript.as_text(), "text/plain; charset=utf-8"),
        *(
            store.write(keys.subtitles(name, suffix), render(transcript, suffix), CONTENT_TYPES[suffix])
            for suffix in options.formats
        ),
        store.write(keys.transcript_json(name), transcript.as_json(provenance), "application/json"),
    )
