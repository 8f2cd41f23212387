"""The last lines of the children's logs."""

from __future__ import annotations

from pathlib import Path

from local import child_logs


def test_the_last_line_of_each_attempt_is_returned_with_its_child(tmp_path: Path) -> None:
    folder = tmp_path / "logs" / "batch" / "transcribe-run"
    folder.mkdir(parents=True)
    (folder / "0-1.log").write_text("first\nlast of 0\n")
    (folder / "1-1.log").write_text("")
    (folder / "1-2.log").write_bytes(b"not UTF-8: \xff")
    assert child_logs.last_lines(tmp_path) == ["child 0-1: last of 0", "child 1-2: not UTF-8: \ufffd"]
    assert child_logs.last_lines(tmp_path / "new") == []
