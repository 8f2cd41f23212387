"""Every S3 key of the project is made here, so that no two parts can disagree about where a thing lies."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from .errors import NameInvalid

INPUT = "input/"
OUTPUT = "output/"
PROCESSED = "processed/"
FAILED = "failed/"
RUNS = "runs/"
MODELS = "models/"

AUDIO_SUFFIX = ".wav"
#: The glob that `S3KeySensor` takes for "there is audio". `[wW]`, because S3 and fnmatch respect case.
AUDIO_PATTERN = INPUT + "*.[wW][aA][vV]"

#: The longest key S3 stores, in bytes of UTF-8. Source: Amazon S3 User Guide, "Naming Amazon S3 objects".
KEY_BYTES = 1024
#: Room for the longest thing we put around a name: `processed/` … `.wav.error.json`.
_LONGEST_AFFIX = len(PROCESSED) + len(".wav.error.json")


def is_audio(key: str) -> bool:
    """Whether `key` is audio to transcribe: below `input/`, ending in `.wav` in any case."""
    return key.startswith(INPUT) and key.lower().endswith(AUDIO_SUFFIX)


def name_of(key: str) -> str:
    """The name of an input: its path below `input/` without the final `.wav`; all other dots are kept.

    Raises:
        NameInvalid: there is no name in front of `.wav`, or the keys made from it would be too long for S3.
    """
    name = key[len(INPUT) : -len(AUDIO_SUFFIX)]
    if not name or name.endswith("/"):
        raise NameInvalid(f"{key!r} has no name in front of {AUDIO_SUFFIX}. Give the file a name and upload it again.")
    length = len(name.encode())
    if length + _LONGEST_AFFIX > KEY_BYTES:
        raise NameInvalid(
            f"{key!r} is {length} bytes long; S3 leaves room for {KEY_BYTES - _LONGEST_AFFIX}. "
            "Shorten the name or its folders and upload it again."
        )
    return name


def transcript(name: str) -> str:
    """The plain text transcript."""
    return OUTPUT + name


def transcript_json(name: str) -> str:
    """The transcript with words, times, confidence and provenance."""
    return f"{OUTPUT}{name}.json"


def outputs(name: str) -> tuple[str, ...]:
    """All keys that a file called `name` may write, whatever formats are asked for."""
    return (transcript(name), *(f"{OUTPUT}{name}.{suffix}" for suffix in ("json", "srt", "vtt")))


def processed(key: str) -> str:
    """Where an input goes once its transcript is verified."""
    return PROCESSED + key[len(INPUT) :]


def failed(key: str) -> str:
    """Where an input goes that can never be transcribed."""
    return FAILED + key[len(INPUT) :]


def failed_reason(key: str) -> str:
    """The record that says why an input can never be transcribed."""
    return failed(key) + ".error.json"


def model(name: str) -> str:
    """The folder of a model that people uploaded themselves."""
    return f"{MODELS}{name}/"


def run_name(run_id: str) -> str:
    """A name for an Airflow run that S3 keys, Batch job names and shells take as it is.

    Airflow's run ids hold `:` and `+`; Batch allows letters, digits, `-` and `_`, 128 of them. The digest keeps
    two run ids apart that differ only in characters that are replaced or cut off.
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "-", run_id).strip("-")[:80]
    return f"{readable}-{hashlib.sha256(run_id.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class RunKeys:
    """The keys of one run, `run` as `run_name` makes it."""

    run: str

    @property
    def prefix(self) -> str:
        """Everything the run writes about itself lies below."""
        return f"{RUNS}{self.run}/"

    @property
    def plan(self) -> str:
        """The summary of the manifest. It is written last and never again: where it is, the manifest is frozen."""
        return f"{self.prefix}manifest/plan.json"

    def shard(self, draft: str, index: int) -> str:
        """The part of the manifest that child `index` of the array job works on.

        `draft` is the one that the plan names: a task that was cut off or raced leaves shards that count for nothing.
        """
        return f"{self.prefix}manifest/{draft}/{index:05d}.json"

    @property
    def results(self) -> str:
        """Below lies one record for each file that is done."""
        return f"{self.prefix}results/"

    def result(self, number: int) -> str:
        """The record that commits file `number` of the manifest."""
        return f"{self.results}{number:06d}.json"

    @property
    def job(self) -> str:
        """Which Batch job the run submitted."""
        return f"{self.prefix}job.json"

    @property
    def verdicts(self) -> str:
        """What verification found for each planned file."""
        return f"{self.prefix}verdicts.json"

    @property
    def moves(self) -> str:
        """Where each planned file went."""
        return f"{self.prefix}moves.json"

    @property
    def report(self) -> str:
        """The summary of the run."""
        return f"{self.prefix}report.json"
