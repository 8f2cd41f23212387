"""Words of an edited text: words that stay keep their times, and new words get times between them."""

from __future__ import annotations

import random

import pytest

from transcription.contract.word_alignment import TimedWord, align_words, replacements, words_of

OLD = (
    TimedWord("the", 1.0, 1.2, 0.9),
    TimedWord("quick", 1.3, 1.6, 0.4),
    TimedWord("fox", 1.7, 2.0, 0.8),
    TimedWord("jumps", 2.4, 2.9, 0.7),
)
START, END = 0.5, 3.5
SEED = 20261126
VOCABULARY = (
    "the",
    "a",
    "fox",
    "Fox,",
    "jumps",
    "שלום",
    "مرحبا",
    "今天天气很好",
    "今天",
    "e\u0301",
    "👩\u200d👩\u200d👧",
    "—",
    "…",
    "1",
)


def aligned(text: str, old: tuple[TimedWord, ...] = OLD) -> list[tuple[str, float, float]]:
    """Return the words of a text in the segment from 0.5 to 3.5 s, with their times."""
    return [(word.word, word.start, word.end) for word in align_words(words_of(text), old, START, END)]


def test_an_unchanged_text_gives_the_same_words() -> None:
    assert align_words(words_of("the quick fox jumps"), OLD, START, END) == OLD


def test_a_removed_word_changes_no_other() -> None:
    assert align_words(words_of("the fox jumps"), OLD, START, END) == (OLD[0], OLD[2], OLD[3])


def test_a_replaced_word_gets_the_times_of_the_word_before_and_no_confidence() -> None:
    words = align_words(words_of("the slow fox jumps"), OLD, START, END)
    assert words == (OLD[0], TimedWord("slow", 1.3, 1.6), OLD[2], OLD[3])


def test_a_new_word_lies_between_its_neighbours() -> None:
    assert aligned("the quick fox often jumps")[3] == ("often", 2.0, 2.4)


def test_new_words_share_the_time_by_their_lengths() -> None:
    assert aligned("the quick fox a bbb jumps")[3:5] == [("a", 2.0, 2.1), ("bbb", 2.1, 2.4)]


def test_a_first_word_starts_with_the_segment_and_a_last_word_ends_with_it() -> None:
    words = aligned("Look the quick fox jumps high")
    assert words[0] == ("Look", 0.5, 1.0)
    assert words[-1] == ("high", 2.9, 3.5)


def test_two_words_for_one_share_its_time() -> None:
    assert aligned("the qu ick fox jumps")[1:3] == [("qu", 1.3, 1.42), ("ick", 1.42, 1.6)]


def test_one_word_for_two_gets_both_times() -> None:
    assert aligned("the quickfox jumps")[1] == ("quickfox", 1.3, 2.0)


@pytest.mark.parametrize("spelling", ["Quick", "quick,", "«QUICK»", "(quick)"])
def test_case_and_punctuation_change_no_time(spelling: str) -> None:
    # A word moved with it, so that only the comparison without case and punctuation finds it.
    word = align_words(words_of(f"{spelling} really fox jumps"), OLD, START, END)[0]
    assert word == TimedWord(spelling, 1.3, 1.6)


def test_a_text_in_a_segment_without_words_fills_the_segment() -> None:
    assert aligned("no one", ()) == [("no", 0.5, 1.7), ("one", 1.7, 3.5)]


def test_an_empty_text_has_no_words() -> None:
    assert aligned("") == []
    assert aligned(" \n\t\u3000") == []


def test_a_new_word_has_no_length_where_there_is_no_time() -> None:
    old = (TimedWord("one", 1.0, 2.0, 0.9), TimedWord("two", 1.5, 2.5, 0.9))
    assert aligned("one and two", old)[1] == ("and", 1.5, 1.5)


@pytest.mark.parametrize(
    ("text", "old", "expected"),
    [
        ("今天真好", tuple("今天很好"), [("今", 0.0, 1.0), ("天", 1.0, 2.0), ("真", 2.0, 3.0), ("好", 3.0, 4.0)]),
        ("今天 天气", ("今天天气",), [("今", 0.0, 0.25), ("天", 0.25, 0.5), ("天", 0.5, 0.75), ("气", 0.75, 1.0)]),
        ("שלום לך", ("שלום", "לו"), [("שלום", 0.0, 1.0), ("לך", 1.0, 2.0)]),
    ],
)
def test_scripts_without_spaces_and_from_right_to_left(
    text: str, old: tuple[str, ...], expected: list[tuple[str, float, float]]
) -> None:
    words = tuple(TimedWord(word, place, place + 1, 0.5) for place, word in enumerate(old))
    assert aligned(text, words) == expected


@pytest.mark.parametrize("odd", ["\x00", "\x1b", "\ufffe", "\ud800"])
def test_a_character_that_no_file_can_hold_is_replaced(odd: str) -> None:
    (word,) = words_of(f"a{odd}b")
    assert word == "a\ufffdb"


def test_random_edits_lose_no_word_keep_the_words_that_stay_and_never_go_back_in_time() -> None:
    chooser = random.Random(SEED)  # noqa: S311 - the same texts each time
    for _ in range(2_000):
        old, time = [], START
        for text in chooser.choices(VOCABULARY, k=chooser.randint(0, 12)):
            length = chooser.choice((0.0, 0.02, 0.3))
            old.append(TimedWord(text, round(time, 3), round(time + length, 3), chooser.random()))
            time += chooser.choice((0.0, length, 0.5))
        texts = [word.word for word in old]
        for _ in range(chooser.randint(0, 6)):
            place = chooser.randint(0, len(texts))
            texts[place : place + chooser.randint(0, 2)] = chooser.choices(VOCABULARY, k=chooser.randint(0, 2))
        words = align_words(texts, old, START, max(END, time))
        assert [word.word for word in words] == texts
        starts = [word.start for word in words]
        assert starts == sorted(starts)
        assert all(START <= word.start <= word.end for word in words)
        # Machine words that are still there are the same objects, and each is used once.
        kept = [word for word in words if word.confidence is not None]
        assert len(kept) == len({id(word) for word in kept})
        assert all(word in old for word in kept)


def test_a_changed_word_leaves_all_others_as_they_are() -> None:
    """Also where the same word stands several times."""
    old = tuple(TimedWord(text, place, place + 0.5, 0.5) for place, text in enumerate(["no", "no", "yes", "no", "no"]))
    for place in range(len(old)):
        texts = [word.word for word in old]
        texts[place] = "other"
        words = align_words(texts, old, 0.0, 6.0)
        assert words == (*old[:place], TimedWord("other", place, place + 0.5), *old[place + 1 :])


def test_the_other_words_of_an_alternative_are_found_by_their_places() -> None:
    words, other = ["the", "quick", "fox", "jumps"], ["the", "thick", "fox", "jumped"]
    assert replacements(words, other) == {1: "thick", 3: "jumped"}
    assert replacements(["the", "quick", "fox"], ["the", "fox"]) == {}
    assert replacements(["one", "two"], ["a", "b", "c"]) == {}
