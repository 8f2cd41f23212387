"""The scorer: a language model of the grammar in `vocabulary.KINDS`, in the format of DeepSpeech's scorers."""

from __future__ import annotations

import math
import struct
import subprocess
import tarfile
import tempfile
from pathlib import Path

from . import dictionary
from .vocabulary import KINDS, STOP_CHANCE, WORDS, WORDS_OF_KIND

MAGIC = b"EIRT"
FORMAT = 6  # the version that DeepSpeech 0.9.3 reads

UNKNOWN = -10.0  # log10 of the probability of a word outside the vocabulary


def arpa() -> str:
    """Return a bigram model of the phrases that `random_phrase` makes, as text in the ARPA format."""
    first = {word: sum(KINDS[kind] * _chance(word, kind) for kind in KINDS) for word in WORDS}
    unigrams = [f"{UNKNOWN}\t<unk>\t0", "-99\t<s>\t0", f"{math.log10(STOP_CHANCE):.4f}\t</s>\t0"]
    unigrams += [f"{math.log10(first[word] * (1 - STOP_CHANCE)):.4f}\t{word}\t0" for word in WORDS]
    bigrams = [f"{math.log10(first[word]):.4f}\t<s> {word}" for word in WORDS]
    for word in WORDS:
        bigrams.append(f"{math.log10(STOP_CHANCE):.4f}\t{word} </s>")
        for following in WORDS:
            # The first word makes some kinds of phrase more likely than others.
            both = sum(KINDS[kind] * _chance(word, kind) * _chance(following, kind) for kind in KINDS)
            bigrams.append(f"{math.log10((1 - STOP_CHANCE) * both / first[word]):.4f}\t{word} {following}")
    head = f"\\data\\\nngram 1={len(unigrams)}\nngram 2={len(bigrams)}\n"
    return "\n".join([head, "\\1-grams:", *unigrams, "", "\\2-grams:", *bigrams, "", "\\end\\", ""])


def _chance(word: str, kind: str) -> float:
    words = WORDS_OF_KIND[kind]
    return 1 / len(words) if word in words else 0.0


def build_binary(folder: Path) -> Path:
    """Compile KenLM's program build_binary, unless `folder` contains it, and return the path of the program.

    `folder` must contain the source archive of the PyPI package `kenlm`.
    """
    program = folder / "build_binary"
    if program.exists():
        return program
    (archive,) = folder.glob("kenlm-*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder)
    source = folder / archive.name[: -len(".tar.gz")]
    units = [
        unit
        for pattern in ("util/*.cc", "util/double-conversion/*.cc", "lm/*.cc")
        for unit in source.glob(pattern)
        if not unit.stem.endswith(("_test", "_main")) and unit.stem != "test"
    ]
    main = source / "lm" / "build_binary_main.cc"
    command = [
        "g++",
        "-O2",
        "-w",
        "-DKENLM_MAX_ORDER=6",
        f"-I{source}",
        *map(str, units),
        str(main),
        "-lz",
        "-lpthread",
    ]
    subprocess.run([*command, "-o", str(program)], check=True)
    return program


def write(path: Path, tools: Path, alpha: float, beta: float) -> None:
    """Write the scorer.

    Args:
        path: The file to write.
        tools: The folder with KenLM's source archive.
        alpha: The weight of the language model.
        beta: The bonus for each word.
    """
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "lm.arpa").write_text(arpa())
        # DeepSpeech reads the vocabulary from the dictionary that follows, not from the language model (-v).
        command = [str(build_binary(tools)), "-v", "-T", name, "trie", "lm.arpa", "lm.binary"]
        subprocess.run(command, check=True, cwd=name, capture_output=True)
        content = (Path(name) / "lm.binary").read_bytes()
    letters_mode = 0  # 1 is DeepSpeech's bytes output mode
    content += struct.pack("<4sibdd", MAGIC, FORMAT, letters_mode, alpha, beta)
    path.write_bytes(dictionary.append(content))
