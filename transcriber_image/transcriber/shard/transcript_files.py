"""The files of a transcript in S3: plain text, JSON and the formats that a run asks for."""

from __future__ import annotations

from transcriber.engines.engine import EngineDescription
from transcriber.shard.input_downloads import InputFile
from transcriber.shard.store import Store
from transcriber.text.transcript import Provenance, Transcript
from transcription.contract import keys
from transcription.contract.manifest import Shard
from transcription.contract.result import Output
from transcription.formats import saved_transcript
from transcription.formats.renderers import FORMATS


def write_transcript(
    store: Store, shard: Shard, engine: EngineDescription, file: InputFile, transcript: Transcript
) -> tuple[Output, ...]:
    """Write the transcript of a file to S3: plain text, the formats of the shard's options, and JSON.

    The JSON is written last, because a later run concludes from it that all the formats exist. The other formats are
    made from the JSON, so that the command `export` makes the same files from it later.

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
    document, json_key = transcript.as_json(provenance), keys.transcript_json(name)
    saved = saved_transcript.parse(document, json_key)
    return (
        store.write(keys.transcript(name), transcript.as_text(), "text/plain; charset=utf-8"),
        *(
            store.write(keys.format_file(name, ending), FORMATS[ending].render(saved), FORMATS[ending].content_type)
            for ending in options.formats
        ),
        store.write(json_key, document, "application/json", transcript.summary(options.low_confidence)),
    )
