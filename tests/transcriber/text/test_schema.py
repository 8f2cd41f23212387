"""Transcripts are valid by their JSON Schema, which users' programs and the DAG rely on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.shard_bucket import Bucket, Run
from tests.support.transcriber.wav_files import Clip, silence, wav
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.model.digest import sha256
from transcriber.model.model_folder import open_folder
from transcriber.text.transcript import Provenance
from transcription.contract.hot_word import HotWord
from transcription.contract.manifest import Item
from transcription.contract.options import Options

SCHEMA = json.loads((Path(__file__).parents[3] / "dags/transcription/contract/transcript.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
#: Fields that transcripts of version 0.1 do not have.
NEWER = [
    "unsure_words",
    "low_confidence",
    "alternatives",
    "channels",
    "notes",
    "gain_db",
    "channel_use",
    "listening",
    "channel_names",
    "cut_at_silence",
    "int8_lstm",
]
OPTIONS = Options(beam_width=200, hot_words=(HotWord("seven", 2.5),), formats=("srt", "vtt"), alternatives=3)


@pytest.fixture(scope="module")
def transcript_json(clip: Clip, model_folder: Path) -> bytes:
    """The JSON that libdeepspeech gives for a clip."""
    engine = LibDeepSpeech(open_folder(model_folder), OPTIONS)
    item = Item(0, "input/x/a b.WAV", "ab12", clip.path.stat().st_size)
    provenance = Provenance(
        input=item,
        sha256=sha256(clip.path),
        model=engine.description.model,
        options=OPTIONS,
        recipe="cd34",
        decoder=engine.description.decoder,
        engine=engine.description.name,
    )
    return transcribe_file(clip.path, engine).as_json(provenance)


@pytest.fixture
def document(transcript_json: bytes) -> dict[str, Any]:
    """The transcript as an object that the test may change."""
    document: dict[str, Any] = json.loads(transcript_json)
    return document


def schema_errors(document: Any) -> list[str]:
    """The paths where a document violates the schema, for example `$.words[0].start`."""
    return [error.json_path for error in VALIDATOR.iter_errors(document)]


def fields(schema: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Yield the path and the schema of each field."""
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from fields(field, f"{path}.{name}")
    for name, part in schema.get("$defs", {}).items():
        yield from fields(part, f"{path}.{name}")


def with_one_field_removed(record: Any) -> Iterator[str]:
    """Remove one field after another, at any depth; yield the name of a field while it is removed."""
    for name in list(record):
        value = record.pop(name)
        yield name
        record[name] = value
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                yield from with_one_field_removed(child)


def put(document: Any, path: str, value: object) -> None:
    """Set the field at `path`."""
    *parents, last = (int(part) if part.isdigit() else part for part in re.findall(r"\w+", path))
    for parent in parents:
        document = document[parent]
    document[last] = value


def test_the_schema_itself_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_field_is_described() -> None:
    described = dict(fields(SCHEMA))
    assert len(described) > 40
    assert [path for path, field in described.items() if not field.get("description")] == []


def test_speech_with_hot_words_and_subtitles_is_valid(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/x/a b.WAV": clip.data}, OPTIONS)
    run()
    assert bucket.document("x/a b")["words"]
    assert schema_errors(bucket.document("x/a b")) == []


def test_silence_short_and_long_is_valid(bucket: Bucket, run: Run) -> None:
    bucket.plan({"input/short.wav": wav(silence(0.05)), "input/long.wav": wav(silence(60))})
    run()
    for name in ("short", "long"):
        assert bucket.document(name)["no_speech"]
        assert schema_errors(bucket.document(name)) == []


def test_a_model_without_scorer_and_settings_makes_valid_transcripts(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path
) -> None:
    bucket.upload("models/bare/a.pbmm", (model_folder / "demo.pbmm").read_bytes())
    bucket.plan({"input/a.wav": clip.data}, Options(model="bare"))
    run()
    assert bucket.document("a")["provenance"]["model"]["scorer_sha256"] is None
    assert schema_errors(bucket.document("a")) == []


def test_a_later_release_may_add_fields(document: dict[str, Any]) -> None:
    assert schema_errors({**document, "speakers": []}) == []


def test_a_misspelt_field_of_a_word_is_an_error(document: dict[str, Any]) -> None:
    document["words"][0]["strat"] = 0.1
    assert schema_errors(document) == ["$.words[0]"]


def test_a_missing_field_is_an_error(document: dict[str, Any]) -> None:
    assert schema_errors(document) == []
    errors = {name: schema_errors(document) for name in with_one_field_removed(document)}
    assert {"version", "end", "scorer_sha256", "lm_alpha", "boost"} <= set(errors)
    assert [name for name, paths in errors.items() if not paths] == NEWER


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.version", 2),
        ("$.text", None),
        ("$.text", ""),
        ("$.words", []),
        ("$.confidence", None),
        ("$.confidence", 1.01),
        ("$.no_speech", "no"),
        ("$.words[0].start", -0.1),
        ("$.words[0].end", "1.0"),
        ("$.words[0].word", "two words"),
        ("$.words[0].confidence", -0.5),
        ("$.segments[0].end", -1),
        ("$.segments[0].confidence", 100),
        ("$.skipped_seconds", -1),
        ("$.audio.seconds", 0),
        ("$.audio.sample_rate", 16000.5),
        ("$.audio.channels", 0),
        ("$.provenance.sha256", "AB" * 32),
        ("$.provenance.recipe", None),
        ("$.provenance.input.key", "output/a.wav"),
        ("$.provenance.input.size", 0),
        ("$.provenance.model.acoustic_sha256", None),
        ("$.provenance.model.scorer_sha256", "12"),
        ("$.provenance.options.beam_width", 1.5),
        ("$.provenance.options.formats[0]", "txt"),
        ("$.provenance.options.hot_words[0].boost", 1000),
        ("$.provenance.decoder.beam_width", 0),
    ],
)
def test_a_wrong_value_is_an_error_at_its_path(document: dict[str, Any], path: str, value: object) -> None:
    put(document, path, value)
    assert path in schema_errors(document)


def test_words_in_a_transcript_without_speech_are_an_error(document: dict[str, Any]) -> None:
    document["no_speech"] = True
    assert {"$.text", "$.words", "$.confidence"} <= set(schema_errors(document))
