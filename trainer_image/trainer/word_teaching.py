"""The teaching of words: read texts, estimate scorers, choose one, prove, evaluate, decide, report."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainer.data.scorer_words import open_in_letters, read_words
from trainer.data.taught_words import TaughtWords, read_words_and_speech
from trainer.data.text_corpus import TextCorpus
from trainer.data.utterance import Utterance, set_digest
from trainer.decision.model_pair import ModelPair
from trainer.decision.promotion import NOT_MEASURED, OLD_SCORER_STAYS, Decision, MeasuredChange, Verdict, decide
from trainer.decision.words_report import TaughtTexts, WordsReport
from trainer.errors import AlphabetForeign
from trainer.network.acoustic_model import AcousticModel
from trainer.recognition.proof import prove
from trainer.scorer.candidates import Candidate, NewScorer, choose_candidate, hear, measure_new, measure_old
from trainer.training.recipe import TrainingRecipe
from trainer.writing.whole_folder import whole_folder
from transcriber.model.model_folder import ModelFolder, open_folder
from transcriber.model.scorer.scorer_check import BYTES
from transcriber.model.scorer.scorer_file import Scorer
from transcription.contract.scorer.dictionary_words import contains
from transcription.contract.scorer.spelling import spell

_log = logging.getLogger(__name__)

#: Most recordings with which the written model is proved, and most of each set with which weights are chosen.
_PROVED, _TUNED = 40, 200
#: Most words of the base model's scorer that a new scorer takes over.
_MOST_WORDS = 1_000_000
#: The names of the new candidates.
_BOTH, _TEXTS = "the texts and the words of the base model", "the texts alone"


@dataclass(frozen=True)
class WordsRequest:
    """What to teach, and where to write."""

    words: Path
    base: Path
    #: The folder of the result. It must not exist, or must be empty.
    out: Path
    #: The folder for unfinished models.
    work: Path
    #: Recordings with texts that measure, a set for the test only, and a set of other speech.
    audio: Path | None = None
    test: Path | None = None
    others: Path | None = None
    #: Points of word error rate by which other speech may become worse.
    guard_points: float = TrainingRecipe.guard_points


def teach_words(request: WordsRequest) -> WordsReport:
    """Write a scorer from texts and the report. The acoustic model stays as it is.

    A model that is not better is written to the folder `not-used`, and one that no recording measures to
    `not-measured`.

    Raises:
        TranscriptionError: the texts or the base model cannot be used, or the written model does not work.
    """
    folder = open_folder(request.base)
    model = AcousticModel(folder.acoustic)
    refuse_bytes(folder, model)
    _log.info("reading texts and recordings")
    taught = read_words_and_speech(
        request.words, model, folder.scorer, audio=request.audio, test=request.test, others=request.others
    )
    request.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=request.work, prefix="words-") as name:
        return _teach(request, folder, model, taught, Path(name))


def refuse_bytes(folder: ModelFolder, model: AcousticModel) -> None:
    """Refuse a model that cannot be taught words.

    Raises:
        AlphabetForeign: the model spells in bytes.
    """
    if tuple(model.graph.labels) == BYTES:
        raise AlphabetForeign(
            f"{folder.record.name} spells in bytes, and its scorer knows single characters, not words."
        )


def _teach(
    request: WordsRequest, folder: ModelFolder, model: AcousticModel, taught: TaughtWords, work: Path
) -> WordsReport:
    base_scorer = open_in_letters(folder.scorer)
    scorers = _new_scorers(folder, model, taught.corpus, base_scorer, work / request.out.name)
    _log.info("choosing the weights of the scorer")
    tuning = hear(model, _sample(taught.tuning))
    guards = {guard.name: hear(model, _sample(guard.choosing)) for guard in taught.guards}
    old = measure_old(request.base, tuning, guards)
    new = [
        measure_new(name, scorer, tuning, guards, old=old, guard_points=request.guard_points)
        for name, scorer in scorers.items()
    ]
    candidates = [old, *new]
    chosen = choose_candidate(candidates, request.guard_points)
    scorer = scorers.get(chosen.name)
    if scorer is not None and chosen.weights is not None:
        scorer.write(chosen.weights, _lineage(folder, taught, chosen))
        _log.info("proving the written model in both engines")
        samples = [utterance.samples for utterance in (*taught.test, *taught.tuning)[:_PROVED]]
        # Without recordings, the engines still show that they load the scorer.
        prove(scorer.folder, model, samples or [np.zeros(model.sample_rate, np.int16)])
    _log.info("measuring the old and the new scorer")
    pair = ModelPair(request.base, model, scorer.folder if scorer else request.base, model)
    test, comparison = pair.compare(taught.test)
    changes = {guard.name: pair.compare(guard.deciding)[0] for guard in taught.guards}
    report = WordsReport(
        folder.record.name,
        _decide(chosen, test, changes, request.guard_points),
        _describe(taught, base_scorer, model.graph.labels),
        test,
        changes,
        tuple(taught.findings),
        candidates,
        chosen,
        comparison.wrong_words,
        scorer.model.counts if scorer else (),
    )
    _deliver(request.out, scorer.folder if scorer else None, report)
    return report


def _new_scorers(
    folder: ModelFolder, model: AcousticModel, corpus: TextCorpus, base: Scorer | None, place: Path
) -> dict[str, NewScorer]:
    """Return the new scorers by the names of the candidates.

    The words of the base model become sentences of one word, because its binary language model does not tell from which
    counts it was made.
    """
    words = read_words(base.dictionary, model.letters, _MOST_WORDS) if base else []
    sentences = {_TEXTS: corpus.sentences}
    if words:
        sentences = {_BOTH: (*corpus.sentences, *words), **sentences}
    _log.info("estimating %d language models from %d sentences", len(sentences), len(corpus.sentences))
    return {
        name: NewScorer(folder, lines, model.graph.labels, place.parent / str(number) / place.name)
        for number, (name, lines) in enumerate(sentences.items())
    }


def _sample(utterances: Sequence[Utterance]) -> Sequence[Utterance]:
    """Return at most `_TUNED` utterances, from the whole set: recordings of one person often follow each other."""
    count = min(len(utterances), _TUNED)
    return [utterances[number * len(utterances) // count] for number in range(count)]


def _decide(
    chosen: Candidate, test: MeasuredChange, guards: Mapping[str, MeasuredChange], guard_points: float
) -> Decision:
    if chosen.is_old_scorer:
        return OLD_SCORER_STAYS
    return decide(test, guards, guard_points) if test.old.words else NOT_MEASURED


def _describe(taught: TaughtWords, base: Scorer | None, alphabet: Sequence[bytes]) -> TaughtTexts:
    corpus, words = taught.corpus, taught.corpus.words
    new_words = tuple(
        word
        for word in words
        if base is None or not contains(base.dictionary, spell(word.encode(), alphabet, in_bytes=False))
    )
    return TaughtTexts(
        len(corpus.sentences),
        words.total(),
        len(words),
        new_words,
        dict(corpus.left_out),
        corpus.reasons.most_common(),
        taught.known_test_sentences,
    )


def _lineage(folder: ModelFolder, taught: TaughtWords, chosen: Candidate) -> dict[str, str]:
    sentences = "\n".join(sorted(taught.corpus.sentences))
    return {
        "base": folder.record.name,
        "base_sha256": folder.record.acoustic_sha256,
        "base_scorer_sha256": folder.record.scorer_sha256 or "",
        "texts_sha256": hashlib.sha256(sentences.encode()).hexdigest(),
        "test_sha256": set_digest(taught.test),
        "scorer": chosen.name,
    }


def _deliver(out: Path, model: Path | None, report: WordsReport) -> None:
    """Move the model to its place, and write the report beside it."""
    with whole_folder(out) as folder:
        places = {Verdict.BETTER: folder, Verdict.NOT_MEASURED: folder / "not-measured"}
        place = places.get(report.decision.verdict, folder / "not-used")
        if model is not None:
            place.mkdir(exist_ok=True)
            for file in model.iterdir():
                shutil.move(file, place / file.name)
        (folder / "report.json").write_bytes(report.as_json())
        (folder / "report.md").write_text(report.as_markdown(), encoding="utf-8")
