"""Inputs are downloaded ahead of their use, within bounds, until the downloads are closed."""

from __future__ import annotations

import errno
import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.transcriber.shard_bucket import RECIPE, RUN, Bucket, Run
from tests.support.transcriber.wav_files import Clip
from transcriber.audio.segmentation import Segment
from transcriber.engines.utterance import Answer
from transcriber.shard import input_downloads
from transcriber.shard.input_downloads import InputDownloads
from transcriber.shard.store import Store
from transcriber.workers.engine_pool import EnginePool
from transcription.contract.errors import DiskFailed, ShardIncomplete, StorageFailed
from transcription.contract.manifest import Item, Shard
from transcription.contract.options import Options
from transcription.contract.result import Model
from transcription.contract.run_keys import RunKeys

BLOCK = 2**16
MODEL = Model("none", "0" * 64)


class FakeStore:
    """A bucket whose files repeat their own number; after each block it measures what `folder` holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: The most bytes and the most files that were in the folder at a time.
        self.most_bytes = 0
        self.most_files = 0
        #: Set when the first block was written.
        self.has_started = threading.Event()
        self._lock = threading.Lock()

    def result(self, run: str, item: Item) -> None:
        """Return `None`: no file has an earlier result."""

    def download(self, item: Item) -> Iterator[bytes]:
        for start in range(0, item.size, BLOCK):
            yield bytes([item.number % 256]) * min(BLOCK, item.size - start)
            self._measure_folder()
            self.has_started.set()

    def _measure_folder(self) -> None:
        with self._lock:
            sizes = []
            for path in self.folder.iterdir():
                with suppress(FileNotFoundError):  # deleted meanwhile
                    sizes.append(path.stat().st_size)
            self.most_bytes = max(self.most_bytes, sum(sizes))
            self.most_files = max(self.most_files, len(sizes))


@pytest.fixture
def store(tmp_path: Path) -> FakeStore:
    return FakeStore(tmp_path)


def shard_of(*sizes: int) -> Shard:
    """A shard of files with these sizes in bytes."""
    items = [Item(number, f"input/{number}.wav", "ab", size) for number, size in enumerate(sizes)]
    return Shard(RUN, 0, Options(), tuple(items), RECIPE)


def downloads_of(store: Any, shard: Shard, folder: Path) -> closing[InputDownloads]:
    return closing(InputDownloads(store, shard, MODEL, folder))


def use_slowly(files: InputDownloads) -> None:
    """Delete each file only when all the downloads that run ahead of it have ended."""
    for file in files:
        for _, download in files._ahead:
            download.result()
        assert file.path is not None
        file.path.unlink()


def threads(name: str) -> list[str]:
    """The names of the running threads that start with `name`."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(name)]


def test_files_come_in_the_order_of_the_shard_whole_and_with_their_digest(store: FakeStore) -> None:
    shard = shard_of(*(BLOCK * (number * 7 % 11) + 1 for number in range(50)))
    received = []
    with downloads_of(store, shard, store.folder) as files:
        for file in files:
            assert file.path is not None
            content = file.path.read_bytes()
            assert content == bytes([file.item.number]) * file.item.size
            assert file.sha256 == hashlib.sha256(content).hexdigest()
            file.path.unlink()
            received.append(file.item)
    assert received == list(shard.items)
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("sizes", "bound"),
    [
        ([BLOCK * 4] * 30, BLOCK * 10),
        ([BLOCK * 3, BLOCK * 20, BLOCK * 3] * 5, BLOCK * 20),  # the large files exceed the bound
        ([BLOCK * 9, BLOCK, BLOCK * 9, BLOCK] * 5, BLOCK * 10),
    ],
)
def test_the_disk_holds_no_more_than_the_bound_or_one_file(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch, sizes: list[int], bound: int
) -> None:
    """All children on a machine share one small disk; once, nothing was deleted before the end."""
    monkeypatch.setattr(input_downloads, "_BYTES", BLOCK * 10)
    with downloads_of(store, shard_of(*sizes), store.folder) as files:
        use_slowly(files)
    assert max(sizes) <= store.most_bytes <= bound


