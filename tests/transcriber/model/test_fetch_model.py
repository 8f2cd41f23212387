"""The official model arrives complete and unchanged, or an error says what to do."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fetch_model import MODELS, FetchFailed, ReleasedFile, ReleasedModel, fetch

CONTENT = bytes(range(256)) * 5000
GOOD = ReleasedFile("some.pbmm", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def released(file: ReleasedFile) -> ReleasedModel:
    """Return a model that consists of one file, with the settings of the English one."""
    return replace(MODELS["en"], files=(file,))


class ReleaseServer(SimpleHTTPRequestHandler):
    """Serves ranges of files, as GitHub does, and records the requested ranges."""

    ranges: list[str] = []  # noqa: RUF012 - each test sets its own list
    stop_after: int = len(CONTENT)

    def do_GET(self) -> None:
        requested = self.headers.get("Range", "")
        self.ranges.append(requested)
        path = Path(self.translate_path(self.path))
        if not path.exists():
            self.send_error(404)
            return
        content = path.read_bytes()
        start = int(requested[len("bytes=") : -1]) if requested else 0
        self.send_response(206 if requested else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : self.stop_after])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that has the file `GOOD`."""
    monkeypatch.setattr(ReleaseServer, "ranges", [])
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / GOOD.name).write_bytes(CONTENT)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(ReleaseServer, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "model"


def test_the_model_arrives_with_the_settings_of_its_release(address: str, folder: Path) -> None:
    fetch(folder, released(GOOD), address)
    assert (folder / GOOD.name).read_bytes() == CONTENT
    assert json.loads((folder / "model.json").read_text())["lm_alpha"] == 0.931289
    assert json.loads((folder / "model.json").read_text())["sha256"] == {GOOD.name: GOOD.digest}
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", GOOD.name]


def test_a_gigabyte_that_is_there_already_is_not_fetched_again(address: str, folder: Path) -> None:
    fetch(folder, released(GOOD), address)
    ReleaseServer.ranges.clear()
    fetch(folder, released(GOOD), address)
    assert ReleaseServer.ranges == []


def test_a_damaged_file_from_earlier_is_replaced(address: str, folder: Path) -> None:
    folder.mkdir()
    (folder / GOOD.name).write_bytes(CONTENT[:-1] + b"x")
    fetch(folder, released(GOOD), address)
    assert (folder / GOOD.name).read_bytes() == CONTENT


def test_an_interrupted_download_continues_where_it_stopped(
    address: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as interruption:
        interruption.setattr(ReleaseServer, "stop_after", 400_000)
        with pytest.raises(FetchFailed, match=f"{GOOD.name}.*again"):
            fetch(folder, released(GOOD), address)
    assert not (folder / GOOD.name).exists()
    received = (folder / f"{GOOD.name}.part").stat().st_size
    assert received == 400_000
    fetch(folder, released(GOOD), address)
    assert ReleaseServer.ranges[-1] == f"bytes={received}-"
    assert (folder / GOOD.name).read_bytes() == CONTENT


def test_a_model_that_was_changed_on_the_way_is_never_used(address: str, folder: Path) -> None:
    expected = replace(GOOD, digest="0" * 64)
    with pytest.raises(FetchFailed, match=f"(?s)is not the file that was released.*{GOOD.digest}"):
        fetch(folder, released(expected), address)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("file", [replace(GOOD, size=len(CONTENT) + 1), replace(GOOD, size=len(CONTENT) - 1)])
def test_a_file_of_the_wrong_length_is_never_used(address: str, folder: Path, file: ReleasedFile) -> None:
    with pytest.raises(FetchFailed):
        fetch(folder, released(file), address)
    assert not (folder / GOOD.name).exists()


def test_a_release_that_cannot_be_reached_names_the_address_and_a_way_out(folder: Path) -> None:
    with pytest.raises(FetchFailed, match=r"http://127\.0\.0\.1:9/some\.pbmm cannot be downloaded.*proxy.*elsewhere"):
        fetch(folder, released(GOOD), "http://127.0.0.1:9")


def test_a_release_that_is_gone_says_so(address: str, folder: Path) -> None:
    with pytest.raises(FetchFailed, match="404"):
        fetch(folder, released(replace(GOOD, name="other.pbmm")), address)


@pytest.mark.parametrize("content", [CONTENT, CONTENT[:-1] + b"x"])
def test_a_file_with_an_md5_is_checked_and_gets_a_sha256(address: str, folder: Path, content: bytes) -> None:
    """For Mandarin, only MD5 is published."""
    file = ReleasedFile(GOOD.name, len(content), hashlib.md5(content).hexdigest(), "md5")  # noqa: S324
    if content != CONTENT:
        with pytest.raises(FetchFailed, match=f"(?s)is not the file that was released.*md5 {file.digest}; got .* md5"):
            fetch(folder, released(file), address)
        return
    fetch(folder, released(file), address)
    assert json.loads((folder / "model.json").read_text())["sha256"] == {GOOD.name: GOOD.digest}


def test_the_official_files_are_those_that_mozilla_released() -> None:
    assert {language: [(file.name, file.size) for file in model.files] for language, model in MODELS.items()} == {
        "en": [("deepspeech-0.9.3-models.pbmm", 188_915_987), ("deepspeech-0.9.3-models.scorer", 953_363_776)],
        "zh-CN": [
            ("deepspeech-0.9.3-models-zh-CN.pbmm", 190_777_619),
            ("deepspeech-0.9.3-models-zh-CN.scorer", 67_141_744),
        ],
    }
    for model in MODELS.values():
        assert all(len(bytes.fromhex(file.digest)) == hashlib.new(file.algorithm).digest_size for file in model.files)
