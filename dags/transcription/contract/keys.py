"""The S3 keys of the project. No other module makes a key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass

from .audio_endings import ENDINGS, ending_of
from .errors import NameInvalid, OutputConflict
from .model_files import MODEL_JSON
from .options import FORMATS

INPUT_FOLDER = "input/"
OUTPUT_FOLDER = "output/"
PROCESSED_FOLDER = "processed/"
LISTENING_FOLDER = "listening/"
FAILED_FOLDER = "failed/"
CORRECTED_FOLDER = "corrected/"
RUNS_FOLDER = "runs/"
MODELS_FOLDER = "models/"
TEACHING_FOLDER = "teaching/"
EVALUATIONS_FOLDER = "evaluations/"
#: The key of the record that names the model of runs that choose none.
DEFAULT_MODEL = f"{MODELS_FOLDER}default.json"
#: The key of the record of the errors that people corrected, by recording.
CORRECTED_ERRORS = f"{EVALUATIONS_FOLDER}corrections.json"
#: The key of the record that names the only run that may work. A run's name never ends with `.json`.
LEASE = f"{RUNS_FOLDER}lease.json"

#: Length limit of a key in S3, in bytes of UTF-8. Source: Amazon S3 User Guide, "Naming Amazon S3 objects".
KEY_BYTES = 1024
#: Endings of transcripts other than plain text, after the name.
_SUFFIXES = tuple(f".{ending}" for ending in ("json", *FORMATS))
#: Ending of the record beside a file in `failed/`, after the file's name.
_REASON = ".error.json"
#: Length of the longest folder and ending that are put around the name of a file: `processed/` … `.error.json`.
_LONGEST_AFFIX = len(PROCESSED_FOLDER) + len(_REASON)


def uri(bucket: str, key: str) -> str:
    """Return the `s3://` address of an object, or of the folder that `key` names."""
    return f"s3://{bucket}/{key}"


def is_audio(key: str, endings: Collection[str] = ENDINGS) -> bool:
    """Return whether a key names audio to transcribe: a file below `input/` whose ending is one of `endings`.

    Args:
        key: the key.
        endings: endings in lower case and without the dot. In the key, they may have any case.
    """
    return key.startswith(INPUT_FOLDER) and ending_of(key, endings) != ""


def name_of(key: str) -> str:
    """Return the name of an input: its path below `input/` without the final ending. Other dots stay.

    Raises:
        NameInvalid: there is no name in front of the ending, or the keys made from it would be too long for S3.
        OutputConflict: the input's plain text would have the key of the JSON, or of another format, of another input,
            in this run or a later one.
    """
    ending = ending_of(key)
    name = key[len(INPUT_FOLDER) : len(key) - len(ending)]
    if not name or name.endswith("/"):
        raise NameInvalid(f"{key!r} has no name in front of {ending}. Give the file a name and upload it again.")
    if name.endswith(_SUFFIXES):
        other = name.rpartition(".")[0]
        raise OutputConflict(
            f"{key!r} would write {transcript(name)!r}, which is kept for the transcript of {other + ending!r}. "
            "Rename it and upload it again."
        )
    length, longest = len(name.encode()), KEY_BYTES - _LONGEST_AFFIX - len(ending)
    if length > longest:
        raise NameInvalid(
            f"{key!r} is {length} bytes long; S3 leaves room for {longest}. "
            "Shorten the name or its folders and upload it again."
        )
    return name


def uploaded(path: str) -> str:
    """Return the key of a file that is uploaded; `path` is its path below `input/`, with its ending."""
    return INPUT_FOLDER + path


def transcript(name: str) -> str:
    """Return the key of the plain text transcript."""
    return OUTPUT_FOLDER + name


def transcript_json(name: str) -> str:
    """Return the key of the transcript as JSON, with words, times, confidence and provenance."""
    return f"{OUTPUT_FOLDER}{name}.json"


def format_file(name: str, ending: str) -> str:
    """Return the key of the transcript in another format; `ending` is one of `options.FORMATS`."""
    return f"{OUTPUT_FOLDER}{name}.{ending}"


def corrected(name: str) -> str:
    """Return the key of the corrected text of a recording."""
    return CORRECTED_FOLDER + name


def corrected_json(name: str) -> str:
    """Return the key of the record of a correction."""
    return f"{CORRECTED_FOLDER}{name}.json"


def corrected_format(name: str, ending: str) -> str:
    """Return the key of a correction in another format; `ending` is one of `options.FORMATS`."""
    return f"{CORRECTED_FOLDER}{name}.{ending}"


def listening_peaks(name: str) -> str:
    """Return the key of the peaks of a recording, from which a page draws its waveform."""
    return f"{LISTENING_FOLDER}{name}.peaks.json"


def listening_copy(name: str) -> str:
    """Return the key of the copy of a recording that browsers play, because they may refuse the recording itself."""
    return f"{LISTENING_FOLDER}{name}.flac"


def processed(key: str) -> str:
    """Return the key to which an input moves once its transcript is verified."""
    return PROCESSED_FOLDER + key[len(INPUT_FOLDER) :]


def failed(key: str) -> str:
    """Return the key to which an input moves if it can never be transcribed.

    A name that is too long for its key is cut, and gets a digest so that it stays unique.
    """
    name = key[len(INPUT_FOLDER) :]
    if len((FAILED_FOLDER + name + _REASON).encode()) > KEY_BYTES:
        # A name that is too long is refused, and the file must still fit into `failed/`.
        start = name.encode()[: KEY_BYTES // 2].decode(errors="ignore")
        name = f"{start}-{hashlib.sha256(key.encode()).hexdigest()[:8]}{ending_of(key)}"
    return FAILED_FOLDER + name


def failed_reason(key: str) -> str:
    """Return the key of the record that says why an input can never be transcribed."""
    return reason_beside(failed(key))


def reason_beside(failed_key: str) -> str:
    """Return the key of the record that says why a file in `failed/` can never be transcribed."""
    return failed_key + _REASON


def is_failed_file(key: str) -> bool:
    """Return whether a key names a file in `failed/`, and not a record or a folder."""
    return key.startswith(FAILED_FOLDER) and not key.endswith(("/", _REASON))


def model(name: str) -> str:
    """Return the folder of a model in the bucket, with a slash at its end."""
    return f"{MODELS_FOLDER}{name}/"


def model_json(name: str) -> str:
    """Return the key of the description of a model."""
    return f"{model(name)}{MODEL_JSON}"


def teaching_set(name: str) -> str:
    """Return the folder of a set of recordings with texts, with a slash at its end."""
    return f"{TEACHING_FOLDER}{name}/"


def teaching_report(name: str) -> str:
    """Return the key of the trainer's report about a model."""
    return f"{model(name)}report.json"


