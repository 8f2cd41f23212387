"""The result record: written after the transcripts of a file, it is what makes the file done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from .manifest import Failure, Item
from .options import Options

TRANSCRIBED = "transcribed"
#: The file can never be transcribed as it is; `failure` says why.
FAILED = "failed"
#: The file changed or went away after planning; the next run takes it.
LEFT = "left"


#: WAV of the models' own kind: 16 kHz, mono, 16 bit. Used to guess how long audio is that nobody has opened yet.
BYTES_PER_SECOND = 16_000 * 2


@dataclass(frozen=True)
class Audio:
    """What a WAV file turned out to hold."""

    seconds: float
    #: In hertz.
    sample_rate: int
    channels: int
    #: As libsndfile names it: `PCM_16`, `FLOAT`, `ALAW`, …
    encoding: str


@dataclass(frozen=True)
class Model:
    """The model that was used, by content: names can be reused, digests cannot."""

    name: str
    #: SHA-256 of the acoustic model (`.pbmm` or `.pb`), hexadecimal.
    acoustic_sha256: str
    #: SHA-256 of the scorer, or nothing where the model has none.
    scorer_sha256: Optional[str] = None


@dataclass(frozen=True)
class Output:
    """A transcript that was written."""

    key: str
    #: In bytes.
    size: int
    sha256: str


@dataclass(frozen=True)
class Result:
    """What became of one item of the manifest."""

    item: Item
    status: str
    options: Options
    model: Model
    #: When it was written, ISO 8601 in UTC.
    finished: str
    #: From the end of its download to the end of its upload, in seconds. Files overlap: these do not add up.
    wall_seconds: float
    audio: Optional[Audio] = None
    outputs: tuple[Output, ...] = ()
    #: How many words the transcript has.
    words: int = 0
    #: From 0 to 1; nothing where no speech was found.
    confidence: Optional[float] = None
    #: How many words have less confidence than `Options.low_confidence`.
    unsure_words: int = 0
    #: What recognition took of one vCPU, in seconds.
    cpu_seconds: float = 0.0
    no_speech: bool = False
    failure: Optional[Failure] = None
    #: What transcribed it, with its version; and what people should know of that, such as why it is not another one.
    engine: str = ""
    engine_note: str = ""

    def commits(self, item: Item, options: Options, model: Model) -> bool:
        """Return whether this record makes it unnecessary to transcribe `item` with `options` and `model`."""
        made_from = (self.item, self.options.for_comparison(), self.model)
        return self.status != LEFT and made_from == (item, options.for_comparison(), model)
