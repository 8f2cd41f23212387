"""The command teaches what its arguments ask for, and refuses arguments that do not fit each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trainer import bucket_process, command

NAMES = ("TEACH", "AUDIO", "WORDS", "BASE", "OUT", "TEST", "OTHERS", "BUCKET", "SET")
#: What was taught, the folder of the recordings, and the folder of the texts.
Taught = tuple[str, Path | None, Path | None]


@pytest.fixture
def taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Taught]:
    """Return the list of what fake teachings teach, with a fake bucket whose copy is `copy`."""
    teachings: list[Taught] = []
    report = SimpleNamespace(as_markdown=lambda: "", decision=SimpleNamespace(is_used=False, verdict=""))

    def teaching(what: str, folders: Callable[..., tuple[Path | None, Path | None]]) -> Callable[..., Any]:
        def teach(*arguments: Any) -> Any:
            teachings.append((what, *folders(*arguments)))
            return report

        return teach

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        bucket_process, "_run", lambda request: {"audio": "copy", "base": "copy/models/mine-1", "models": []}
    )
    monkeypatch.setattr(command, "teach", teaching("sound", lambda request, _: (request.audio, None)))
    monkeypatch.setattr(command, "teach_words", teaching("words", lambda request: (request.audio, request.words)))
    monkeypatch.setattr(command, "teach_both", teaching("both", lambda request, _, texts: (request.audio, texts)))
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return teachings


def _run(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> int:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["trainer"])
    return command.main()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AUDIO": "a"}, ("sound", Path("a"), None)),
        ({"WORDS": "w"}, ("words", None, Path("w"))),
        ({"AUDIO": "a", "WORDS": "w"}, ("words", Path("a"), Path("w"))),
        ({"TEACH": "sound", "BUCKET": "b"}, ("sound", Path("copy"), None)),
        ({"TEACH": "words", "AUDIO": "a"}, ("words", None, Path("a"))),
        ({"TEACH": "words", "BUCKET": "b"}, ("words", None, Path("copy"))),
        ({"TEACH": "both", "AUDIO": "a"}, ("both", Path("a"), None)),
        ({"TEACH": "both", "AUDIO": "a", "WORDS": "w"}, ("both", Path("a"), Path("w"))),
        ({"TEACH": "both", "BUCKET": "b", "WORDS": "w"}, ("both", Path("copy"), Path("w"))),
    ],
)
def test_what_is_asked_for_is_taught(
    taught: list[Taught], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: Taught
) -> None:
    assert _run(monkeypatch, variables) == 0
    assert taught == [expected]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "Name the folder with recordings and texts: make teach AUDIO=folder, or WORDS=folder with texts, or "),
        ({"TEACH": "words"}, "Name the folder with recordings and texts: "),
        ({"TEACH": "Both", "AUDIO": "a"}, "TEACH is 'Both'; it must be sound, words or both."),
        (
            {"TEACH": "both", "WORDS": "w"},
            "Sound is taught from recordings with texts: name AUDIO=folder or ",
        ),
        ({"TEACH": "sound", "WORDS": "w"}, "Sound is taught from recordings with texts: name AUDIO=folder"),
        (
            {"TEACH": "sound", "AUDIO": "a", "WORDS": "w"},
            "TEACH=sound learns none: leave WORDS out, or ",
        ),
        ({"AUDIO": "a", "BUCKET": "b"}, "Name either AUDIO or BUCKET; "),
        ({"AUDIO": "a", "SET": "s"}, "SET is a folder in a bucket: name BUCKET, too."),
    ],
)
def test_a_wrong_combination_is_refused(
    taught: list[Taught],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    sentence: str,
) -> None:
    with pytest.raises(SystemExit):
        _run(monkeypatch, variables)
    assert sentence in capsys.readouterr().err
    assert taught == []
