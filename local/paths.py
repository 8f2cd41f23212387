"""Where things lie in the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Everything that is installed or left behind; ignored by git.
LOCAL = ROOT / ".local"
#: The environment that stands for the container image.
IMAGE_ENV = LOCAL / "venvs" / "transcriber"
DEMO_MODEL = ROOT / "transcriber_image" / "demo_model"
DEMO_CLIPS = DEMO_MODEL / "clips"
