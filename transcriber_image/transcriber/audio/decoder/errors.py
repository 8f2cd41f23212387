"""The errors for a file whose end is missing, and for one with more audio than it says."""

from __future__ import annotations

from transcription.contract.errors import AudioCorrupt, AudioTruncated


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


def broken_off(file_format: str, seconds: float) -> AudioTruncated:
    """Return the error for a file that ends in the middle of its audio, after `seconds` that can be decoded."""
    return AudioTruncated(
        f"The {file_format} file breaks off after {seconds:.0f} s or a little later: its end is missing or damaged. "
        "Upload it again."
    )


def more_audio(file_format: str, promised: int, length: int) -> AudioCorrupt:
    """Return the error for a file that is longer than its header says. The arguments are those of `truncated`."""
    return AudioCorrupt(
        f"The {file_format} header promises {promised} bytes, but {length - promised} more bytes follow. Export the "
        "file again, or upload joined recordings one by one."
    )
