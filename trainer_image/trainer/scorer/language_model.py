"""The language model of a scorer, which KenLM's programs estimate from sentences and pack into a binary file."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import trainer
from trainer.errors import KenlmFailed, KenlmMissing

#: Environment variable with the folder that contains KenLM's programs `lmplz` and `build_binary`.
FOLDER_VARIABLE = "KENLM"
#: Highest order, as in DeepSpeech's own scorer.
_MAX_ORDER = 5
#: KenLM's binary files contain bigrams at least.
_MIN_ORDER = 2
#: Number of words in all sentences from which the model is made small as DeepSpeech's own is: n-grams of three and more
#: words that occur once are left out, and probabilities are stored in 8 bits.
_LARGE = 1_000_000
#: Memory for sorting. What does not fit is sorted on disk.
_MEMORY = "1G"
#: Longest part of a program's output in a message, in characters.
_MOST_OUTPUT = 2000


@dataclass(frozen=True)
class LanguageModel:
    """A language model."""

    #: KenLM's binary file, a trie.
    content: bytes
    #: The number of n-grams of each order; of words first.
    counts: tuple[int, ...]


def estimate(sentences: Sequence[str]) -> LanguageModel:
    """Estimate a language model.

    From a small corpus, KenLM cannot compute its discounts, and uses fixed ones instead. No n-gram is longer than the
    longest sentence with its start and end, so short sentences give a lower order.

    Args:
        sentences: at least one sentence. Words are separated by spaces.

    Raises:
        KenlmMissing: KenLM's programs are not there.
        KenlmFailed: one of the programs failed.
    """
    words = [len(sentence.split()) for sentence in sentences]
    highest = min(_MAX_ORDER, max(words) + 2)
    is_large = sum(words) >= _LARGE
    quantization = ["-a", "255", "-q", "8"] if is_large else []
    with tempfile.TemporaryDirectory(prefix="kenlm-") as name:
        folder = Path(name)
        (folder / "sentences.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")
        for order in range(highest, _MIN_ORDER - 1, -1):
            pruning = ["--prune", *("0", "0", "1")[:order]] if is_large else []
            _run(
                "lmplz", "-o", str(order), "-S", _MEMORY, "-T", name, "--discount_fallback", *pruning,
                "--text", "sentences.txt", "--arpa", "model.arpa", folder=folder,
            )  # fmt: skip
            counts = _read_counts(folder / "model.arpa")
            # Pruning may leave none of the longest n-grams, which the binary file cannot express.
            if all(counts):
                break
        # -v: DeepSpeech reads the words from the dictionary, which takes their place.
        _run("build_binary", "-v", "-T", name, *quantization, "trie", "model.arpa", "model.bin", folder=folder)
        return LanguageModel((folder / "model.bin").read_bytes(), counts)


def _read_counts(arpa: Path) -> tuple[int, ...]:
    """Return the number of n-grams of each order from the first lines of an ARPA file."""
    counts = []
    with arpa.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("ngram "):
                counts.append(int(line.split("=")[1]))
            elif line.startswith("\\1-grams:"):
                break
    return tuple(counts)


def _run(program: str, *arguments: str, folder: Path) -> None:
    path = programs_folder() / program
    if not path.is_file():
        raise KenlmMissing(
            f"There is no {path}: run `make .local/kenlm/ready`, or name the folder in {FOLDER_VARIABLE}."
        )
    process = subprocess.run([path, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if process.returncode:
        output = (process.stdout + process.stderr).strip()[-_MOST_OUTPUT:]
        raise KenlmFailed(f"{program} ended with code {process.returncode}: {output}")


def programs_folder() -> Path:
    """Return the folder of KenLM's programs, which may not exist."""
    default = Path(trainer.__file__).resolve().parents[2] / ".local/kenlm"
    return Path(os.environ.get(FOLDER_VARIABLE) or default).resolve()
