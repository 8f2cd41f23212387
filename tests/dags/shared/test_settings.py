"""Settings: the error for a wrong one names it and says which values are allowed."""

import pytest

from transcription.contract.errors import SettingInvalid
from transcription.shared.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def required_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the three settings that have no default."""
    for name in ("BUCKET", "JOB_QUEUE", "JOB_DEFINITION"):
        monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name}", f"my-{name.lower()}")


def test_all_other_settings_have_defaults() -> None:
    assert load_settings() == Settings("my-bucket", "my-job_queue", "my-job_definition")


def test_every_setting_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"model": "court", "max_children": "7", "vcpu_hour_price": "0.01", "daily_summary": "True", "formats": ""}
    for name, value in values.items():
        monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", value)
    settings = load_settings()
    assert (settings.model, settings.max_children, settings.vcpu_hour_price) == ("court", 7, 0.01)
    assert settings.daily_summary is True
    assert settings.default_options.formats == ()


def test_sizes_are_in_the_units_that_their_names_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__AUDIO_MINUTES_PER_CHILD", "1.5")
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__MAX_FILE_MEGABYTES", "3")
    assert load_settings().bytes_per_child == 90 * 16_000 * 2
    assert load_settings().max_file_bytes == 3 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "value"), [("max_children", 1), ("max_children", 10_000), ("poll_seconds", 3_600), ("low_confidence", 0)]
)
def test_the_limits_in_an_error_are_themselves_allowed(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", str(value))
    assert getattr(load_settings(), name) == value


def test_two_settings_that_cannot_go_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__ENGINE", "libdeepspeech")
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__INT8_LSTM", "true")
    with pytest.raises(SettingInvalid, match=r"\[transcription\] int8_lstm is for the batched engine"):
        load_settings()


@pytest.mark.parametrize("name", ["bucket", "job_queue", "job_definition"])
def test_a_missing_name_says_where_to_set_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    variable = f"AIRFLOW__TRANSCRIPTION__{name.upper()}"
    for value in ("", None):
        if value is None:
            monkeypatch.delenv(variable)
        else:
            monkeypatch.setenv(variable, value)
        with pytest.raises(SettingInvalid, match=rf"\[transcription\] {name} is empty.*{variable}"):
            load_settings()


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("max_children", "many", "'many'; it must be a whole number"),
        ("max_children", "2.5", "'2.5'; it must be a whole number"),
        ("max_children", "", "''; it must be a whole number"),
        ("max_children", "0", "from 1 to 10000"),
        ("max_children", "10001", "from 1 to 10000"),
        ("parallel_children", "0", "from 1 to 10000"),
        ("audio_minutes_per_child", "long", "'long'; it must be a number"),
        ("audio_minutes_per_child", "0", "from 0.01 to 100000"),
        ("audio_minutes_per_child", "nan", "from 0.01 to 100000"),
        ("audio_minutes_per_child", "inf", "from 0.01 to 100000"),
        ("max_file_megabytes", "0", "from 1 to 5000000"),
        ("poll_seconds", "-1", "from 1 to 3600"),
        ("poll_seconds", "3601", "from 1 to 3600"),
        ("start_limit_minutes", "0", "from 0.01 to 100000"),
        ("expected_real_time_factor", "0", "from 0.001 to 100"),
        ("vcpu_hour_price", "-0.01", "from 0 to 1000"),
        ("api_hour_price", "free", "'free'; it must be a number"),
        ("api_hour_price", "-1", "from 0 to 1000"),
        ("daily_summary", "perhaps", "'perhaps'; it must be true or false"),
        ("model", "models/court", "use letters, digits"),
        ("formats", "srt,pdf", "srt, pdf must be a choice of srt, vtt"),
        ("low_confidence", "90", "from 0 to 1. 0 marks no word"),
        ("low_confidence", "-0.1", "from 0 to 1. 0 marks no word"),
        ("low_confidence", "nan", "from 0 to 1. 0 marks no word"),
        ("low_confidence", "90 %", "'90 %'; it must be a number"),
        ("formats", "srt, srt", "must be a choice of srt, vtt"),
        ("engine", "fast", "'fast' must be one of auto, batched, libdeepspeech"),
        ("int8_lstm", "1", "must be true or false"),
        ("audio_endings", "wav,txt", "'wav,txt'; it must be one or more of wav, "),
        ("audio_endings", "", "''; it must be one or more of wav, "),
    ],
)
def test_a_wrong_value_is_named_with_what_may_be_written(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", value)
    with pytest.raises(SettingInvalid) as caught:
        load_settings()
    assert caught.value.message.startswith(f"[transcription] {name} ")
    assert allowed in caught.value.message
