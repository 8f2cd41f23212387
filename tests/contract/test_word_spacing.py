"""Words are divided by spaces, except in Chinese and Japanese script, where each character is a word."""

from __future__ import annotations

import pytest

from transcription.contract.word_spacing import join_words, space_between, split_words, word_spans

TEXTS = {
    "": [],
    "go on": ["go", "on"],
    "don't  stop ": ["don't", "stop"],
    "größe über": ["größe", "über"],
    "你好世界": ["你", "好", "世", "界"],
    "我用 Python 写": ["我", "用", "Python", "写"],
    "日 x": ["日", "x"],
    "こんにちは、東京。": list("こんにちは、東京。"),
    "か\u3099": ["か\u3099"],
    "葛\U000e0100城": ["葛\U000e0100", "城"],
    "안녕 하세요": ["안녕", "하세요"],
    "สวัสดี ครับ": ["สวัสดี", "ครับ"],
    "नमस्ते दुनिया": ["नमस्ते", "दुनिया"],
    "a\u00a0b": ["a\u00a0b"],
    "𠮷野": ["𠮷", "野"],
    "\ufffd你": ["\ufffd", "你"],
}


@pytest.mark.parametrize("text", TEXTS)
def test_the_words_of_a_text_are_found(text: str) -> None:
    assert split_words(text) == TEXTS[text]
    assert [text[start:end] for start, end in word_spans(text)] == TEXTS[text]


@pytest.mark.parametrize("words", TEXTS.values(), ids=list(TEXTS))
def test_the_text_of_words_has_these_words(words: list[str]) -> None:
    assert split_words(join_words(words)) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["go", "on"], "go on"),
        (["你", "好"], "你好"),
        (["我", "用", "Python", "写"], "我用 Python 写"),
        (["日", "x", "y", "本"], "日 x y 本"),
        (["", "a"], "a"),
    ],
)
def test_spaces_stand_where_a_reader_expects_them(words: list[str], text: str) -> None:
    assert join_words(words) == text


def test_a_character_beside_a_word_has_a_space() -> None:
    assert [space_between(*pair) for pair in (("a", "b"), ("你", "b"), ("a", "好"), ("你", "好"))] == [
        " ",
        " ",
        " ",
        "",
    ]
