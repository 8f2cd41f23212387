"""A corpus: clips of speech with their texts and voices, stored in one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

SAMPLE_RATE = 16000
DEV = ("espeak-dev", "real-dev")  # the corpora for tuning the scorer's weights


@dataclass
class Corpus:
    """Clips of 16 kHz mono 16-bit audio, each with the words that are spoken and the name of the voice."""

    clips: list[np.ndarray] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    voices: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.clips)

    def add(self, clip: np.ndarray, text: str, voice: str) -> None:
        """Append one clip (int16 samples), the words that are spoken in it, and the name of its voice."""
        self.clips.append(clip)
        self.texts.append(text)
        self.voices.append(voice)

    def save(self, path: Path) -> None:
        """Write the corpus as one `.npz` file."""
        ends = np.cumsum([len(clip) for clip in self.clips])
        np.savez(path, samples=np.concatenate(self.clips), ends=ends, texts=self.texts, voices=self.voices)

    @classmethod
    def load(cls, path: Path) -> Corpus:
        """Read a corpus that `save` wrote."""
        with np.load(path) as file:
            clips = np.split(file["samples"], file["ends"][:-1])
            return cls(clips, [str(text) for text in file["texts"]], [str(voice) for voice in file["voices"]])

    def by_voice(self) -> dict[str, list[int]]:
        """Return the indices of the clips of each voice, by the name of the voice."""
        indices: dict[str, list[int]] = {}
        for index, voice in enumerate(self.voices):
            indices.setdefault(voice, []).append(index)
        return indices


def as_int16(samples: np.ndarray) -> np.ndarray:
    """Convert float samples from -1 to 1 to 16 bits. Clip samples outside this range."""
    return np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)


def trimmed(samples: np.ndarray, floor: float = 0.003, margin: float = 0.02) -> np.ndarray:
    """Return samples without the silence at both ends.

    Args:
        samples: The samples of a clip.
        floor: Samples up to this share of the loudest sample count as silence.
        margin: How much silence stays at each end, in seconds.
    """
    level = np.abs(samples.astype(np.float32))
    loud = np.flatnonzero(level > floor * level.max())
    edge = int(margin * SAMPLE_RATE)
    return samples[max(0, loud[0] - edge) : loud[-1] + edge]
