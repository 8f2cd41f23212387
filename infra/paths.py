"""Paths of the parts of the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DAGS = ROOT / "dags"
PLUGINS = ROOT / "plugins"
REQUIREMENTS = ROOT / "requirements.txt"
AIRFLOW_SETTINGS = DAGS / "transcription" / "shared" / "settings.py"
