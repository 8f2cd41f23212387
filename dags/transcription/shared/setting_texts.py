"""The texts of the deployment's settings: Airflow's configuration, or a file beside the DAG file.

Who cannot change Airflow's configuration puts the settings into the file. `make deploy` writes it for an Airflow that
exists already.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from airflow.configuration import conf

from transcription.contract.errors import SettingInvalid

SECTION: Final = "transcription"
#: The file, in the folder of the DAG file: a JSON object with the name and the text of each setting.
FILE = Path(__file__).parents[2] / "transcription_settings.json"


def find_text(name: str) -> str | None:
    """Return the text of a setting from Airflow's configuration, or else from the file, or else None.

    Raises:
        SettingInvalid: the file is needed, and is no JSON object of texts.
    """
    return find_texts([name])[name]


def find_texts(names: Iterable[str]) -> Mapping[str, str | None]:
    """Return the texts of some settings by name, as `find_text` finds them. The file is read at most once.

    Raises:
        SettingInvalid: the file is needed, and is no JSON object of texts.
    """
    texts: dict[str, str | None] = {name: conf.get(SECTION, name, fallback=None) for name in names}
    in_file = _read_file() if None in texts.values() else {}
    return {name: in_file.get(name) if text is None else text for name, text in texts.items()}


def _read_file() -> Mapping[str, str]:
    """Return the settings in the file, or nothing if there is no file.

    Raises:
        SettingInvalid: the file is no JSON object of texts.
    """
    try:
        content = FILE.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        texts = json.loads(content)
    except ValueError as error:
        raise SettingInvalid(f"{FILE.name} beside the DAG file is not JSON: {error}") from error
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise SettingInvalid(
            f'{FILE.name} beside the DAG file must be a JSON object of texts, such as {{"bucket": "my-bucket"}}.'
        )
    return texts
