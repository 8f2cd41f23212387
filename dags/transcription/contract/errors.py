"""The errors of the project, one class per cause.

The codes never change, because records, metrics and alarms contain them.
"""

from __future__ import annotations


class TranscriptionError(Exception):
    """Base class of all errors of this project. The message says what is wrong, where, and what to do."""

    code = "TRANSCRIPTION_ERROR"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"

    @property
    def message(self) -> str:
        """The message without the code."""
        return super().__str__()


class InputError(TranscriptionError):
    """Base class of the errors of a file that can never be transcribed. The run moves the file to `failed/`."""


class NameInvalid(InputError):
    """Raised when no output key can be made from an input's name."""

    code = "NAME_INVALID"


class OutputConflict(InputError):
    """Raised when two inputs would write transcripts to the same key."""

    code = "OUTPUT_CONFLICT"


class AudioTooLarge(InputError):
    """Raised when a file is larger than the deployment's limit, or holds more hours than a child can transcribe."""

    code = "AUDIO_TOO_LARGE"


class AudioEmpty(InputError):
    """Raised when a file has no bytes."""

    code = "AUDIO_EMPTY"


class AudioNotWav(InputError):
    """Raised when a file's content is not audio of a format that is read. The code is older than the other formats."""

    code = "AUDIO_NOT_WAV"


class AudioTruncated(InputError):
    """Raised when a file announces more audio than it holds."""

    code = "AUDIO_TRUNCATED"


class AudioCorrupt(InputError):
    """Raised when an audio file cannot be decoded."""

    code = "AUDIO_CORRUPT"


class AudioNoSamples(InputError):
    """Raised when a file contains a header but no audio, such as a video without sound."""

    code = "AUDIO_NO_SAMPLES"


class AudioProtected(InputError):
    """Raised when audio is encrypted by digital rights management."""

    code = "AUDIO_PROTECTED"


class AudioDecoderFailed(InputError):
    """Raised when a file makes the decoder crash, hang or need too much memory."""

    code = "AUDIO_DECODER_FAILED"


class AudioNotFinite(InputError):
    """Raised when floating-point audio holds NaN or infinity."""

    code = "AUDIO_NOT_FINITE"


class InputLeft(TranscriptionError):
    """Base class of the errors of a file that was replaced, deleted, moved or archived, so that this run leaves it.

    The run does not fail. If the file is still in `input/`, the next run tries it again.
    """


class InputChanged(InputLeft):
    """Raised when a file was uploaded again after the run was planned."""

    code = "INPUT_CHANGED"


class InputDeleted(InputLeft):
    """Raised when a file was deleted after the run was planned."""

    code = "INPUT_DELETED"


class InputTaken(InputLeft):
    """Raised when a newer run moved a file before this run had a result for it."""

    code = "INPUT_TAKEN"


class InputArchived(InputLeft):
    """Raised when S3 has archived a file, so that somebody has to restore it before it can be read."""

    code = "INPUT_ARCHIVED"


class SystemFault(TranscriptionError):
    """Base class of the errors that no recording causes. The run fails; files that are finished stay finished."""


class SettingInvalid(SystemFault):
    """Raised when a setting of the deployment is missing or wrong."""

    code = "SETTING_INVALID"


class OptionInvalid(SystemFault):
    """Raised when a run is started with an option that cannot be used."""

    code = "OPTION_INVALID"


class RecordInvalid(SystemFault):
    """Raised when a record in S3 cannot be read by this version."""

    code = "RECORD_INVALID"


class RecordMissing(SystemFault):
    """Raised when a record that an earlier step wrote does not exist."""

    code = "RECORD_MISSING"


class ManifestMissing(RecordMissing):
    """Raised when a run has no manifest where one is needed."""

    code = "MANIFEST_MISSING"


class ModelMissing(SystemFault):
    """Raised when the model of a run does not exist."""

    code = "MODEL_MISSING"


class ModelInvalid(SystemFault):
    """Raised when a model exists but cannot be used."""

    code = "MODEL_INVALID"


class DefaultModelInvalid(SystemFault):
    """Raised when `models/default.json`, which names the model in use, is damaged."""

    code = "DEFAULT_MODEL_INVALID"


class GraphUnsupported(ModelInvalid):
    """Raised when a model's graph is intact, but differs from those of DeepSpeech 0.9."""

    code = "GRAPH_UNSUPPORTED"


class EngineUnfit(SystemFault):
    """Raised when the batched engine has too little memory, or recognises other words than libdeepspeech."""

    code = "ENGINE_UNFIT"


class EngineFailed(SystemFault):
    """Raised when DeepSpeech returns no result for a segment."""

    code = "ENGINE_FAILED"


class StorageDenied(SystemFault):
    """Raised when S3 denies access, or the bucket does not exist."""

    code = "STORAGE_DENIED"


class ObjectDenied(StorageDenied):
    """Raised when S3 refuses one object, or one action on it, and answers other requests."""

    code = "OBJECT_DENIED"


class StorageFailed(SystemFault):
    """Raised when a request to S3 fails for one file, after all retries."""

    code = "STORAGE_FAILED"


class DiskFailed(SystemFault):
    """Raised when a file cannot be written to the machine's disk, or read from it."""

    code = "DISK_FAILED"


class ChildFailed(SystemFault):
    """Raised when a child ends because of an error that no other class describes."""

    code = "CHILD_FAILED"


class ShardIncomplete(SystemFault):
    """Raised at the end of a shard if some of its files have no result."""

    code = "SHARD_INCOMPLETE"


class ResultMissing(SystemFault):
    """Raised when a planned file has no result record of its own."""

    code = "NO_RESULT"


class TranscriptUnverified(SystemFault):
    """Raised when a transcript does not exist, or is not what the container wrote."""

    code = "TRANSCRIPT_UNVERIFIED"


class CorrectionInvalid(TranscriptionError):
    """Raised when a page sends a correction that cannot be saved."""

    code = "CORRECTION_INVALID"


class JobFailed(SystemFault):
    """Raised when the Batch job, or one of its children, failed after all retries."""

    code = "JOB_FAILED"


class JobRefused(SystemFault):
    """Raised when Batch refuses a job: no such queue or job definition, or no permission."""

    code = "JOB_REFUSED"


class JobStuck(SystemFault):
    """Raised when Batch started no child of a job for too long, and the job was ended.

    Args:
        message: the message without the code.
        job_id: the id of the job that was ended.
    """

    code = "JOB_STUCK"

    def __init__(self, message: str, job_id: str) -> None:
        super().__init__(message)
        self.job_id = job_id


class RunCancelled(SystemFault):
    """Raised in a task that somebody ended in Airflow. The run's Batch job was ended, too."""

    code = "RUN_CANCELLED"


class RunBusy(SystemFault):
    """Raised when another run works on the bucket. The run that raises it has changed nothing."""

    code = "RUN_BUSY"


class RunIncomplete(SystemFault):
    """Raised when a planned file has neither a transcript nor a reason for having none."""

    code = "RUN_INCOMPLETE"
