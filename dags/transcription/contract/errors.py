"""What can go wrong, one class per cause. `code` is stable: records, metrics and alarms are keyed on it."""

from __future__ import annotations


class TranscriptionError(Exception):
    """Base of every error of this project. Its text says what is wrong, where, and what to do."""

    code = "TRANSCRIPTION_ERROR"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"

    @property
    def message(self) -> str:
        """The text without the code."""
        return super().__str__()


class InputError(TranscriptionError):
    """This one file can never be transcribed as it is. It goes to `failed/` with the reason; its neighbours go on."""


class NameInvalid(InputError):
    """Raised when no output key can be made from the name of an input."""

    code = "NAME_INVALID"


class OutputConflict(InputError):
    """Raised when two inputs would write the same transcript."""

    code = "OUTPUT_CONFLICT"


class AudioTooLarge(InputError):
    """Raised when a file is larger than the deployment takes."""

    code = "AUDIO_TOO_LARGE"


class AudioEmpty(InputError):
    """Raised when a file has no bytes."""

    code = "AUDIO_EMPTY"


class AudioNotWav(InputError):
    """Raised when the content is not a WAV file, whatever the name says."""

    code = "AUDIO_NOT_WAV"


class AudioTruncated(InputError):
    """Raised when the header promises more audio than the file holds."""

    code = "AUDIO_TRUNCATED"


class AudioCorrupt(InputError):
    """Raised when a WAV file cannot be decoded."""

    code = "AUDIO_CORRUPT"


class AudioNoSamples(InputError):
    """Raised when a WAV file holds a header and no audio."""

    code = "AUDIO_NO_SAMPLES"


class AudioNotFinite(InputError):
    """Raised when floating-point audio holds NaN or infinity."""

    code = "AUDIO_NOT_FINITE"


class InputMoved(TranscriptionError):
    """The file is no longer the one that was planned. It is left for the next run."""


class InputChanged(InputMoved):
    """Raised when a file was uploaded again after the run was planned."""

    code = "INPUT_CHANGED"


class InputDeleted(InputMoved):
    """Raised when a file was deleted after the run was planned."""

    code = "INPUT_DELETED"


class SystemFault(TranscriptionError):
    """Something other than one input is wrong. The run turns red; what is done is kept."""


class SettingInvalid(SystemFault):
    """Raised when the deployment's configuration is missing a value or holds a wrong one."""

    code = "SETTING_INVALID"


class OptionInvalid(SystemFault):
    """Raised when a run was started with an option that cannot be used."""

    code = "OPTION_INVALID"


class RecordInvalid(SystemFault):
    """Raised when a record in S3 is not what this version writes."""

    code = "RECORD_INVALID"


class RecordMissing(SystemFault):
    """Raised when a record is gone that an earlier step wrote."""

    code = "RECORD_MISSING"


class ManifestMissing(RecordMissing):
    """Raised when a run has no manifest where one is needed."""

    code = "MANIFEST_MISSING"


class ModelMissing(SystemFault):
    """Raised when the model that a run asks for is not there."""

    code = "MODEL_MISSING"


class ModelInvalid(SystemFault):
    """Raised when a model is there but cannot be used."""

    code = "MODEL_INVALID"


class GraphUnsupported(ModelInvalid):
    """Raised when a model's graph is whole, but not built as DeepSpeech 0.9 builds it."""

    code = "GRAPH_UNSUPPORTED"


class EngineUnfit(SystemFault):
    """Raised when the batched engine cannot be used where it is: too little memory, or it hears something else."""

    code = "ENGINE_UNFIT"


class EngineFailed(SystemFault):
    """Raised when DeepSpeech returns nothing for audio it was given."""

    code = "ENGINE_FAILED"


class StorageDenied(SystemFault):
    """Raised when S3 refuses to take a transcript or a record: permissions, or no such bucket."""

    code = "STORAGE_DENIED"


class StorageFailed(SystemFault):
    """Raised when S3 does not do what it was asked to do for one file, after all retries."""

    code = "STORAGE_FAILED"


class DiskFailed(SystemFault):
    """Raised when a file cannot be written to the disk of the machine, or read from it."""

    code = "DISK_FAILED"


class ShardIncomplete(SystemFault):
    """Raised at the end of a shard of which some files could not be done."""

    code = "SHARD_INCOMPLETE"


class ResultMissing(SystemFault):
    """Raised when a planned file has no result that is about it."""

    code = "NO_RESULT"


class TranscriptUnverified(SystemFault):
    """Raised when a transcript is not there, or is not what was written."""

    code = "TRANSCRIPT_UNVERIFIED"


class JobFailed(SystemFault):
    """Raised when the Batch job, or one of its children, failed for good."""

    code = "JOB_FAILED"


class JobRefused(SystemFault):
    """Raised when Batch does not take a job: no such queue or definition, or no permission."""

    code = "JOB_REFUSED"


class JobStuck(SystemFault):
    """Raised when Batch did not start anything of a job for too long; the job was ended."""

    code = "JOB_STUCK"

    def __init__(self, message: str, job_id: str) -> None:
        super().__init__(message)
        self.job_id = job_id


class RunCancelled(SystemFault):
    """Raised in a task that somebody ended; its Batch job was ended with it."""

    code = "RUN_CANCELLED"


class RunIncomplete(SystemFault):
    """Raised when a planned file is neither transcribed and moved nor explained."""

    code = "RUN_INCOMPLETE"
