"""What a scorer learns from and is measured with: texts, and recordings that are not among the texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.data.finding import Finding
from trainer.data.preparation import prepare
from trainer.data.split import split
from trainer.data.taught_speech import GuardSpeech, read_parts, synthetic_guard
from trainer.data.teaching_set import TeachingSet, outermost, read_set
from trainer.data.text_corpus import LeftOut, TextCorpus, read_corpus
from trainer.data.utterance import Utterance
from trainer.errors import AlphabetForeign, SetInvalid
from trainer.network.acoustic_model import AcousticModel


@dataclass(frozen=True, eq=False)
class TaughtWords:
    """The texts and the recordings of a teaching of words."""

    corpus: TextCorpus
    tuning: Sequence[Utterance]
    test: Sequence[Utterance]
    guards: Sequence[GuardSpeech]
    findings: Sequence[Finding]

    @property
    def known_test_sentences(self) -> int:
        """The number of test recordings whose sentence is in the texts, too, as a whole."""
        sentences = set(self.corpus.sentences)
        return sum(utterance.text in sentences for utterance in self.test)


def read_words_and_speech(
    folder: Path,
    model: AcousticModel,
    scorer: Path | None,
    *,
    audio: Path | None = None,
    test: Path | None = None,
    others: Path | None = None,
) -> TaughtWords:
    """Read texts and recordings.

    The texts are the text files of both folders that have no recording beside them, and the texts of recordings to
    learn from. Texts of recordings for tuning and for the test are never among them.

    Args:
        folder: the folder with the texts, which may contain recordings.
        model: the base model.
        scorer: its scorer.
        audio: another folder with recordings and texts, or `None`.
        test: a folder with recordings for the test only, or `None`.
        others: a folder with recordings of other speech, which must not become worse, or `None`.

    Raises:
        SetInvalid: there is no sentence to learn from.
        AlphabetForeign: most texts contain letters that the model cannot write.
    """
    sets = [read_set(path) for path in outermost(path for path in (folder, audio) if path is not None)]
    merged = TeachingSet(
        folder,
        tuple(recording for taught in sets for recording in taught.recordings),
        tuple(path for taught in sets for path in taught.texts),
        tuple(finding for taught in sets for finding in taught.findings),
    )
    parts, findings = read_parts(merged, model, test)
    texts = [path.read_bytes().decode("utf-8-sig", "replace") for path in merged.texts]
    corpus = read_corpus([*texts, *(utterance.text for utterance in parts.train)], model.letters)
    _check_corpus(corpus, folder, model)
    guards = synthetic_guard(model, scorer)
    if others is not None:
        other = prepare(read_set(others), model)
        findings = [*findings, *other.findings]
        other_parts = split(other.utterances)
        guards.append(GuardSpeech(others.name, (*other_parts.train, *other_parts.tuning), other_parts.test))
    return TaughtWords(corpus, parts.tuning, parts.test, guards, findings)


def _check_corpus(corpus: TextCorpus, folder: Path, model: AcousticModel) -> None:
    foreign = corpus.left_out[LeftOut.LETTERS_UNKNOWN]
    if foreign > len(corpus.sentences):
        raise AlphabetForeign(
            f"{foreign} sentences in {folder} have letters that the model cannot write, and "
            f"{len(corpus.sentences)} have none. The model knows {''.join(model.letters)!r}. Teach a model of this "
            "language."
        )
    if not corpus.sentences:
        raise SetInvalid(f"{folder} contains no sentence to learn from. Put text files into it.")
