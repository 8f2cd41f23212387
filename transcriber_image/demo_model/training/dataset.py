"""The training data: features of augmented speech, in parts on the disk, and batches of utterances from them.

Such a part is called a shard in this package. It has nothing to do with the shards of a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from . import augmentation
from .corpus import DEV, Corpus
from .features import mfcc
from .vocabulary import labels

SHARDS = 36
UTTERANCES = 3000  # in each shard
# Training begins with the first shards, whose augmentation becomes stronger from shard to shard.
MILD_SHARDS = 4

# The share of utterances from each corpus. real-train has the only people: three speakers.
SHARES = {
    "espeak-train": 0.28, "british-train": 0.12, "real-train": 0.31, "accent-train": 0.08, "flite-train": 0.1,
    "festival-train": 0.08, "wordless": 0.03,
}  # fmt: skip
MAX_FRAMES = 600  # 12 s

Batch = list[tuple[np.ndarray, np.ndarray]]  # (features, labels) of utterances, as `Shard` returns them


@dataclass
class Shard:
    """A part of the training data: the joined features and the joined labels of its utterances.

    `features` are float16, shape (frames, 26), and `labels` are uint8. `ends` and `label_ends` say where each utterance
    ends in them.
    """

    features: np.ndarray
    ends: np.ndarray
    labels: np.ndarray
    label_ends: np.ndarray

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        start, label_start = (self.ends[index - 1], self.label_ends[index - 1]) if index else (0, 0)
        return self.features[start : self.ends[index]], self.labels[label_start : self.label_ends[index]]

    @classmethod
    def of(cls, utterances: list[tuple[np.ndarray, str]]) -> Shard:
        """Make a shard of utterances, each a pair of features, shape (frames, 26), and text."""
        features = np.concatenate([frames for frames, _ in utterances]).astype(np.float16)
        spelled = [np.array(labels(text), np.uint8) for _, text in utterances]
        ends = np.cumsum([len(frames) for frames, _ in utterances])
        return cls(features, ends, np.concatenate(spelled), np.cumsum([len(line) for line in spelled]))

    def save(self, path: Path) -> None:
        """Write the four arrays to the folder `path`."""
        path.mkdir(parents=True, exist_ok=True)
        for name, array in vars(self).items():
            np.save(path / f"{name}.npy", array)

    @classmethod
    def load(cls, path: Path) -> Shard:
        """Open a shard that `save` wrote. The features stay on the disk until they are used."""
        features = np.load(path / "features.npy", mmap_mode="r")
        return cls(features, *(np.load(path / f"{name}.npy") for name in ("ends", "labels", "label_ends")))


def _mixed(
    number: int, corpora: dict[str, Corpus], shares: Mapping[str, float], strongest: float
) -> list[tuple[np.ndarray, str]]:
    rng = np.random.default_rng(number)
    strength = strongest * min(1.0, (number + 1) / (MILD_SHARDS + 1))
    voices = {name: list(corpus.by_voice().values()) for name, corpus in corpora.items()}
    utterances = []
    while len(utterances) < UTTERANCES:
        name = rng.choice(list(shares), p=list(shares.values()))
        if name == "wordless":
            utterances.append((augmentation.wordless(rng), ""))
            continue
        real = name == "real-train"
        clips_of_voice = voices[name][rng.integers(len(voices[name]))]
        count = rng.integers(1, 8) if real else rng.choice([1, 2], p=[0.7, 0.3])
        chosen = [clips_of_voice[index] for index in rng.integers(len(clips_of_voice), size=count)]
        corpus = corpora[name]
        frames = augmentation.utterance([corpus.clips[index] for index in chosen], real, rng, strength)
        if len(frames) <= MAX_FRAMES:
            utterances.append((frames, " ".join(corpus.texts[index] for index in chosen)))
    return utterances


def _write(numbers: range, corpora: Path, folder: Path, shares: Mapping[str, float], strongest: float) -> None:
    loaded = {name: Corpus.load(corpora / f"{name}.npz") for name in shares if name != "wordless"}
    for number in numbers:
        Shard.of(_mixed(number, loaded, shares, strongest)).save(folder / f"{number:03}")


def write(
    corpora: Path,
    folder: Path,
    shares: Mapping[str, float] = SHARES,
    tuning: Sequence[str] = DEV,
    strongest: float = 1.0,
    processes: int = 2,
) -> None:
    """Augment the training corpora, and write the training data to `folder` as SHARDS shards.

    Also write one shard for each of the tuning corpora, without augmentation.

    Args:
        corpora: The folder with the corpora.
        folder: The folder to write to.
        shares: The share of utterances from each corpus, and of those without words, which are called "wordless".
        tuning: The names of the tuning corpora.
        strongest: The strength of the augmentation after the first shards, from 0 to 1.
        processes: The number of processes that work in parallel.
    """
    for name in tuning:
        corpus = Corpus.load(corpora / f"{name}.npz")
        plain = [mfcc(clip.astype(np.float32) / 32768) for clip in corpus.clips]
        Shard.of(list(zip(plain, corpus.texts))).save(folder / name)
    with ProcessPoolExecutor(processes) as pool:
        numbers = [range(start, SHARDS, processes) for start in range(processes)]
        list(pool.map(partial(_write, corpora=corpora, folder=folder, shares=shares, strongest=strongest), numbers))


def batches(shards: list[Shard], frames: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield all utterances of the shards once, in batches of similar length. The order of the batches is random.

    Args:
        shards: The shards.
        frames: The maximum number of frames in a batch, with the padding of shorter utterances. A longer utterance is a
            batch of its own.
        rng: The source of all random choices.
    """
    lengths = [
        (len(shard[index][0]), number, index) for number, shard in enumerate(shards) for index in range(len(shard))
    ]
    order = sorted(lengths, key=lambda entry: entry[0] * rng.uniform(0.9, 1.1))
    groups: list[list[tuple[int, int]]] = [[]]
    for length, number, index in order:
        if groups[-1] and (len(groups[-1]) + 1) * length > frames:
            groups.append([])
        groups[-1].append((number, index))
    for group in rng.permutation(len(groups)):
        yield [shards[number][index] for number, index in groups[group]]
