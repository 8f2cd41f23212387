"""Every S3 key of the project is made here, so that no two parts can disagree about where a thing lies."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from .errors import NameInvalid, OutputConflict
from .options import FORMATS

INPUT_FOLDER = "input/"
OUTPUT_FOLDER = "output/"
PROCESSED_FOLDER = "processed/"
FAILED_FOLDER = "failed/"
RUNS_FOLDER = "runs/"
MODELS_FOLDER = "models/"

AUDIO_SUFFIX = ".wav"

#: The longest key S3 stores, in bytes of UTF-8. Source: Amazon S3 User Guide, "Naming Amazon S3 objects".
KEY_BYTES = 1024
#: What is put behind a name for the transcripts that are not plain text.
_SUFFIXES = tuple(f".{each}" for each in ("json", *FORMATS))
#: What is put behind the name of a file in `failed/` for the record that says why.
_REASON = ".error.json"
#: Room for the longest thing we put around a name: `processed/` … `.wav.error.json`.
_LONGEST_AFFIX = len(PROCESSED_FOLDER) + len(AUDIO_SUFFIX + _REASON)


def uri(bucket: str, key: str) -> str:
    """Return the `s3://` address of an object, or of the folder that `key` names."""
    return f"s3://{bucket}/{key}"


def is_audio(key: str) -> bool:
    """Whether `key` is audio to transcribe: below `input/`, ending in `.wav` in any case."""
    return key.startswith(INPUT_FOLDER) and key.lower().endswith(AUDIO_SUFFIX)


def audio_pattern(prefix: str = "") -> str:
    """The glob by which `S3KeySensor` finds audio whose names start with `prefix`.

    `[wW]`, because S3 and fnmatch respect case; what fnmatch takes for a pattern in a prefix is put in brackets. For a
    prefix that reaches into `.wav` it finds some more: planning takes only what starts with all of it.
    """
    literal = re.sub(r"([*?[])", r"[\1]", re.sub(r"\.(w(av?)?)?$", "", prefix, flags=re.IGNORECASE))
    return f"{INPUT_FOLDER}{literal}*.[wW][aA][vV]"


def name_of(key: str) -> str:
    """The name of an input: its path below `input/` without the final `.wav`; all other dots are kept.

    Raises:
        NameInvalid: there is no name in front of `.wav`, or the keys made from it would be too long for S3.
        OutputConflict: its text would lie where another input's JSON or subtitles go, in this run or in a later one.
    """
    name = key[len(INPUT_FOLDER) : -len(AUDIO_SUFFIX)]
    if not name or name.endswith("/"):
        raise NameInvalid(f"{key!r} has no name in front of {AUDIO_SUFFIX}. Give the file a name and upload it again.")
    if name.endswith(_SUFFIXES):
        other = name.rpartition(".")[0]
        raise OutputConflict(
            f"{key!r} would write {transcript(name)!r}, which is kept for the transcript of {other + AUDIO_SUFFIX!r}. "
            "Rename it and upload it again."
        )
    length = len(name.encode())
    if length + _LONGEST_AFFIX > KEY_BYTES:
        raise NameInvalid(
            f"{key!r} is {length} bytes long; S3 leaves room for {KEY_BYTES - _LONGEST_AFFIX}. "
            "Shorten the name or its folders and upload it again."
        )
    return name


def transcript(name: str) -> str:
    """The plain text transcript."""
    return OUTPUT_FOLDER + name


def transcript_json(name: str) -> str:
    """The transcript with words, times, confidence and provenance."""
    return f"{OUTPUT_FOLDER}{name}.json"


def subtitles(name: str, suffix: str) -> str:
    """The transcript as subtitles; `suffix` is one of `options.FORMATS`."""
    return f"{OUTPUT_FOLDER}{name}.{suffix}"


def processed(key: str) -> str:
    """Where an input goes once its transcript is verified."""
    return PROCESSED_FOLDER + key[len(INPUT_FOLDER) :]


def failed(key: str) -> str:
    """Where an input goes that can never be transcribed."""
    name = key[len(INPUT_FOLDER) :]
    if len((FAILED_FOLDER + name + _REASON).encode()) > KEY_BYTES:
        # Such a name is refused, and it must be possible to put it somewhere.
        start = name.encode()[: KEY_BYTES // 2].decode(errors="ignore")
        name = f"{start}-{hashlib.sha256(key.encode()).hexdigest()[:8]}{AUDIO_SUFFIX}"
    return FAILED_FOLDER + name


def failed_reason(key: str) -> str:
    """The record that says why an input can never be transcribed."""
    return failed(key) + _REASON


def model(name: str) -> str:
    """The folder of a model that people uploaded themselves."""
    return f"{MODELS_FOLDER}{name}/"


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
        return f"{RUNS_FOLDER}{self.run}/"

    @property
    def plan(self) -> str:
        """The summary of the manifest. It is written last and never again: where it is, the manifest is frozen."""
        return f"{self.prefix}manifest/plan.json"

    def shard(self, draft: str, index: int) -> str:
        """The part of the manifest that child `index` of the array job works on.

        `draft` is the one that the plan names: a task that was cut off or raced leaves shards that count for nothing.
        """
        return f"{self.prefix}manifest/{draft}/{index:05d}.json"

    def done(self, draft: str) -> str:
        """The part of the manifest with files that an earlier run transcribed."""
        return f"{self.prefix}manifest/{draft}/done.json"

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
