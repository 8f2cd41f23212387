"""A scorer is believed only if it is whole, of the version that DeepSpeech 0.9.3 reads, and made for the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Optional

import pytest

from tests.support.transcriber.graph_skeletons import GERMAN
from tests.support.transcriber.scorer_builder import BYTES, ENGLISH, ScorerPlan, build, language_model
from tests.support.transcriber.scorers.make import FOLDER, KINDS, words
from transcriber.model.graph import check_graph
from transcriber.model.scorer import Scorer, check_scorer, open_scorer
from transcription.contract.errors import ModelInvalid
from transcription.contract.scorer.dictionary_words import contains, nearest
from transcription.contract.scorer.spelling import join, spell

PLAN = ScorerPlan()
DAMAGED = r"a\.scorer is damaged: .*({}).*\. Upload it again; if it still is, build it again"
UNFIT = r"a\.scorer does not fit a\.pbmm: .*({}).*\. Put the scorer of this model in its place"
CHINESE = ("一", "二", "三", "好", "a")


def check(folder: Path, content: bytes, alphabet: tuple[bytes, ...] = ENGLISH) -> Scorer:
    path = folder / "a.scorer"
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    return check_scorer(path, alphabet, "a.pbmm")


def words_of(scorer: Scorer, alphabet: tuple[bytes, ...] = ENGLISH, count: int = 100) -> list[str]:
    spellings = scorer.words.sample(count)
    return [join(spelling, alphabet, in_bytes=scorer.in_bytes).decode() for spelling in spellings]


def test_the_demo_models_scorer_fits_and_its_words_are_read(model_folder: Path) -> None:
    alphabet = check_graph(model_folder / "demo.pbmm")
    scorer = check_scorer(model_folder / "demo.scorer", alphabet, "demo.pbmm")
    words = words_of(scorer, alphabet)
    assert len(words) == len(set(words)) == scorer.words.count == 34
    assert {"yes", "start", "stop", "seven"} < set(words)
    assert (scorer.in_bytes, scorer.settings.lm_alpha) == (False, 0.5)


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        replace(PLAN, words=("grüße", "öl", "zoë's"), alphabet=(*ENGLISH, *(letter.encode() for letter in "äöüßë"))),
        replace(PLAN, words=CHINESE, alphabet=BYTES, in_bytes=True),
    ],
)
def test_the_words_of_any_alphabet_are_read(tmp_path: Path, plan: ScorerPlan) -> None:
    scorer = check(tmp_path, build(plan), plan.alphabet)
    assert sorted(words_of(scorer, plan.alphabet)) == sorted(plan.words)


#: Scorers that another tool, another version or another model's maker wrote, and the reason for which each is refused.
UNFITS = [
    (b"ARPA\n\\data\\\nngram 1=3\n" * 20, r"does not begin with a language model of KenLM, but with b'ARPA"),
    (language_model(PLAN), "it is a language model without a dictionary, not a scorer"),
    (build(replace(PLAN, version=5)), "it has version 5, and DeepSpeech 0.9.3 reads version 6"),
    (build(replace(PLAN, format=b"4\n\0")), "its language model has format 4, and DeepSpeech 0.9.3 reads format 5"),
    (build(PLAN.with_header(version=0)), "its trie has version 0, and DeepSpeech 0.9.3 reads version 1"),
    (build(PLAN.with_header(order=7)), "is of order 7, and DeepSpeech 0.9.3 reads orders 2 to 6"),
    (build(PLAN.with_header(has_words=1)), "was built without -v"),
    (
        build(replace(PLAN, words=CHINESE, alphabet=BYTES, in_bytes=True)),
        "it spells in bytes, and the model in an alphabet of 28 letters",
    ),
    (build(replace(PLAN, words=("grüße", "öl"), alphabet=GERMAN)), "for another alphabet: its words use letter number"),
    (
        build(replace(PLAN, alphabet=ENGLISH[1:] + ENGLISH[:1])),
        'its words end with the letter that is "\'" in the model',
    ),
    (
        build(replace(PLAN, alphabet=(b" ", *reversed(ENGLISH[1:])))),
        "with the letters of the model, its words would be .*, which its language model does not know",
    ),
]


@pytest.mark.parametrize(("content", "reason"), UNFITS, ids=[reason for _, reason in UNFITS])
def test_a_scorer_that_does_not_fit_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ModelInvalid, match=UNFIT.format(reason)):
        check(tmp_path, content)


def test_a_scorer_for_letters_does_not_fit_a_model_that_spells_in_bytes(tmp_path: Path) -> None:
    with pytest.raises(ModelInvalid, match=UNFIT.format("the model spells in bytes, and it spells in letters")):
        check(tmp_path, build(), BYTES)


#: Damage, and the reason for which the scorer is refused.
DAMAGES = [
    (b"", "it is empty"),
    (build().replace(b"version 5", b"version x"), "the first bytes of its language model are damaged"),
    (b"mmap lm http://kheafield.com/code incomplete\n" + bytes(200), "its language model was not built to the end"),
    (build(PLAN.with_header(kind=6)), "is of kind 6"),
    (build(PLAN.with_header(multiplier=0.5)), "its hash tables are to be 0.5 times"),
    (build(replace(PLAN, magic=b"TRIE")), "its dictionary is not where its language model ends"),
    (build(replace(PLAN, lm_alpha=float("nan"))), "its lm_alpha is nan"),
    (build(replace(PLAN, dictionary_words=("no", "play", "starts", "stop"))), "1 of 4 words .*'starts', are unknown"),
]


@pytest.mark.parametrize(("content", "reason"), DAMAGES, ids=[reason for _, reason in DAMAGES])
def test_a_damaged_scorer_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ModelInvalid, match=DAMAGED.format(reason)):
        check(tmp_path, content)


def test_a_scorer_that_is_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    """Half an upload looked like a whole scorer, or ended the process of DeepSpeech for each file."""
    content = build()
    for length in range(len(content)):
        with pytest.raises(ModelInvalid, match=r"is damaged: .*(cut off|empty)|without a dictionary"):
            check(tmp_path, content[:length])


def test_a_few_words_that_the_language_model_lacks_are_only_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    words = tuple("".join(chr(ord("a") + digit // 26**place % 26) for place in range(3)) for digit in range(200))
    check(tmp_path, build(replace(PLAN, words=words, dictionary_words=(*words, "unheard"))))
    assert "does not know 'unheard'; such words are never recognised" in caplog.text


@pytest.fixture
def scorer(tmp_path: Path) -> Scorer:
    return check(tmp_path, build())


@pytest.mark.parametrize(
    ("word", "known"), [("stop", True), ("sto", False), ("stops", False), ("", False), ("ß", False)]
)
def test_a_word_of_the_dictionary_is_found_and_no_other(scorer: Scorer, word: str, known: bool) -> None:
    assert contains(scorer.dictionary, spell(word.encode(), ENGLISH, in_bytes=False)) is known


@pytest.mark.parametrize(
    ("word", "expected"), [("stopp", "stop"), ("tart", "start"), ("plays", "play"), ("ye", "yes"), ("zzz", None)]
)
def test_the_nearest_word_has_the_fewest_changed_letters(scorer: Scorer, word: str, expected: Optional[str]) -> None:
    near = nearest(scorer.dictionary, spell(word.encode(), ENGLISH, in_bytes=False), 2)
    assert (near and join(near, ENGLISH, in_bytes=False).decode()) == expected


def test_a_sample_of_words_is_spread_over_all(scorer: Scorer) -> None:
    assert words_of(scorer, count=2) == ["no", "start"]


def test_an_opened_scorer_needs_no_model(model_folder: Path) -> None:
    assert len(open_scorer(model_folder / "demo.scorer").word_hashes) == 36


@pytest.mark.parametrize("kind", KINDS)
def test_a_language_model_of_each_kind_that_kenlm_builds_is_read(kind: str, tmp_path: Path) -> None:
    content = (FOLDER / f"{kind}.scorer").read_bytes()
    scorer = check(tmp_path, content)
    assert sorted(words_of(scorer)) == sorted(words())
    for length in range(0, len(content), 97):
        with pytest.raises(ModelInvalid, match=r"is damaged: .*(cut off|empty)|without a dictionary"):
            check(tmp_path, content[:length])
