"""What a page needs to draw and play a recording, made while the recording is decoded for the engine."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from transcriber.audio.audio_stream import Samples
from transcriber.audio.browser_formats import plays_in_browsers
from transcriber.audio.listening_copy import ListeningCopy
from transcriber.audio.peak_meter import PeakMeter
from transcription.contract.result import Audio

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ListeningFiles:
    """The peaks of a recording, and its listening copy. The consumer deletes the copy."""

    #: A JSON document.
    peaks: bytes
    #: Where the copy is, or `None` if browsers play the recording itself, or if there is a note.
    copy: Optional[Path] = None
    #: Why a copy that is needed is missing: a whole sentence, or nothing.
    note: str = ""

    def discard(self) -> None:
        """Delete the copy."""
        if self.copy is not None:
            self.copy.unlink(missing_ok=True)


class ListeningRecorder:
    """A recorder of peaks, and of a listening copy where browsers need one.

    No failure of it prevents a transcript. A copy that cannot be written is deleted, and the note says why.

    Args:
        recording: the recording.
        audio: the description of its audio.
        channels: the name of each stream's channel, or `None` if the stream is a mixture.
        rate: the sample rate of the streams, in hertz.
        copy: where to write the copy.
    """

    def __init__(self, recording: Path, audio: Audio, channels: Sequence[Optional[str]], rate: int, copy: Path) -> None:
        self._channels = channels
        self._peaks = PeakMeter(len(channels), rate)
        self._path = copy
        self._copy: Optional[ListeningCopy] = None
        self._note = ""
        try:
            if not plays_in_browsers(recording, audio):
                self._copy = ListeningCopy(copy, len(channels), rate)
        except (OSError, RuntimeError) as error:
            self._give_up(error)

    def add(self, streams: Sequence[Samples]) -> None:
        """Record the next samples of all streams."""
        self._peaks.add(streams)
        if self._copy is not None:
            try:
                self._copy.add(streams)
            except (OSError, RuntimeError) as error:
                self._give_up(error)

    def finish(self, seconds: float) -> ListeningFiles:
        """Return the files. `seconds` is the length of the recording."""
        peaks = self._peaks.as_json(self._channels, seconds)
        if self._copy is not None:
            try:
                self._copy.close()
            except (OSError, RuntimeError) as error:
                self._give_up(error)
        return ListeningFiles(peaks, self._path if self._copy is not None else None, self._note)

    def cancel(self) -> None:
        """Delete the copy, because the recording has no transcript."""
        if self._copy is not None:
            self._give_up(RuntimeError("there is no transcript"))

    def _give_up(self, error: Exception) -> None:
        """Delete the copy, and note why."""
        copy, self._copy = self._copy, None
        self._note = f"The listening copy could not be written: {error}."
        try:
            if copy is not None:
                copy.close()
        except (OSError, RuntimeError):
            log.debug("closing %s failed, too", self._path)
        self._path.unlink(missing_ok=True)
