"""KenLM estimates models of small corpora, too, and its failures are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.kenlm_programs import NEEDS_KENLM
from trainer.errors import KenlmFailed, KenlmMissing
from trainer.scorer import language_model
from trainer.scorer.language_model import estimate
from transcription.contract.scorer.language_model import read_header


@NEEDS_KENLM
@pytest.mark.parametrize(
    ("sentences", "counts"),
    [(["stop"], (4, 2, 1)), (["open the window", "open the door"], (7, 6, 5, 4, 2)), (["a"] * 3 + ["b"], (5, 4, 2))],
)
def test_small_corpora(sentences: list[str], counts: tuple[int, ...]) -> None:
    model = estimate(sentences)
    assert model.counts == counts
    assert read_header(model.content).counts == counts


@NEEDS_KENLM
def test_pruning_that_leaves_no_long_ngram_lowers_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_model, "_LARGE", 1)
    model = estimate(["open the door", "close a window"])
    assert all(model.counts) and len(model.counts) == 2
    assert read_header(model.content).is_quantized


@NEEDS_KENLM
def test_a_failure_tells_what_the_program_said() -> None:
    with pytest.raises(KenlmFailed, match=r"(?s)lmplz ended with code.*<unk>"):
        estimate(["<unk> stop"])


def test_missing_programs_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENLM", str(tmp_path))
    with pytest.raises(KenlmMissing, match=r"make \.local/kenlm/ready"):
        estimate(["stop"])
