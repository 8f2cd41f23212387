"""The process that recognises with DeepSpeech's own libraries: the wheel, the batched engine, and the beam search.

Their wheels end at Python 3.9, so that they cannot be imported here. The program is `trainer_image/recogniser`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import trainer
import transcriber
import transcription
from trainer.errors import RecogniserFailed
from trainer.network.weights import Floats

#: Environment variable with the Python 3.9 that has the requirements of the transcriber.
PYTHON_VARIABLE = "TRANSCRIBER_PYTHON"
#: The two weights of a scorer: `lm_alpha` and `lm_beta`.
ScorerWeights = tuple[float, float]
#: Longest part of the process's error output in a message, in characters.
_MOST_ERROR_TEXT = 2000


@dataclass(frozen=True)
class HeardTexts:
    """What an engine heard."""

    texts: list[str]
    #: vCPU seconds of recognition, without the loading of the model.
    cpu_seconds: float


def transcribe(model: Path, engine: str, recordings: Sequence[npt.NDArray[np.int16]]) -> list[str]:
    """Return the texts that an engine hears in recordings.

    Args:
        model: the model folder.
        engine: `libdeepspeech` or `batched`.
        recordings: 16-bit samples at the model's sample rate. Each recording is one segment.

    Raises:
        RecogniserFailed: the process failed; the message has its error output.
    """
    (texts,) = _run({"task": "transcribe", "model": str(model), "engine": engine}, recordings)["texts"]
    return list(texts)


def measure(model: Path, recordings: Sequence[npt.NDArray[np.int16]]) -> HeardTexts:
    """Return the texts that the batched engine hears, which is the engine of nightly runs, and the time it needs.

    Args:
        model: the model folder.
        recordings: 16-bit samples at the model's sample rate. Each recording is one segment.

    Raises:
        RecogniserFailed: the process failed; the message has its error output.
    """
    answer = _run({"task": "transcribe", "model": str(model), "engine": "batched"}, recordings)
    return HeardTexts(answer["texts"][0], float(answer["cpu_seconds"]))


def decode(
    model: Path, probabilities: Sequence[Floats], weights: Sequence[ScorerWeights] = (), *, use_scorer: bool = True
) -> list[list[str]]:
    """Return the texts that DeepSpeech's beam search finds for probabilities of letters.

    Args:
        model: the model folder, whose alphabet, scorer and beam width are used.
        probabilities: for each recording, shape (frames, labels + 1).
        weights: pairs of scorer weights. If there are none, those of the model folder are used.
        use_scorer: whether to use the scorer of the model folder, if it has one.

    Returns:
        For each pair of scorer weights, the text of each recording.

    Raises:
        RecogniserFailed: the process failed; the message has its error output.
    """
    request = {"task": "decode", "model": str(model), "weights": list(weights), "use_scorer": use_scorer}
    texts: list[list[str]] = _run(request, probabilities)["texts"]
    return texts


def _run(request: dict[str, Any], arrays: Iterable[npt.NDArray[Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="recogniser-") as name:
        clips = Path(name) / "clips.npz"
        named: dict[str, Any] = {str(number): array for number, array in enumerate(arrays)}
        np.savez(clips, **named)
        process = subprocess.run(
            [python_path(), "-m", "recogniser"],
            input=json.dumps({**request, "clips": str(clips)}),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": module_path()},
        )
    try:
        answer: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
        is_answer = "texts" in answer
    except (LookupError, TypeError, ValueError):
        is_answer = False
    if not is_answer:
        output = process.stderr.strip()[-_MOST_ERROR_TEXT:]
        raise RecogniserFailed(f"The recogniser of {request['model']} ended with code {process.returncode}: {output}")
    return answer


def python_path() -> str:
    """Return the path of the Python 3.9 that has the requirements of the transcriber.

    Raises:
        RecogniserFailed: there is none.
    """
    path = os.environ.get(PYTHON_VARIABLE) or str(_parent(trainer, 2) / ".local/venvs/transcriber/bin/python")
    if not Path(path).exists():
        raise RecogniserFailed(
            f"There is no {path}. Run `make setup`, or set {PYTHON_VARIABLE} to a Python 3.9 with the packages in "
            "transcriber_image/requirements.txt."
        )
    return path


def module_path() -> str:
    """Return the folders from which the process imports: those from which this process imported the same packages."""
    return os.pathsep.join(str(_parent(module, 1)) for module in (trainer, transcriber, transcription))


def _parent(module: Any, levels: int) -> Path:
    """Return the folder `levels` levels above the folder of a package."""
    file = sys.modules[module.__name__].__file__
    assert file is not None  # noqa: S101 - namespace packages have no file, and these are none
    return Path(file).resolve().parents[levels]
