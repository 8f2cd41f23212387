"""The asset that uploads update, from the settings `upload_queue` and `upload_quiet_seconds`."""

from __future__ import annotations

import logging
from importlib.util import find_spec

from airflow.sdk import Asset, AssetWatcher

from transcription.contract import keys
from transcription.contract.errors import SettingInvalid
from transcription.shared.setting_texts import SECTION, find_text
from transcription.shared.settings import BOUNDS, Settings

log = logging.getLogger(__name__)

#: The package of the trigger. It is a part of the plugins, because Airflow's triggerer has no DAGs folder.
_PLUGIN = "upload_watcher"


def find_asset() -> Asset | None:
    """Return the asset that Airflow's triggerer updates after uploads, or None if uploads start no runs.

    Without the plugin, the triggerer could not watch the queue; scheduled runs start all the same.

    Raises:
        SettingInvalid: the quiet time is wrong.
    """
    queue, quiet_seconds = find_text("upload_queue"), _read_quiet_seconds()
    if not queue:
        return None
    if not _has_plugin():
        log.warning("[%s] upload_queue is set, but uploads start no run: the plugin %s is missing.", SECTION, _PLUGIN)
        return None
    from upload_watcher.upload_trigger import UploadTrigger  # noqa: PLC0415 - only where the plugin is installed

    trigger = UploadTrigger(queue, quiet_seconds)
    uri = keys.uri(find_text("bucket") or "bucket", keys.INPUT_FOLDER)
    return Asset(uri, watchers=[AssetWatcher(name="uploads", trigger=trigger)])


def describe() -> str:
    """Return when uploads start a run, as a part of a sentence; empty if the setting is off."""
    if not find_text("upload_queue"):
        return ""
    if not _has_plugin():
        return f" (not after uploads, because the plugin {_PLUGIN} is missing)"
    return f", {_read_quiet_seconds()} seconds after the last upload"


def _has_plugin() -> bool:
    return find_spec(_PLUGIN) is not None


def _read_quiet_seconds() -> int:
    """Return the seconds without an upload after which a run starts.

    Raises:
        SettingInvalid: the setting is no whole number, or outside its bounds.
    """
    text = find_text("upload_quiet_seconds")
    if text is None:
        return Settings.upload_quiet_seconds
    smallest, largest = BOUNDS["upload_quiet_seconds"]
    if not (text.isdecimal() and smallest <= int(text) <= largest):
        raise SettingInvalid(
            f"[{SECTION}] upload_quiet_seconds is {text!r}; it must be a whole number from {smallest} to {largest}."
        )
    return int(text)
