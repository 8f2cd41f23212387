"""What a failure code means, and what people can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.contract import errors


@dataclass(frozen=True)
class FailureReason:
    """A failure code in words."""

    words: str
    advice: str


_SAVE_AGAIN = "Open the file in an audio program and save it as WAV or FLAC, then upload it again."
_UPLOAD_AGAIN = "Upload the original file again."

#: The reasons of files in `failed/`, by code.
_REASONS = {
    errors.NameInvalid.code: FailureReason(
        "The name of the file cannot be used", "Give the file a shorter name, or a name before the ending."
    ),
    errors.OutputConflict.code: FailureReason(
        "Another recording has the same name", "Rename one of the two files, then upload it again."
    ),
    errors.AudioTooLarge.code: FailureReason(
        "The file is too large or too long", "Split the recording, or convert it to a smaller format such as FLAC."
    ),
    errors.AudioEmpty.code: FailureReason("The file is empty", _UPLOAD_AGAIN),
    errors.AudioNotWav.code: FailureReason("The file is no audio", "Upload the recording itself."),
    errors.AudioTruncated.code: FailureReason("The end of the file is missing", _UPLOAD_AGAIN),
    errors.AudioCorrupt.code: FailureReason(
        "The file is damaged", f"{_UPLOAD_AGAIN} If it is damaged, too: {_SAVE_AGAIN}"
    ),
    errors.AudioNoSamples.code: FailureReason(
        "The file has no sound", "Check the recording device, and upload another file."
    ),
    errors.AudioProtected.code: FailureReason(
        "The file is protected against copying", "Upload a copy without copy protection."
    ),
    errors.AudioDecoderFailed.code: FailureReason("The file cannot be decoded", _SAVE_AGAIN),
    errors.AudioNotFinite.code: FailureReason("The file contains invalid samples", _SAVE_AGAIN),
}
_OTHER = FailureReason("The file could not be transcribed", "Read the message below the name of the file.")


def reason_of(code: str) -> FailureReason:
    """Return what a failure code means. Codes of other releases have a general text."""
    return _REASONS.get(code, _OTHER)
