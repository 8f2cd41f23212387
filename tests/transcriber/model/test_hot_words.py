"""Hot words change the recognised text, or an error says why they cannot be used."""

from __future__ import annotations

from pathlib import Path

import deepspeech
import pytest

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.graph_skeletons import pack_labels
from tests.support.transcriber.protobuf_fields import field
from tests.support.transcriber.shard_bucket import Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import Clip
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.model.graph import read_letters
from transcriber.model.hot_words import add_hot_words
from transcriber.model.model_folder import open_folder
from transcription.contract.errors import GraphUnsupported, ModelInvalid, OptionInvalid
from transcription.contract.hot_word import HotWord
from transcription.contract.options import Options


@pytest.fixture
def start(clips: list[Clip]) -> Clip:
    """A clip that contains the word "start", which sounds like "stop"."""
    [clip] = [clip for clip in clips if clip.text == "yes start play next"]
    return clip


@pytest.fixture
def without_scorer(tmp_path: Path, model_folder: Path) -> Path:
    (tmp_path / "demo.pbmm").symlink_to(model_folder / "demo.pbmm")
    return tmp_path


def recognise(clip: Clip, model: Path, *hot_words: HotWord) -> str:
    """Return the text of a clip that libdeepspeech finds with hot words."""
    return transcribe_file(clip.path, LibDeepSpeech(open_folder(model), Options(hot_words=hot_words))).text


def graph_with_alphabet(*letters: str) -> bytes:
    """Return an encoded graph that consists of an alphabet between two other nodes."""
    tensor = b"\x08\x07" + field(8, pack_labels([letter.encode() for letter in letters]))
    value = field(5, field(1, b"value") + field(2, field(8, tensor)))
    kind = field(5, field(1, b"dtype") + field(2, b"\x30\x07"))
    alphabet = field(1, b"metadata_alphabet") + field(2, b"Const") + kind + value
    return field(1, field(1, b"other") + field(2, b"Const")) + field(1, alphabet) + field(1, field(1, b"last"))


def test_a_boosted_word_replaces_one_that_sounds_like_it(start: Clip, model_folder: Path) -> None:
    assert recognise(start, model_folder) == start.text
    assert recognise(start, model_folder, HotWord("stop", 20)) == "yes stop play next"


def test_a_word_with_a_negative_boost_is_no_longer_recognised(start: Clip, model_folder: Path) -> None:
    assert "start" not in recognise(start, model_folder, HotWord("start", -30)).split()


def test_a_run_uses_its_hot_words_and_its_transcripts_say_so(bucket: Bucket, run: Run, start: Clip) -> None:
    bucket.plan({"input/a.wav": start.data}, Options(hot_words=(HotWord("stop", 20), HotWord("window", -5))))
    run()
    assert bucket.text("a") == "yes stop play next\n"
    recorded = bucket.document("a")["provenance"]["options"]["hot_words"]
    assert recorded == [{"word": "stop", "boost": 20}, {"word": "window", "boost": -5}]


def test_a_model_without_a_scorer_is_said_to_lack_it(start: Clip, without_scorer: Path) -> None:
    assert recognise(start, without_scorer)
    with pytest.raises(OptionInvalid, match=rf"model {without_scorer.name} has none: put a \.scorer beside demo\.pbmm"):
        recognise(start, without_scorer, HotWord("stop", 20))


def test_a_run_with_unusable_hot_words_ends_before_any_audio_is_touched(
    bucket: Bucket, run: Run, start: Clip, without_scorer: Path
) -> None:
    bucket.upload("models/bare/demo.pbmm", (without_scorer / "demo.pbmm").read_bytes())
    bucket.plan({"input/a.wav": start.data}, Options(model="bare", hot_words=(HotWord("stop", 20),)))
    uploaded = bucket.keys()
    with recorded_requests() as requests, pytest.raises(OptionInvalid, match="model bare has none"):
        run()
    assert not [path for _, path in requests if "input/" in path]
    assert bucket.keys() == uploaded


@pytest.mark.parametrize(
    ("word", "letters"), [("Stop", "'S'"), ("Öl-Tank", "'Ö', '-', 'T'"), ("4711", "'4', '7', '1'")]
)
def test_the_error_names_letters_that_the_model_does_not_know(
    start: Clip, model_folder: Path, word: str, letters: str
) -> None:
    """DeepSpeech accepts such a word without an error, and never recognises it."""
    with pytest.raises(OptionInvalid, match=rf"{word}.* does not know {letters}\. Its letters: ' a b c .* z$"):
        recognise(start, model_folder, HotWord(word, 20))


def test_a_hot_word_that_deepspeech_refuses_is_an_error_that_names_it(model_folder: Path) -> None:
    native = deepspeech.Model(str(model_folder / "demo.pbmm"))
    native.enableExternalScorer(str(model_folder / "demo.scorer"))
    with pytest.raises(OptionInvalid, match=r"refuses the hot word 'stop': .*insert"):
        add_hot_words(native, open_folder(model_folder), [HotWord("stop", 20), HotWord("stop", 10)])


def test_the_alphabet_of_the_demo_model_is_read_as_it_was_made(model_folder: Path) -> None:
    letters = read_letters(model_folder / "demo.pbmm")
    assert letters == {letter.encode() for letter in " abcdefghijklmnopqrstuvwxyz'"}


def test_an_alphabet_of_thousands_of_letters_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "mandarin.pb"
    letters = [chr(0x4E00 + number) for number in range(5000)]
    path.write_bytes(graph_with_alphabet(*letters))
    assert read_letters(path) == {letter.encode() for letter in letters}


def test_a_file_without_an_alphabet_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "a.pb"
    path.write_bytes(b"metadata_alphabet")
    with pytest.raises(ModelInvalid, match=r"a\.pb is damaged"):
        read_letters(path)
    path.write_bytes(graph_with_alphabet().replace(b"alphabet", b"language"))
    with pytest.raises(GraphUnsupported, match=r'a\.pb .* no node "metadata_alphabet"\. Export it again'):
        read_letters(path)


def test_a_model_that_spells_in_bytes_can_spell_everything(
    monkeypatch: pytest.MonkeyPatch, start: Clip, model_folder: Path
) -> None:
    monkeypatch.setattr(
        "transcriber.model.hot_words.read_letters", lambda _: frozenset(bytes([byte]) for byte in range(1, 256))
    )
    assert recognise(start, model_folder, HotWord("Öl", 1), HotWord("日本", 1)) == start.text
    with pytest.raises(OptionInvalid, match="refuses the hot word"):
        recognise(start, model_folder, HotWord("\udcff", 1))  # how Python decodes an argument that is not UTF-8
