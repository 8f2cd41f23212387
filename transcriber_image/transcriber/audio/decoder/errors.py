"""The error for a file whose end is missing."""

from __future__ import annotations

from transcription.contract.errors import AudioTruncated


def truncated(file_format: str, promised: int, length: int) -> AudioTruncated:
    """Return the error for a file that is shorter than its structure says.

    Args:
        file_format: the name of its format.
        promised: the least length that the structure says, in bytes.
        length: the length of the file, in bytes.
    """
    return AudioTruncated(
        f"The {file_format} file promises {promised} bytes or more, but it has {length}: its end is missing. "
        "Upload it again."
    )
