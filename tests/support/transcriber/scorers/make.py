"""The command `python -m tests.support.transcriber.scorers.make BUILD_BINARY`, which writes a scorer of each kind.

`BUILD_BINARY` is KenLM's program, compiled with `-DKENLM_MAX_ORDER=6`; transcriber_image/demo_model/training/scorer.py
compiles it. The program writes the language model, and `scorer_builder` the dictionary behind it.
"""

from __future__ import annotations

import math
import random
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.transcriber.scorer_builder import ScorerPlan, append_dictionary

FOLDER = Path(__file__).parent
ORDER = 4
#: The share of each count that goes to n-grams that were not seen.
_DISCOUNT = 0.5
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: The options of `build_binary` for each kind.
KINDS = {
    "probing": ["probing"],
    "trie": ["trie"],
    "quant_trie": ["-q", "8", "-b", "7", "trie"],
    "array_trie": ["-a", "255", "trie"],
    "quant_array_trie": ["-a", "255", "-q", "8", "trie"],
}
NGram = tuple[str, ...]


def words() -> tuple[str, ...]:
    """Return the words of all these scorers."""
    rng = random.Random(1)  # noqa: S311 - the same in every run
    return tuple(sorted({"".join(rng.choices(_LETTERS, k=rng.randint(1, 9))) for _ in range(60)}))


def arpa() -> str:
    """Return a backoff model of random sentences, in the ARPA format."""
    counts = _count_ngrams()
    probabilities: dict[NGram, float] = {}
    backoffs: dict[NGram, float] = {}
    total = sum(count for ngram, count in counts[0].items() if ngram != ("<s>",))
    for ngram, count in counts[0].items():
        probabilities[ngram] = count / total if ngram != ("<s>",) else 1e-99
    for order in range(2, ORDER + 1):
        contexts: dict[NGram, list[NGram]] = {}
        for ngram in counts[order - 1]:
            contexts.setdefault(ngram[:-1], []).append(ngram)
        for context, ngrams in contexts.items():
            size = sum(counts[order - 1][ngram] for ngram in ngrams)
            for ngram in ngrams:
                probabilities[ngram] = (counts[order - 1][ngram] - _DISCOUNT) / size
            unseen = 1 - sum(probabilities[ngram[1:]] for ngram in ngrams)
            backoffs[context] = _DISCOUNT * len(ngrams) / size / max(unseen, 1e-3)
    lines = ["\\data\\", f"ngram 1={len(counts[0]) + 1}"]
    lines += [f"ngram {order}={len(counts[order - 1])}" for order in range(2, ORDER + 1)]
    for order in range(1, ORDER + 1):
        lines += ["", f"\\{order}-grams:", *(["-9\t<unk>\t0"] if order == 1 else [])]
        for ngram in sorted(counts[order - 1]):
            line = f"{math.log10(probabilities[ngram]):.6f}\t{' '.join(ngram)}"
            lines.append(line + (f"\t{math.log10(backoffs.get(ngram, 1)):.6f}" if order < ORDER else ""))
    return "\n".join([*lines, "", "\\end\\", ""])


def _count_ngrams() -> list[Counter[NGram]]:
    rng = random.Random(2)  # noqa: S311 - the same in every run
    vocabulary = words()
    counts: list[Counter[NGram]] = [Counter() for _ in range(ORDER)]
    for _ in range(200):
        chosen = [vocabulary[int(len(vocabulary) * rng.random() ** 2)] for _ in range(rng.randint(2, 7))]
        sentence = ["<s>", *chosen, "</s>"]
        for order in range(1, ORDER + 1):
            for start in range(len(sentence) - order + 1):
                counts[order - 1][tuple(sentence[start : start + order])] += 1
    for word in vocabulary:
        counts[0][(word,)] += 1
    return counts


def main() -> None:
    """Write the scorers into this folder."""
    plan = ScorerPlan(words())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lm.arpa").write_text(arpa())
        for kind, options in KINDS.items():
            command = [sys.argv[1], "-v", "-T", name, *options, "lm.arpa", f"{kind}.binary"]
            subprocess.run(command, check=True, cwd=name, capture_output=True)
            content = (folder / f"{kind}.binary").read_bytes()
            content += struct.pack("<4siBdd", plan.magic, plan.version, False, plan.lm_alpha, plan.lm_beta)
            (FOLDER / f"{kind}.scorer").write_bytes(append_dictionary(content, plan))


if __name__ == "__main__":
    main()
