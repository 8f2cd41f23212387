"""The check that the plain text and the JSON of a transcript exist, are valid and contain the same text."""

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
    """Check the JSON of a transcript against its schema, and compare the plain text with the text in the JSON.

    Args:
        name: the name of the recording: its path below `input/`, without `.wav`.
        text: the content of the plain text; None if the object does not exist.
        document: the content of the JSON; None if the object does not exist.

    Returns:
        The parsed JSON.

    Raises:
        TranscriptUnverified: an object does not exist, the JSON is not valid, or the texts differ.
    """
    if text is None or document is None:
        missing = keys.transcript(name) if text is None else keys.transcript_json(name)
        raise TranscriptUnverified(f"{missing!r} does not exist.")
    try:
        transcript: dict[str, Any] = json.loads(document)
    except ValueError as error:
        raise TranscriptUnverified(f"{keys.transcript_json(name)!r} is not JSON: {error}.") from error
    if violation := best_match(_validator().iter_errors(transcript)):
        raise TranscriptUnverified(f"{keys.transcript_json(name)!r} breaks its schema: {violation.message[:200]}.")
    json_text = transcript["text"]
    if text != (f"{json_text}\n" if json_text else "").encode(errors="surrogatepass"):
        raise TranscriptUnverified(f"{keys.transcript(name)!r} and its JSON hold different texts.")
    return transcript
