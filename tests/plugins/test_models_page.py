"""The page with the models: what they were taught from, which is in use, and the choice of another one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from httpx import Response

from tests.plugins.test_formats import BREAKABLE
from tests.plugins.test_runs_page import cells
from tests.support.dags.bucket_objects import upload
from tests.support.plugins.browser_client import BrowserClient
from transcript_pages import model_choice
from transcription.contract import keys
from transcription.contract.default_model import DefaultModel
from transcription.shared.bucket import Bucket

IMAGE = "the model in the container image"
REPORT = {
    "decision": {"verdict": "BETTER", "reason": "Fewer words are wrong, beyond chance."},
    "word_error_rate": {"test": {"old": 15.34, "new": 7.0}, "others": {"old": 1, "new": 1.5}},
}


@pytest.fixture(autouse=True)
def models(bucket: Bucket) -> None:
    """Upload a model that was taught and one that was not."""
    for name in ("court", "demo-1"):
        upload(bucket, f"models/{name}/{name}.pbmm", name.encode())
    upload(bucket, "models/demo-1/model.json", json.dumps({"name": "x", "lineage": {"base": "demo"}}).encode())
    upload(bucket, "models/demo-1/report.json", json.dumps(REPORT).encode())


def rows(client: BrowserClient) -> dict[str, list[str]]:
    """Return the cells of the table of models by the name of the model."""
    page = client.text("models").split("Earlier choices")[0]
    return {row[0]: row[1:] for row in cells(page) if row}


def use(client: BrowserClient, model: str, **request: Any) -> Response:
    """Choose a model on a page that is opened now, as its script does."""
    (seen,) = re.findall(r'data-seen="([^"]*)"', client.text("models"))
    wish = {"model": model, "seen": seen, "reason": "fewer errors", **request}
    return client.change("POST", "models/use", json=wish)


def record(bucket: Bucket) -> DefaultModel:
    return bucket.read_record(DefaultModel, keys.DEFAULT_MODEL)


def test_the_page_shows_figures_lineage_and_the_model_in_use(viewer: BrowserClient) -> None:
    assert not BREAKABLE.search(viewer.text("models"))
    assert rows(viewer) == {
        IMAGE: ["—", "—", "—", "—", "in use"],
        "court": ["—", "—", "—", "not measured", ""],
        "demo-1": [
            *("demo", "15.3 %", "7.0 %"),
            "Fewer words are wrong, beyond chance. (BETTER) Other speech, others: 1.0 % → 1.5 %",
            "",
        ],
    }


def test_choosing_and_going_back_is_kept_with_who_instead_of_which_and_why(
    editor: BrowserClient, bucket: Bucket
) -> None:
    assert use(editor, "demo-1").json() == {"model": "demo-1"}
    assert record(bucket).model == "demo-1"
    assert rows(editor)["demo-1"][-1] == "in use"
    assert rows(editor)["court"][-1] == "Use this model"
    assert use(editor, "", reason="").status_code == 200
    assert record(bucket).model == ""
    assert [(change.model, change.previous, change.by, change.reason) for change in record(bucket).changes] == [
        ("", "demo-1", "a user", ""),
        ("demo-1", "", "a user", "fewer errors"),
    ]
    choices = [row for row in cells(editor.text("models")) if row[1:] == ["a user", "demo-1", IMAGE, "fewer errors"]]
    assert [re.sub(r"\d", "9", row[0]) for row in choices] == ["9999-99-99 99:99 UTC"]


@pytest.mark.parametrize("seen", ["", "0123456789abcdef"])
def test_a_choice_that_somebody_else_made_is_not_overwritten(editor: BrowserClient, bucket: Bucket, seen: str) -> None:
    use(editor, "court")
    answer = use(editor, "demo-1", seen=seen)
    assert answer.status_code == 409
    assert "Somebody has chosen another model" in answer.json()["error"]
    assert record(bucket).model == "court"


def test_of_two_choices_at_once_one_wins(
    editor: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes after the record was read; the condition of the write notices that."""
    find = model_choice.find
    other = DefaultModel().changed_to("court", changed="2026-11-22T01:00:00+00:00", by="ben")

    def find_and_be_overtaken(*arguments: Any) -> model_choice.SavedChoice:
        saved = find(*arguments)
        bucket.write_record(keys.DEFAULT_MODEL, other)
        return saved

    editor.text("models")
    monkeypatch.setattr(model_choice, "find", find_and_be_overtaken)
    assert editor.change("POST", "models/use", json={"model": "demo-1", "seen": ""}).status_code == 409
    assert record(bucket) == other


def test_a_model_that_is_not_in_the_bucket_cannot_be_used(editor: BrowserClient, bucket: Bucket) -> None:
    for model in ("gone", "../input", "default.json", "court/"):
        assert use(editor, model).status_code == 422
    assert bucket.read(keys.DEFAULT_MODEL) is None


def test_who_may_not_edit_or_has_no_token_chooses_nothing(
    viewer: BrowserClient, editor: BrowserClient, bucket: Bucket
) -> None:
    wish = {"model": "court", "seen": ""}
    assert viewer.change("POST", "models/use", json=wish).status_code == 403
    assert editor.change("POST", "models/use", token="", json=wish).status_code == 403
    assert bucket.read(keys.DEFAULT_MODEL) is None


def test_a_damaged_record_is_shown_and_a_choice_replaces_it(editor: BrowserClient, bucket: Bucket) -> None:
    upload(bucket, keys.DEFAULT_MODEL, b"{")
    assert "is not JSON" in editor.text("models")
    assert rows(editor)[IMAGE][-1] == "Use this model"
    assert use(editor, "").status_code == 200
    assert record(bucket).model == ""


def test_a_setting_that_comes_first_is_named(viewer: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__MODEL", "<court>")
    assert re.search(r"The setting.*names <strong>&lt;court&gt;</strong>", viewer.text("models"))


@pytest.mark.parametrize("data", [b"", b"[]", b'{"decision": 1}', b'{"lineage": []}', b"\xff"])
def test_files_of_another_form_are_no_reason_to_fail(viewer: BrowserClient, bucket: Bucket, data: bytes) -> None:
    upload(bucket, "models/demo-1/model.json", data)
    upload(bucket, "models/demo-1/report.json", data)
    assert rows(viewer)["demo-1"] == ["—", "—", "—", "not measured", ""]


def test_hostile_texts_are_text(viewer: BrowserClient, bucket: Bucket) -> None:
    hostile = "<script>alert(1)</script>"
    upload(bucket, "models/demo-1/model.json", json.dumps({"lineage": {"base": hostile}}).encode())
    report = {**REPORT, "decision": {"verdict": hostile, "reason": hostile}}
    upload(bucket, "models/demo-1/report.json", json.dumps(report).encode())
    assert hostile not in viewer.text("models")
