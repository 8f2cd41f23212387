"""The base image of a build: the pinned one, and only without it the image with the same tag on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from standin.execution.base_image import base_image_options

TAGGED = "docker.io/library/python:3.9-slim-bookworm"


def engine(folder: Path, *images: str) -> str:
    """Return the path of a program that answers `image inspect` as an engine that has some images."""
    program = folder / "engine"
    patterns = "|".join(images) or "none"
    program.write_text(
        f'#!/bin/sh\n[ "$1 $2" = "image inspect" ] || exit 2\ncase $3 in {patterns}) ;; *) exit 1;; esac\n'
    )
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("images", [(), ("*@sha256:*",), ("*@sha256:*", TAGGED)])
def test_the_pinned_image_is_used_if_it_is_there_or_can_only_be_pulled(tmp_path: Path, images: tuple[str, ...]) -> None:
    assert base_image_options(engine(tmp_path, *images)) == []


def test_a_machine_that_has_only_the_tag_builds_from_the_tag(tmp_path: Path) -> None:
    assert base_image_options(engine(tmp_path, TAGGED)) == ["--build-arg", f"BASE_IMAGE={TAGGED}"]
