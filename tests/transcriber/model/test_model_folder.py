"""A model folder that cannot be used gives a clear error, never a bad transcript."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from transcriber.model.model_defaults import ModelDefaults
from transcriber.model.model_folder import open_folder
from transcription.contract.errors import ModelInvalid, ModelMissing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.pbmm").write_bytes(b"acoustic")
    return folder


def test_a_transcript_can_say_by_content_which_model_made_it(folder: Path) -> None:
    """A name can be reused for another model; a digest cannot."""
    (folder / "a.scorer").write_bytes(b"language")
    record = open_folder(folder).record
    assert record.name == "mine"
    assert record.acoustic_sha256 == hashlib.sha256(b"acoustic").hexdigest()
    assert record.scorer_sha256 == hashlib.sha256(b"language").hexdigest()


def test_a_model_without_scorer_and_defaults_is_complete(folder: Path) -> None:
    model = open_folder(folder)
    assert model.scorer is None
    assert model.record.scorer_sha256 is None
    assert model.defaults == ModelDefaults()


def test_the_mapped_model_is_used_if_both_formats_exist(folder: Path) -> None:
    (folder / "a.pb").write_bytes(b"the same model, not mapped")
    assert open_folder(folder).acoustic.name == "a.pbmm"


def test_a_pb_file_alone_will_do(folder: Path) -> None:
    (folder / "a.pbmm").rename(folder / "a.pb")
    assert open_folder(folder).acoustic.name == "a.pb"


def test_the_makers_name_and_settings_are_used(folder: Path) -> None:
    document = {"name": "ward 7", "lm_alpha": 0.9, "lm_beta": 1, "beam_width": 100}
    (folder / "model.json").write_text(json.dumps(document))
    model = open_folder(folder)
    assert model.record.name == "ward 7"
    assert model.defaults == ModelDefaults("ward 7", 0.9, 1.0, 100)


def test_a_model_in_the_bucket_has_the_name_of_its_folder(folder: Path) -> None:
    (folder / "model.json").write_text('{"name": "something else"}')
    assert open_folder(folder, "doctors-2").record.name == "doctors-2"


def test_a_model_that_was_damaged_on_its_way_is_refused(folder: Path) -> None:
    (folder / "model.json").write_text(json.dumps({"sha256": {"a.pbmm": hashlib.sha256(b"acoustic").hexdigest()}}))
    open_folder(folder)
    (folder / "a.pbmm").write_bytes(b"acoustik")
    with pytest.raises(ModelInvalid, match=r"a\.pbmm is not the file"):
        open_folder(folder)


def test_a_missing_folder_says_what_should_be_in_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"nowhere.*\.pbmm"):
        open_folder(tmp_path / "nowhere")


def test_a_folder_without_a_model_says_what_was_found(folder: Path) -> None:
    (folder / "a.pbmm").rename(folder / "a.tflite")
    with pytest.raises(ModelMissing, match=r"expected one \.pbmm.*found a\.tflite"):
        open_folder(folder)


@pytest.mark.parametrize("suffix", [".pbmm", ".scorer"])
def test_two_models_in_one_folder_are_refused(folder: Path, suffix: str) -> None:
    for name in "ab":
        (folder / f"{name}{suffix}").write_bytes(b"")
    with pytest.raises(ModelInvalid, match=rf"a{suffix}, b{suffix}"):
        open_folder(folder)


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        ('{"lm_alhpa": 1}', "lm_alhpa"),
        ('{"lm_alpha": "1", "lm_beta": 1}', "lm_alpha"),
        ('{"lm_alpha": 1}', "both or neither"),
        ('{"beam_width": 500.5}', "beam_width"),
        ('{"beam_width": 0}', "beam_width 0 must be"),
        ('{"lm_alpha": NaN, "lm_beta": 1}', "lm_alpha nan must be"),
        ('{"sha256": {"b.scorer": "00"}}', r"promises b\.scorer, which is not there"),
    ],
)
def test_a_mistyped_setting_is_refused_and_not_ignored(folder: Path, document: str, complaint: str) -> None:
    (folder / "model.json").write_text(document)
    with pytest.raises(ModelInvalid, match=complaint):
        open_folder(folder)


def test_a_message_names_a_few_of_many_files(folder: Path) -> None:
    (folder / "a.pbmm").unlink()
    for number in range(100):
        (folder / f"{number:03}.wav").write_bytes(b"")
    with pytest.raises(ModelMissing, match=r"found 000\.wav, .*, 009\.wav and 90 more\.$"):
        open_folder(folder)
