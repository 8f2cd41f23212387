"""The result record of a file. The container writes it after the transcripts of the file, which is then finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from .manifest import Failure, Item
from .options import Options

TRANSCRIBED = "transcribed"
#: The file can never be transcribed; `failure` says why.
FAILED = "failed"
#: The file changed, was deleted or is archived; a later run takes it.
LEFT = "left"


#: Bytes per second of audio in the models' format: 16 kHz, mono, 16 bit. Used to estimate the length of unread files.
BYTES_PER_SECOND = 16_000 * 2


@dataclass(frozen=True)
class Audio:
    """The length and format of the audio in a recording."""

    seconds: float
    #: In hertz.
    sample_rate: int
    channels: int
    #: As libsndfile names it: `PCM_16`, `FLOAT`, `ALAW`, …
    encoding: str
    #: What people should know about the audio, such as that its last milliseconds are missing. Whole sentences.
    notes: tuple[str, ...] = ()
    #: How much the audio was raised before recognition, in decibels; 0 for ordinary audio.
    gain_db: float = 0.0
    #: What was done with the channels: `mono`, `mean`, `aligned`, `without tone` or `separate`.
    channel_use: str = ""


@dataclass(frozen=True)
class Model:
    """The model that was used. The digests of its files identify it, because a name can be reused."""

    name: str
    #: SHA-256 of the acoustic model (`.pbmm` or `.pb`), hexadecimal.
    acoustic_sha256: str
    #: SHA-256 of the scorer; None if the model has none.
    scorer_sha256: Optional[str] = None


@dataclass(frozen=True)
class Output:
    """A transcript in one format, as it was written to the bucket."""

    key: str
    #: In bytes.
    size: int
    sha256: str


@dataclass(frozen=True)
class Listening:
    """What was written below `listening/` for a page that draws and plays the recording."""

    #: Whether the peaks were written.
    peaks: bool = False
    #: Whether a listening copy was written. Recordings that every browser plays need none.
    copy: bool = False
    #: Why something is missing; usually empty.
    note: str = ""


@dataclass(frozen=True)
class Result:
    """The result record: what became of one file of the manifest."""

    item: Item
    status: str
    options: Options
    model: Model
    #: Time at which this record was written, ISO 8601 in UTC.
    finished: str
    #: Seconds from the end of the download to the end of the upload. Files overlap, so these times do not add up.
    wall_seconds: float
    audio: Optional[Audio] = None
    outputs: tuple[Output, ...] = ()
    #: Number of words of the transcript.
    words: int = 0
    #: From 0 to 1; None if the file holds no speech.
    confidence: Optional[float] = None
    #: Number of words with less confidence than `Options.low_confidence`.
    unsure_words: int = 0
    #: vCPU seconds of recognition.
    cpu_seconds: float = 0.0
    no_speech: bool = False
    failure: Optional[Failure] = None
    #: The engine with its version, and a note for people, such as why another engine was not used.
    engine: str = ""
    engine_note: str = ""
    listening: Listening = Listening()

    def commits(self, item: Item, options: Options, model: Model) -> bool:
        """Return whether this record makes it unnecessary to transcribe `item` with `options` and `model`."""
        made_from = (self.item, self.options.for_comparison(), self.model)
        return self.status != LEFT and made_from == (item, options.for_comparison(), model)
