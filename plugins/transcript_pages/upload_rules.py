"""The rules for files that people upload: their names, endings and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from airflow.configuration import conf

from transcription.contract import keys
from transcription.contract.audio_endings import ENDINGS, parse_endings
from transcription.contract.errors import NameInvalid, OutputConflict
from transcription.contract.xml_text import NOT_XML

#: The default of the setting `max_file_megabytes`, as in the DAG's settings, which the web server may not have.
DEFAULT_MEGABYTES = 4_096


class UploadRefused(Exception):
    """Raised when a file must not be uploaded. The message says why."""


@dataclass(frozen=True)
class UploadRules:
    """What may be uploaded."""

    #: The endings of the names of audio files, in lower case and without the dot.
    endings: Sequence[str]
    #: Size of the largest file, in bytes.
    max_bytes: int

    def key_of(self, path: str, size: int) -> str:
        """Return the key in `input/` for a file.

        Args:
            path: the path of the file below `input/`, with slashes between folders.
            size: the size of the file, in bytes.

        Raises:
            UploadRefused: the file cannot be transcribed, or its path leads out of `input/`.
        """
        key = key_of_path(path)
        if not keys.is_audio(key, self.endings):
            raise UploadRefused(f"The name must end in one of: {', '.join(self.endings)}.")
        try:
            keys.name_of(key)
        except (NameInvalid, OutputConflict) as error:
            raise UploadRefused(error.message) from error
        if size == 0:
            raise UploadRefused("The file is empty.")
        if size > self.max_bytes:
            raise UploadRefused(
                f"The file is larger than {self.max_bytes // 2**20:,} MiB, the limit of this deployment."
            )
        return key


def key_of_path(path: str) -> str:
    """Return the key in `input/` for the path of a file.

    A browser shortens `..` in addresses before it sends them, so such a path would lead to another folder.

    Raises:
        UploadRefused: the path has characters or folders that a key cannot keep.
    """
    if NOT_XML.search(path):
        raise UploadRefused("The name contains a control character. Rename the file.")
    if any(part in ("", ".", "..") for part in path.split("/")):
        raise UploadRefused("The path of the file has an empty folder, or one that is named . or ..")
    return keys.uploaded(path)


def upload_rules() -> UploadRules:
    """Return the rules of this deployment.

    Raises:
        SettingInvalid: the setting `audio_endings` is wrong.
    """
    endings = parse_endings(conf.get("transcription", "audio_endings", fallback=",".join(ENDINGS)))
    megabytes = conf.getint("transcription", "max_file_megabytes", fallback=DEFAULT_MEGABYTES)
    return UploadRules(endings, megabytes * 2**20)
