"""Paths of files and folders in this checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The folder of installed programs and of the files of stacks. Git ignores this folder.
LOCAL = ROOT / ".local"
#: The Python environment that is used in place of the container image.
IMAGE_ENV = LOCAL / "venvs" / "transcriber"
DEMO_MODEL = ROOT / "transcriber_image" / "demo_model"
DEMO_CLIPS = DEMO_MODEL / "clips"
#: The Python environment and the programs that are used in place of the trainer's container image, if they are there.
TRAINER_ENV = LOCAL / "venvs" / "trainer"
KENLM = LOCAL / "kenlm"
