"""Transcripts in the bucket: whole, valid, and at one with each other, or not to be believed."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from transcription.contract import keys
from transcription.contract.errors import TranscriptUnverified


@cache
def _validator() -> Draft202012Validator:
    schema = files("transcription.contract").joinpath("transcript.schema.json").read_text()
    return Draft202012Validator(json.loads(schema))


def check(name: str, text: bytes | None, document: bytes | None) -> dict[str, Any]:
    """Compare the two transcripts that each file has, as they lie in the bucket.

    Returns:
        The JSON transcript.

    Raises:
        TranscriptUnverified: one is not there, the JSON is not valid, or they say different things.
    """
    if text is None or document is None:
        gone = keys.transcript(name) if text is None else keys.transcript_json(name)
        raise TranscriptUnverified(f"{gone!r} is not there.")
    try:
        found: dict[str, Any] = json.loads(document)
    except ValueError as error:
        raise TranscriptUnverified(f"{keys.transcript_json(name)!r} is not JSON: {error}.") from error
    if broken := best_match(_validator().iter_errors(found)):
        raise TranscriptUnverified(f"{keys.transcript_json(name)!r} breaks its schema: {broken.message[:200]}.")
    said = found["text"]
    if text != (f"{said}\n" if said else "").encode(errors="surrogatepass"):
        raise TranscriptUnverified(f"{keys.transcript(name)!r} and its JSON say different things.")
    return found
