"""The S3 keys of recordings, models and sets, and the folders of the bucket.

`run_keys` makes the keys of the records of a run. No other module makes a key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

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
