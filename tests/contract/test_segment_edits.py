"""Segments that a person edited, split or joined: each word keeps its time, and the state says what was done."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from transcription.contract.correction import CHECKED, CORRECTED, UNCHECKED, Basis, Correction, Segment
from transcription.contract.errors import CorrectionInvalid
from transcription.contract.segment_edits import (
    MAX_CHARACTERS,
    MAX_SEGMENTS,
    EditedSegment,
    apply_edits,
    check_edits,
)
from transcription.contract.word_alignment import TimedWord

SEED = 20261126


def segment(start: float, text: str, channel: str | None = None) -> Segment:
    """A segment of five seconds with a word each half second."""
    words = tuple(TimedWord(word, start + 0.5 * i, start + 0.5 * i + 0.4, 0.5) for i, word in enumerate(text.split()))
    return Segment(start, start + 5.0, text, words, channel=channel)


MACHINE = (segment(0.0, "one two three"), segment(5.0, "four five"), segment(10.0, "six"))


def edited(segments: Sequence[Segment]) -> list[EditedSegment]:
    """The segments as a page sends them if nobody changed them."""
    return [EditedSegment(part.start, part.end, part.text, part.state, part.channel) for part in segments]


def apply(edits: Sequence[EditedSegment], saved: Sequence[Segment] = ()) -> tuple[Segment, ...]:
    return apply_edits(edits, MACHINE, saved, by="ann", at="now")


def test_without_edits_all_segments_stay() -> None:
    assert apply(edited(MACHINE)) == MACHINE


def test_a_changed_text_is_corrected_by_somebody() -> None:
    edits = edited(MACHINE)
    edits[1] = replace(edits[1], text="for five")
    first, second, third = apply(edits)
    assert (first, third) == (MACHINE[0], MACHINE[2])
    assert (second.state, second.by, second.at, second.text) == (CORRECTED, "ann", "now", "for five")
    assert second.words == (TimedWord("for", 5.0, 5.4), MACHINE[1].words[1])


def test_chinese_text_has_a_word_for_each_character() -> None:
    edits = edited(MACHINE)
    edits[0] = replace(edits[0], text="\u4f60 \u597d\u5417")
    segment = apply(edits)[0]
    assert segment.text == "\u4f60\u597d\u5417"
    assert [word.word for word in segment.words] == ["\u4f60", "\u597d", "\u5417"]


def test_a_changed_text_is_never_unchecked() -> None:
    edits = edited(MACHINE)
    edits[2] = replace(edits[2], text="sick", state=CHECKED)
    assert apply(edits)[2].state == CORRECTED


def test_a_checked_segment_keeps_its_words() -> None:
    edits = edited(MACHINE)
    edits[0] = replace(edits[0], state=CHECKED)
    assert apply(edits)[0] == replace(MACHINE[0], state=CHECKED, by="ann", at="now")


def test_what_another_person_did_stays_theirs() -> None:
    edits = edited(MACHINE)
    edits[0] = replace(edits[0], text="one too three")
    saved = apply_edits(edits, MACHINE, (), by="bob", at="before")
    again = apply(edited(saved), saved)
    assert again == saved
    assert again[0].by == "bob"


def test_a_split_divides_the_words_at_the_time() -> None:
    edits = [EditedSegment(0.0, 0.5, "one"), EditedSegment(0.5, 5.0, "two three"), *edited(MACHINE[1:])]
    first, second, *_ = apply(edits)
    assert (first.words, second.words) == (MACHINE[0].words[:1], MACHINE[0].words[1:])
    assert (first.state, second.state) == (UNCHECKED, UNCHECKED)
    assert first.by == "ann"


def test_a_join_has_the_words_of_both() -> None:
    edits = [EditedSegment(0.0, 10.0, "one two three four five"), *edited(MACHINE[2:])]
    joined, _ = apply(edits)
    assert joined.words == (*MACHINE[0].words, *MACHINE[1].words)


def test_a_word_that_was_removed_and_comes_back_has_its_old_time() -> None:
    edits = edited(MACHINE)
    saved = apply([replace(edits[0], text="one three"), *edits[1:]])
    assert apply(edits, saved)[0].words == MACHINE[0].words
    words = apply([replace(edits[0], text="one two tree"), *edits[1:]], saved)[0].words
    assert words[:2] == MACHINE[0].words[:2]


def test_words_of_another_channel_are_not_taken() -> None:
    machine = (segment(0.0, "hello", "agent"), segment(0.0, "hello there", "customer"))
    edits = [EditedSegment(0.0, 5.0, "hello you", channel="agent"), edited(machine)[1]]
    agent, customer = apply_edits(edits, machine, (), by="ann", at="now")
    assert [word.word for word in agent.words] == ["hello", "you"]
    assert agent.words[0] == machine[0].words[0]
    assert customer == machine[1]


def test_a_word_outside_of_its_segment_still_belongs_to_it() -> None:
    """An engine may put the last word a little behind the end of its segment."""
    late = Segment(0.0, 5.0, "late", (TimedWord("late", 5.02, 5.1, 0.5),))
    edits = [EditedSegment(0.0, 5.0, "late!"), EditedSegment(5.0, 10.0, "")]
    first, second = apply_edits(
        edits,
        (
            late,
            replace(segment(5.0, "")),
        ),
        (),
        by="ann",
        at="now",
    )
    assert first.words[0].start == 5.02
    assert second.words == ()


def test_without_the_machines_transcript_the_saved_words_give_the_times() -> None:
    edits = edited(MACHINE)
    edits[0] = replace(edits[0], text="one two tree")
    saved = apply_edits(edits, MACHINE, (), by="bob", at="before")
    later = edited(saved)
    later[0] = replace(later[0], text="one tree")
    words = apply_edits(later, (), saved, by="ann", at="now")[0].words
    assert words == (saved[0].words[0], saved[0].words[2])


def test_random_splits_joins_and_edits_lose_nothing() -> None:
    chooser = random.Random(SEED)  # noqa: S311 - the same edits each time
    for _ in range(300):
        edits = edited(MACHINE)
        for _ in range(chooser.randint(1, 5)):
            place = chooser.randrange(len(edits))
            part = edits[place]
            kind = chooser.choice(("split", "join", "edit"))
            if kind == "split":
                words, middle = part.text.split(), (part.start + part.end) / 2
                at = chooser.randint(0, len(words))
                edits[place : place + 1] = [
                    replace(part, end=middle, text=" ".join(words[:at])),
                    replace(part, start=middle, text=" ".join(words[at:])),
                ]
            elif kind == "join" and place + 1 < len(edits):
                following = edits[place + 1]
                edits[place : place + 2] = [
                    replace(part, end=following.end, text=f"{part.text} {following.text}".strip())
                ]
            else:
                edits[place] = replace(part, text=" ".join(chooser.choices(("one", "seven", "ü"), k=3)))
        check_edits(edits, 15.0)
        segments = apply(edits)
        assert [part.text for part in segments] == [edit.text for edit in edits]
        for part in segments:
            assert " ".join(word.word for word in part.words) == part.text
            starts = [word.start for word in part.words]
            assert starts == sorted(starts)
        assert apply(edited(segments), segments) == segments


@pytest.mark.parametrize(
    "edits",
    [
        [EditedSegment(0.0, 1.0, "a", "perfect")],
        [EditedSegment(0.0, 1.0, "a" * (MAX_CHARACTERS + 1))],
        [EditedSegment(0.0, 1.0, "")] * (MAX_SEGMENTS + 1),
        [EditedSegment(2.0, 1.0, "a")],
        [EditedSegment(5.0, 6.0, "a"), EditedSegment(4.0, 5.0, "b")],
        [EditedSegment(-1.0, 1.0, "a")],
        [EditedSegment(0.0, 99.0, "a")],
        [EditedSegment(0.0, float("nan"), "a")],
        [EditedSegment(float("nan"), 1.0, "a")],
        [EditedSegment(0.0, float("inf"), "a")],
    ],
)
def test_what_cannot_be_saved_is_refused(edits: list[EditedSegment]) -> None:
    with pytest.raises(CorrectionInvalid):
        check_edits(edits, 10.0)


def correction(*segments: Segment) -> Correction:
    return Correction("a.wav", 15.0, 0.8, Basis("aa", "bb"), ("srt",), segments)


def test_the_summary_counts_what_is_left_to_do() -> None:
    first, second, third = MACHINE
    checked = replace(second, state=CHECKED)
    assert correction(*MACHINE).summary == {"state": UNCHECKED, "segments": "3", "checked": "0", "unsure": "6"}
    assert correction(first, checked, third).summary == {
        "state": UNCHECKED,
        "segments": "3",
        "checked": "1",
        "unsure": "4",
    }
    assert correction(checked, segment(10.0, "")).state == CHECKED
    assert correction(first, replace(second, state=CORRECTED)).state == CORRECTED
    assert correction().state == UNCHECKED