def test_no_more_than_16_small_files_are_on_the_disk(store: FakeStore) -> None:
    with downloads_of(store, shard_of(*[1] * 1000), store.folder) as files:
        use_slowly(files)
    assert store.most_files == 16


def test_the_next_files_are_downloaded_while_one_is_transcribed(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise every core waits for S3 between two files."""
    together = threading.Barrier(3, timeout=30)

    def download(item: Item) -> Iterator[bytes]:
        together.wait()
        yield b"x"

    monkeypatch.setattr(store, "download", download)
    with downloads_of(store, shard_of(1, 1, 1), store.folder) as files:
        assert next(iter(files)).path is not None


def test_closing_breaks_off_a_download_of_any_length(store: FakeStore) -> None:
    """AWS reclaims a Spot machine two minutes after the warning; a download of gigabytes must not delay the end."""
    size = 2**28
    with downloads_of(store, shard_of(size), store.folder):
        assert store.has_started.wait(30)
    assert threads("download") == []
    assert (store.folder / "0.wav").stat().st_size < size


class TerminatedEngine(EnginePool):
    """Transcribes one segment; then SIGTERM arrives."""

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        yield next(super().transcribe(segments))
        raise SystemExit(143)


def test_a_child_that_is_terminated_leaves_no_file_and_no_thread(
    bucket: Bucket, run: Run, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.plan({f"input/{number}.wav": clip.data for number in range(30)})
    monkeypatch.setattr("transcriber.selection.engine_selection.EnginePool", TerminatedEngine)
    with pytest.raises(SystemExit):
        run()  # the fixture looks for temporary files
    assert threads("download") + threads("upload") == []


def test_a_full_disk_fails_one_file_and_its_remains_are_deleted(store: FakeStore) -> None:
    (store.folder / "1.wav").symlink_to("/dev/full")
    received = []
    with downloads_of(store, shard_of(BLOCK, BLOCK, BLOCK), store.folder) as files:
        for file in files:
            received.append(file)
            if file.path is not None:
                file.path.unlink()
    assert [type(file.error) for file in received] == [type(None), DiskFailed, type(None)]
    assert "No space left on device" in str(received[1].error)
    assert "input/1.wav" in str(received[1].error)
    assert list(store.folder.iterdir()) == []


def test_a_download_that_fails_leaves_nothing_on_the_disk(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(item: Item) -> Iterator[bytes]:
        yield b"the beginning"
        raise StorageFailed("no more")

    monkeypatch.setattr(store, "download", break_off)
    with downloads_of(store, shard_of(100), store.folder) as files:
        [file] = files
    assert isinstance(file.error, StorageFailed)
    assert list(store.folder.iterdir()) == []


def test_a_file_that_does_not_fit_on_the_disk_does_not_stop_its_neighbours(
    bucket: Bucket, run: Run, clip: Clip, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    bucket.plan({f"input/{name}.wav": clip.data for name in "abc"})
    download = Store.download

    def download_or_fail(store: Store, item: Item) -> Iterator[bytes]:
        if item.key == "input/b.wav":
            raise OSError(errno.ENOSPC, "No space left on device")
        return download(store, item)

    monkeypatch.setattr(Store, "download", download_or_fail)
    with pytest.raises(ShardIncomplete, match=r"1 of 3 files.*input/b\.wav"):
        run()
    assert bucket.keys("output/") == ["output/a", "output/a.json", "output/c", "output/c.json"]
    assert bucket.keys(RunKeys(RUN).results) == [RunKeys(RUN).result(number) for number in (0, 2)]
    assert any("input/b.wav not done: [DISK_FAILED]" in message for message in caplog.messages)
