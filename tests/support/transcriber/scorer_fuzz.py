"""The command `python -m tests.support.transcriber.scorer_fuzz COUNT SAMPLE FOLDER`, which checks damaged scorers.

The command makes mutants of the demo model's scorer, `COUNT` of each random kind, and checks each. A sample of the
mutants that the check accepts is loaded by the real libdeepspeech, which must transcribe as with the whole scorer. The
command prints one line of JSON. With a sample of 0, all accepted mutants are loaded, which takes half an hour.
"""

from __future__ import annotations

import collections
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.transcriber.scorer_mutations import mutants
from transcriber.audio import audio_stream
from transcriber.model.graph import check_graph
from transcriber.model.scorer import check_scorer
from transcription.contract.errors import ModelInvalid
from transcription.contract.scorer.language_model import read_header
from transcription.contract.scorer.language_model_layout import layout
from transcription.contract.scorer.scorer_settings import read_settings

ROOT = Path(__file__).resolve().parents[3]
DEMO_MODEL = ROOT / "transcriber_image/demo_model"
#: What the child imports.
_IMPORTED = (ROOT, ROOT / "dags", ROOT / "transcriber_image")
_DIED = "died"
_MODULE = "tests.support.transcriber.scorer_fuzz"


def find_borders(data: bytes) -> list[int]:
    """Return the offsets at which the parts of a scorer begin: header, words, probabilities, settings, dictionary."""
    model = read_header(memoryview(data))
    parts = layout(memoryview(data), model)
    automaton = read_settings(memoryview(data), parts.end).end
    return [0, 88, model.header, parts.unigrams, *(level.offset for level in parts.levels), parts.end, automaton]


def fuzz(count: int, sample: int, folder: Path) -> dict[str, Any]:
    """Check mutants of the demo model's scorer.

    Args:
        count: the number of mutants of each random kind.
        sample: the number of accepted mutants that libdeepspeech loads, or 0 for all.
        folder: a folder for temporary files.

    Returns:
        The numbers of `mutants`, of `refused`, of `accepted` and of `loaded` ones, and `different`: for each mutant
        that was accepted and is transcribed otherwise, its name and its text.
    """
    data = (DEMO_MODEL / "demo.scorer").read_bytes()
    alphabet = check_graph(DEMO_MODEL / "demo.pbmm")
    counts: collections.Counter[str] = collections.Counter()
    accepted = []
    path = folder / "x.scorer"
    for name, mutant in mutants(data, find_borders(data), count):
        counts["mutants"] += 1
        path.unlink(missing_ok=True)  # a mapped file must not be changed
        path.write_bytes(mutant)
        try:
            check_scorer(path, alphabet, "demo.pbmm")
        except ModelInvalid as error:
            assert str(path) in error.message and error.message.endswith("."), (name, error)
            counts["refused"] += 1
        else:
            accepted.append((name, mutant))
    chosen = accepted if not sample else accepted[:: max(1, len(accepted) // sample)]
    files = []
    for number, (_, mutant) in enumerate([("whole", data), *chosen]):
        files.append(folder / f"{number}.scorer")
        files[-1].write_bytes(mutant)
    expected, *texts = transcribe_with(files)
    different = [(name, text) for (name, _), text in zip(chosen, texts) if text != expected]
    return {**counts, "accepted": len(accepted), "loaded": len(chosen), "expected": expected, "different": different}


def transcribe_with(scorers: Sequence[Path]) -> list[str]:
    """Return what libdeepspeech hears in all clips with each scorer, or `died` if the scorer ended its process."""
    texts: list[str] = []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, _IMPORTED))}
    while len(texts) < len(scorers):
        command = [sys.executable, "-m", _MODULE, *map(str, scorers[len(texts) :])]
        child = subprocess.run(
            command,
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        texts += [line[len("text: ") :] for line in child.stdout.splitlines() if line.startswith("text: ")]
        if child.returncode:
            texts.append(_DIED)
    return texts


def load_each(scorers: Sequence[str]) -> None:
    """Load scorers one after another into libdeepspeech, and print what it hears in all clips with each of them."""
    import deepspeech  # noqa: PLC0415 - the process that checks must not load it

    native = deepspeech.Model(str(DEMO_MODEL / "demo.pbmm"))
    native.setBeamWidth(100)
    clips = [np.concatenate(list(audio_stream.decode(clip, 16_000))) for clip in sorted(DEMO_MODEL.glob("clips/*.wav"))]
    for scorer in scorers:
        native.enableExternalScorer(scorer)
        print("text:", " / ".join(native.stt(clip) for clip in clips), flush=True)


if __name__ == "__main__":
    if sys.argv[1].isdigit():
        print(json.dumps(fuzz(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))))
    else:
        load_each(sys.argv[1:])
