"""The teaching of a model: check, fine-tune, choose, write, prove, evaluate, decide, report."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from trainer.data.taught_speech import TaughtSpeech, read_speech
from trainer.data.utterance import Utterance, set_digest
from trainer.decision.model_pair import ModelPair
from trainer.decision.promotion import OLD_MODEL_STAYS, decide
from trainer.decision.teaching_report import TaughtAmounts, TeachingReport
from trainer.network import normalisation
from trainer.network.acoustic_model import AcousticModel
from trainer.network.weights import Weights
from trainer.recognition.proof import prove
from trainer.training.augmentation import variants
from trainer.training.checkpoint_keeper import CheckpointKeeper
from trainer.training.fine_tuning import FineTuning, TrainingData
from trainer.training.mixtures import MeasuredSet, Mixture, choose_mixture, measure_mixtures, mix
from trainer.training.recipe import TrainingRecipe
from trainer.writing.model_folder_writer import write_folder
from trainer.writing.whole_folder import whole_folder
from transcriber.model.model_folder import ModelFolder, open_folder

_log = logging.getLogger(__name__)

#: Most recordings with which the written model is proved.
_PROVED = 40


@dataclass(frozen=True)
class TeachingRequest:
    """What to teach, and where to write."""

    audio: Path
    base: Path
    #: The folder of the result. It must not exist, or must be empty.
    out: Path
    #: The folder for checkpoints. A teaching of the same speech and model continues from it.
    work: Path
    #: A set for the test only, and a set of other speech.
    test: Path | None = None
    others: Path | None = None
    #: Decides when trainings save their state.
    keeper: CheckpointKeeper = field(default_factory=CheckpointKeeper)


def teach(request: TeachingRequest, recipe: TrainingRecipe) -> TeachingReport:
    """Teach a model and write the report and, if it is better, the model.

    A new model that is not used is written to the folder `not-used`, which is empty if the old model was chosen.

    Raises:
        TranscriptionError: the set or the base model cannot be used, or the written model does not work.
        TeachingInterrupted: the keeper was interrupted while a training was at work.
    """
    folder = open_folder(request.base)
    model = AcousticModel(folder.acoustic)
    _log.info("reading the recordings")
    speech = read_speech(request.audio, model, folder.scorer, test=request.test, others=request.others)
    amounts = _amounts(speech)
    _log.info(
        "%.1f minutes to learn from, %.1f for tuning, %.1f for the test, %.1f to rehearse",
        amounts.train_minutes,
        amounts.tuning_minutes,
        amounts.test_minutes,
        amounts.rehearsed_minutes,
    )
    work = request.work / _digest(speech, folder, recipe)
    work.mkdir(parents=True, exist_ok=True)
    trained = _train(model, speech, recipe, work, request.keeper)
    tuning = _measured("tuning", speech.tuning)
    mixtures = measure_mixtures(model, request.base, trained, tuning, _guards(speech), shares=recipe.shares)
    chosen = choose_mixture(mixtures, recipe.guard_points)
    if chosen.is_old_model:
        _log.info("chosen: the old model")
    else:
        _log.info("chosen: learning rate %g, %.0f %% of the new weights", chosen.learning_rate, 100 * chosen.share)
    taught = work / request.out.name
    weights = mix(model, trained, chosen.learning_rate, chosen.share)
    write_folder(folder, weights, taught, lineage=_lineage(folder, speech, chosen))
    written = AcousticModel(open_folder(taught).acoustic)
    _log.info("proving the written model in both engines")
    prove(taught, written, [utterance.samples for utterance in (*speech.test, *speech.tuning)[:_PROVED]])
    _log.info("measuring old and new model")
    pair = ModelPair(request.base, model, taught, written)
    test, comparison = pair.compare(speech.test)
    guards = {guard.name: pair.compare(guard.deciding)[0] for guard in speech.guards}
    report = TeachingReport(
        folder.record.name,
        OLD_MODEL_STAYS if chosen.is_old_model else decide(test, guards, recipe.guard_points),
        test,
        guards,
        amounts,
        tuple(speech.findings),
        mixtures,
        chosen,
        comparison.wrong_words,
        recipe,
    )
    _deliver(request.out, taught, report)
    shutil.rmtree(work)
    return report


def _train(
    model: AcousticModel, speech: TaughtSpeech, recipe: TrainingRecipe, work: Path, keeper: CheckpointKeeper
) -> dict[float, Weights]:
    """Return the weights of one training for each learning rate."""
    random = np.random.default_rng(recipe.seed)
    data = TrainingData(
        [variants(utterance, recipe.variants, model, random) for utterance in speech.train],
        [utterance.example for utterance in speech.rehearsed],
        [utterance.example for utterance in speech.tuning],
        [utterance.text for utterance in speech.tuning],
    )
    statistics = normalisation.measure(utterance.example.features for utterance in (*speech.train, *speech.rehearsed))
    trained = {}
    for rate in recipe.learning_rates:
        _log.info("training with learning rate %g", rate)
        training = FineTuning(model, statistics, data, recipe, rate)
        trained[rate] = training.run(work / f"training-{rate:g}.npz", keeper)
    return trained


def _deliver(out: Path, taught: Path, report: TeachingReport) -> None:
    """Move the model to its place, and write the report beside it."""
    with whole_folder(out) as folder:
        place = folder if report.decision.is_used else folder / "not-used"
        place.mkdir(exist_ok=True)
        if not report.chosen.is_old_model:
            for file in taught.iterdir():
                shutil.move(file, place / file.name)
        (folder / "report.json").write_bytes(report.as_json())
        (folder / "report.md").write_text(report.as_markdown(), encoding="utf-8")


def _measured(name: str, utterances: Sequence[Utterance]) -> MeasuredSet:
    examples = [utterance.example for utterance in utterances]
    return MeasuredSet(name, examples, [utterance.text for utterance in utterances])


def _guards(speech: TaughtSpeech) -> list[MeasuredSet]:
    return [_measured(guard.name, guard.choosing) for guard in speech.guards]


def _amounts(speech: TaughtSpeech) -> TaughtAmounts:
    parts = (speech.train, speech.tuning, speech.test, speech.rehearsed)
    minutes = [sum(utterance.seconds for utterance in part) / 60 for part in parts]
    return TaughtAmounts(len(speech.train) + len(speech.tuning) + len(speech.test), *minutes)


def _digest(speech: TaughtSpeech, folder: ModelFolder, recipe: TrainingRecipe) -> str:
    """Return a digest of all that the trainings depend on."""
    parts = [folder.record.acoustic_sha256, repr(recipe), set_digest(speech.train), set_digest(speech.tuning)]
    parts.append(set_digest(speech.rehearsed))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _lineage(folder: ModelFolder, speech: TaughtSpeech, chosen: Mixture) -> Mapping[str, str]:
    return {
        "base": folder.record.name,
        "base_sha256": folder.record.acoustic_sha256,
        "train_sha256": set_digest(speech.train),
        "test_sha256": set_digest(speech.test),
        "learning_rate": f"{chosen.learning_rate:g}",
        "share": f"{chosen.share:g}",
    }
