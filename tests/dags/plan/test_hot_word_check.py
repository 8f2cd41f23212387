"""`plan` warns of hot words that the scorer of a model in the bucket does not know, and reads little of the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import upload
from transcription.contract.hot_word import HotWord
from transcription.contract.options import Options
from transcription.plan import hot_word_check
from transcription.plan.graph_alphabet import find_alphabet
from transcription.plan.hot_word_check import warn_of_unknown_words

DEMO_MODEL = Path(__file__).resolve().parents[3] / "transcriber_image/demo_model"
OPTIONS = Options(model="court", hot_words=(HotWord("starrt", 2.0), HotWord("stop", 2.0), HotWord("zzzz", 2.0)))


@pytest.fixture
def deployment(deployment: AirflowDeployment) -> AirflowDeployment:
    """A deployment whose bucket holds the demo model."""
    for name in ("demo.pbmm", "demo.scorer"):
        upload(deployment.bucket, f"models/court/{name}", (DEMO_MODEL / name).read_bytes())
    return deployment


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


def test_the_warning_names_the_word_and_the_nearest_that_is_known(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    warn_of_unknown_words(deployment.bucket, OPTIONS)
    assert warnings(caplog) == [
        "Model court: the scorer does not know the hot word 'starrt', which is never recognised; the nearest word that "
        "it knows is 'start'.",
        "Model court: the scorer does not know the hot word 'zzzz', which is never recognised; no word that it knows "
        "is near.",
    ]


def test_an_older_version_in_a_folder_of_the_model_does_not_count(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("demo.pbmm", "demo.scorer"):
        upload(deployment.bucket, f"models/court/old/{name}", b"old")
    warn_of_unknown_words(deployment.bucket, OPTIONS)
    assert len(warnings(caplog)) == 2


def test_only_the_dictionary_and_the_end_of_the_graph_are_read(
    deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The official model has 1.1 GB."""
    read: list[int] = []
    get = hot_word_check.RangedObject.__getitem__

    def counted(ranged: hot_word_check.RangedObject, part: slice) -> bytes:
        content = get(ranged, part)
        read.append(len(content))
        return content

    monkeypatch.setattr(hot_word_check.RangedObject, "__getitem__", counted)
    warn_of_unknown_words(deployment.bucket, OPTIONS)
    scorer, graph = (len((DEMO_MODEL / name).read_bytes()) for name in ("demo.scorer", "demo.pbmm"))
    assert len(read) < 10
    assert sum(read) < scorer / 2 + 2**20 < graph


@pytest.mark.parametrize("options", [Options(model="court"), Options(hot_words=OPTIONS.hot_words)])
def test_without_hot_words_or_with_the_model_in_the_image_nothing_is_read(
    deployment: AirflowDeployment, options: Options
) -> None:
    deployment.aws.control("DELETE", "/_calls")
    warn_of_unknown_words(deployment.bucket, options)
    assert deployment.calls("s3") == {}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("demo.scorer", None),
        ("demo.scorer", b"nonsense"),
        ("demo.scorer", (DEMO_MODEL / "demo.scorer").read_bytes()[:8000]),
        ("demo.pbmm", b"nonsense"),
    ],
)
def test_a_model_that_cannot_be_read_is_left_to_the_container(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture, name: str, content: bytes | None
) -> None:
    key = f"models/court/{name}"
    if content is None:
        deployment.bucket.client.delete_object(Bucket=deployment.bucket.name, Key=key)
    else:
        upload(deployment.bucket, key, content)
    caplog.set_level("INFO")
    warn_of_unknown_words(deployment.bucket, OPTIONS)
    assert warnings(caplog) == []
    assert "The hot words are not compared with the scorer here, but by the container:" in caplog.text


def test_the_alphabet_of_a_graph_is_found_at_the_end_of_its_file() -> None:
    content = (DEMO_MODEL / "demo.pbmm").read_bytes()
    assert find_alphabet(content) == tuple(letter.encode() for letter in " abcdefghijklmnopqrstuvwxyz'")
    for damaged in (b"", content[:-1], content.replace(b"metadata_alphabet", b"metadata_language")):
        assert find_alphabet(damaged) is None