def run_name(run_id: str, generation: int = 1) -> str:
    """Return a name for an Airflow run that is valid in S3 keys and Batch job names.

    Airflow's run ids contain `:` and `+`. Batch allows up to 128 letters, digits, `-` and `_`. The name starts with a
    letter or digit: on the container's command line, a value that starts with `-` would be an option. The name ends
    with a digest, so that run ids have different names even if they differ only in replaced or cut characters.

    Args:
        run_id: the run's id.
        generation: a number that counts the runs with this id, for an id that is used again after its run was deleted.
            The number follows the digest, unless it is 1.
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "-", run_id).strip("-")[:80] or "run"
    name = f"{readable}-{hashlib.sha256(run_id.encode()).hexdigest()[:8]}"
    return name if generation == 1 else f"{name}-{generation}"


@dataclass(frozen=True)
class RunKeys:
    """The keys of the records of one run. The name of the run comes from `run_name`."""

    run: str

    @property
    def prefix(self) -> str:
        """The folder of all records of the run, with a slash at its end."""
        return f"{RUNS_FOLDER}{self.run}/"

    @property
    def origin(self) -> str:
        """The key of the record that says for which DAG run in Airflow the records in this folder were made."""
        return f"{self.prefix}origin.json"

    @property
    def plan(self) -> str:
        """The key of the manifest's summary, which is written last and once: with it, the manifest is frozen."""
        return f"{self.prefix}manifest/plan.json"

    def shard(self, draft: str, index: int) -> str:
        """Return the key of the shard for child `index` of the array job.

        `draft` names the shard set in use. Other sets remain if an attempt of the task was interrupted, or if two
        attempts ran at the same time. They are ignored.
        """
        return f"{self.prefix}manifest/{draft}/{index:05d}.json"

    def done(self, draft: str) -> str:
        """Return the key of the part of the manifest with the files that an earlier run transcribed."""
        return f"{self.prefix}manifest/{draft}/done.json"

    @property
    def results(self) -> str:
        """The folder of the result records, one for each finished file, with a slash at its end."""
        return f"{self.prefix}results/"

    def result(self, number: int) -> str:
        """Return the key of the result record of file `number` of the manifest."""
        return f"{self.results}{number:06d}.json"

    def reasons(self, draft: str) -> str:
        """Return the folder of the records that say why files and children of a job have no result.

        The shard set `draft` belongs to one job, so the reasons of an earlier job are in another folder.
        """
        return f"{self.prefix}reasons/{draft}/"

    def file_reason(self, draft: str, number: int) -> str:
        """Return the key of the record that says why file `number` of the manifest has no result."""
        return f"{self.reasons(draft)}files/{number:06d}.json"

    def child_reason(self, draft: str, index: int) -> str:
        """Return the key of the record that says why child `index` ended, so that its files have no result."""
        return f"{self.reasons(draft)}children/{index:05d}.json"

    @property
    def job(self) -> str:
        """The key of the record of the run's Batch jobs."""
        return f"{self.prefix}job.json"

    def verdicts(self, page: int) -> str:
        """Return the key of a page of the outcomes after verification. Page 0 has the first files of the manifest."""
        return f"{self.prefix}verdicts/{page:05d}.json"

    def moves(self, page: int) -> str:
        """Return the key of a page of the outcomes after moving. Page 0 has the first files of the manifest."""
        return f"{self.prefix}moves/{page:05d}.json"

    def texts(self, generation: str, number: int) -> str:
        """Return the key of a part of the texts of a run. File `number` of the manifest is the first file of the part.

        `generation` is that of the outcomes which name the part, so that no later verification changes it.
        """
        return f"{self.prefix}texts/{generation}/{number:06d}.json"

    @property
    def all_verdicts(self) -> str:
        """The key of all outcomes after verification, as release 0.2 wrote them."""
        return f"{self.prefix}verdicts.json"

    @property
    def all_moves(self) -> str:
        """The key of all outcomes after moving, as release 0.2 wrote them."""
        return f"{self.prefix}moves.json"

    @property
    def report(self) -> str:
        """The key of the run's report."""
        return f"{self.prefix}report.json"

    def teaching(self, file: str) -> str:
        """Return the key of a file of a teaching, for example `order.json`."""
        return f"{self.prefix}teaching/{file}"

    def teaching_reason(self, job: str) -> str:
        """Return the key of the record that says why a Batch job of a teaching failed."""
        return self.teaching(f"reasons/{job}.json")

    @property
    def checkpoints(self) -> str:
        """The folder of the checkpoints of a teaching, with a slash at its end."""
        return f"{self.prefix}checkpoints/"

    def evaluation(self, file: str) -> str:
        """Return the key of a file of an evaluation, for example `order.json`. Such files never expire."""
        return f"{EVALUATIONS_FOLDER}{self.run}/{file}"

    def evaluated_model(self, model: str) -> str:
        """Return the key of the record of what a model heard in an evaluation."""
        return self.evaluation(f"models/{model}.json")

    @property
    def announcement(self) -> str:
        """The key of the record of the figures that other DAGs and the alert topic were told last."""
        return f"{self.prefix}announcement.json"
