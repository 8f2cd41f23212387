"""The JSON Schema of the transcripts, which people's programs and the DAG rely on."""

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
NEWER = ["unsure_words", "low_confidence", "alternatives", "cut_at_silence", "int8_lstm"]
OPTIONS = Options(beam_width=200, hot_words=(HotWord("seven", 2.5),), formats=("srt", "vtt"), alternatives=3)


@pytest.fixture(scope="module")
def written(clip: Clip, model_folder: Path) -> bytes:
    """A real transcript."""
    engine = LibDeepSpeech(open_folder(model_folder), OPTIONS)
    told = engine.description
    item = Item(0, "input/x/a b.WAV", "ab12", clip.path.stat().st_size)
    provenance = Provenance(item, sha256(clip.path), told.model, OPTIONS, "cd34", told.decoder, told.name)
    return transcribe_file(clip.path, engine).as_json(provenance)


@pytest.fixture
def document(written: bytes) -> dict[str, Any]:
    """The same, to be damaged."""
    document: dict[str, Any] = json.loads(written)
    return document


def complaints(document: Any) -> list[str]:
    """Where it breaks the schema: `$.words[0].start`."""
    return [error.json_path for error in VALIDATOR.iter_errors(document)]


def fields(schema: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Each field that the schema describes."""
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from fields(field, f"{path}.{name}")
    for name, part in schema.get("$defs", {}).items():
        yield from fields(part, f"{path}.{name}")


def without_one(part: Any) -> Iterator[str]:
    """Take away one field at a time, at any depth; the name of each while it is gone."""
    for name in list(part):
        kept = part.pop(name)
        yield name
        part[name] = kept
        for child in kept if isinstance(kept, list) else [kept]:
            if isinstance(child, dict):
                yield from without_one(child)


def put(document: Any, path: str, value: object) -> None:
    """Set the field that lies at `path`."""
    *way, last = (int(each) if each.isdigit() else each for each in re.findall(r"\w+", path))
    for each in way:
        document = document[each]
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
    assert complaints(bucket.document("x/a b")) == []


def test_silence_short_and_long_is_valid(bucket: Bucket, run: Run) -> None:
    bucket.plan({"input/short.wav": wav(silence(0.05)), "input/long.wav": wav(silence(60))})
    run()
    for name in ("short", "long"):
        assert bucket.document(name)["no_speech"]
        assert complaints(bucket.document(name)) == []


def test_a_model_without_scorer_and_settings_makes_valid_transcripts(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path
) -> None:
    bucket.upload("models/bare/a.pbmm", (model_folder / "demo.pbmm").read_bytes())
    bucket.plan({"input/a.wav": clip.data}, Options(model="bare"))
    run()
    assert bucket.document("a")["provenance"]["model"]["scorer_sha256"] is None
    assert complaints(bucket.document("a")) == []


def test_a_later_release_may_add_fields(document: dict[str, Any]) -> None:
    assert complaints({**document, "speakers": []}) == []


def test_a_misspelt_field_inside_is_refused(document: dict[str, Any]) -> None:
    document["words"][0]["strat"] = 0.1
    assert complaints(document) == ["$.words[0]"]


def test_no_field_may_be_missing(document: dict[str, Any]) -> None:
    assert complaints(document) == []
    found = {name: complaints(document) for name in without_one(document)}
    assert {"version", "end", "scorer_sha256", "lm_alpha", "boost"} <= set(found)
    # Transcripts of version 0.1 have none of these.
    assert [name for name, places in found.items() if not places] == NEWER


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
def test_a_damaged_transcript_is_refused_where_it_is_damaged(
    document: dict[str, Any], path: str, value: object
) -> None:
    put(document, path, value)
    assert path in complaints(document)


def test_silence_that_claims_words_is_refused(document: dict[str, Any]) -> None:
    document["no_speech"] = True
    assert {"$.text", "$.words", "$.confidence"} <= set(complaints(document))
