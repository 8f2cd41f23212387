"""Settings: a wrong one must say its name before anything is started."""

import pytest

from transcription.contract.errors import SettingInvalid
from transcription.settings import load_settings


@pytest.fixture(autouse=True)
def deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUCKET", "JOB_QUEUE", "JOB_DEFINITION"):
        monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name}", f"my-{name.lower()}")


def test_three_names_are_enough() -> None:
    settings = load_settings()
    assert (settings.bucket, settings.job_queue, settings.job_definition) == (
        "my-bucket",
        "my-job_queue",
        "my-job_definition",
    )
    assert settings.bytes_per_child == 60 * 60 * 32_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bucket", ""),
        ("job_queue", ""),
        ("max_children", "many"),
        ("max_children", "2.5"),
        ("max_children", "10001"),
        ("audio_minutes_per_child", "0"),
        ("poll_seconds", "-1"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", value)
    with pytest.raises(SettingInvalid, match=rf"\[transcription\] {name}"):
        load_settings()
