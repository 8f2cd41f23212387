"""A damaged scorer ends in a coded error, or its transcripts are those of the whole one; no crash, no nonsense."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.transcriber.scorer_fuzz import find_borders, fuzz
from tests.support.transcriber.scorer_mutations import mutants
from transcriber.model.model_folder import open_folder
from transcription.contract.errors import ModelInvalid

#: Mutants of each of seven random kinds, and how many of those that are accepted the real DeepSpeech loads.
COUNT, LOADED = 250, 40


def test_no_damage_to_a_scorer_crashes_the_process_or_changes_a_transcript(tmp_path: Path) -> None:
    report = fuzz(COUNT, LOADED, tmp_path)
    assert report["mutants"] >= 2000
    assert report["refused"] > report["mutants"] * 0.8
    assert report["loaded"] >= LOADED
    assert "yes start play next" in report["expected"]
    assert report["different"] == []


def test_with_a_digest_in_model_json_every_damage_is_refused(tmp_path: Path, model_folder: Path) -> None:
    for path in model_folder.iterdir():
        if path.suffix in (".pbmm", ".scorer", ".json"):
            shutil.copy(path, tmp_path)
    data = (tmp_path / "demo.scorer").read_bytes()
    for _, mutant in list(mutants(data, find_borders(data), 1))[::50]:
        (tmp_path / "demo.scorer").write_bytes(mutant)
        with pytest.raises(ModelInvalid, match=r"demo\.scorer is not the file that model\.json promises"):
            open_folder(tmp_path)
