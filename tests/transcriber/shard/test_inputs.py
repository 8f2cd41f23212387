"""Downloads run ahead of their use, within bounds, and end when nobody wants them any more."""

from __future__ import annotations

import errno
import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Union

import pytest

from tests.support.transcriber.shard_bucket import RECIPE, RUN, Bucket, Run
from tests.support.transcriber.wav_files import Clip
from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import Unheard, Utterance
from transcriber.shard import inputs
from transcriber.shard.inputs import Inputs
from transcriber.shard.store import Store
from transcriber.workers.engine_pool import ParallelEngine
from transcription.contract import keys
from transcription.contract.errors import DiskFailed, ShardIncomplete, StorageFailed
from transcription.contract.manifest import Item, Shard
from transcription.contract.options import Options
from transcription.contract.result import Model

BLOCK = 2**16
MODEL = Model("none", "0" * 64)


class Shelf:
    """A bucket whose files hold their number, as often as they are long; it looks at what lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: The most bytes and the most files that lay there at a time.
        self.most_bytes = 0
        self.most_files = 0
        #: Set when the first block was written.
        self.is_busy = threading.Event()
        self._lock = threading.Lock()

    def result(self, run: str, item: Item) -> None:
        """Nothing was done before."""

    def download(self, item: Item) -> Iterator[bytes]:
        for start in range(0, item.size, BLOCK):
            yield bytes([item.number % 256]) * min(BLOCK, item.size - start)
            self._look()
            self.is_busy.set()

    def _look(self) -> None:
        with self._lock:
            sizes = []
            for each in self.folder.iterdir():
                with suppress(FileNotFoundError):  # removed meanwhile
                    sizes.append(each.stat().st_size)
            self.most_bytes = max(self.most_bytes, sum(sizes))
            self.most_files = max(self.most_files, len(sizes))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def shard(*sizes: int) -> Shard:
    items = [Item(number, f"input/{number}.wav", "ab", size) for number, size in enumerate(sizes)]
    return Shard(RUN, 0, Options(), tuple(items), RECIPE)


def begin(store: Any, work: Shard, folder: Path) -> Inputs:
    return Inputs(store, work, MODEL, folder)


def use_slowly(files: Inputs) -> None:
    """Remove each file when all that may lie beside it does."""
    for each in files:
        for _, download in files._ahead:
            download.result()
        assert each.path is not None
        each.path.unlink()


def threads(name: str) -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith(name)]


def test_files_come_in_the_order_of_the_shard_whole_and_with_their_digest(shelf: Shelf) -> None:
    work = shard(*(BLOCK * (number * 7 % 11) + 1 for number in range(50)))
    given = []
    with begin(shelf, work, shelf.folder) as files:
        for each in files:
            assert each.path is not None
            content = each.path.read_bytes()
            assert content == bytes([each.item.number]) * each.item.size
            assert each.sha256 == hashlib.sha256(content).hexdigest()
            each.path.unlink()
            given.append(each.item)
    assert given == list(work.items)
    assert list(shelf.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("sizes", "bound"),
    [
        ([BLOCK * 4] * 30, BLOCK * 10),
        ([BLOCK * 3, BLOCK * 20, BLOCK * 3] * 5, BLOCK * 20),  # the long ones are longer than the bound
        ([BLOCK * 9, BLOCK, BLOCK * 9, BLOCK] * 5, BLOCK * 10),
    ],
)
def test_the_disk_holds_no_more_than_the_bound_or_one_file(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, sizes: list[int], bound: int
) -> None:
    """A machine has one small disk for all children on it; nothing used to be deleted before the end."""
    monkeypatch.setattr(inputs, "_BYTES", BLOCK * 10)
    with begin(shelf, shard(*sizes), shelf.folder) as files:
        use_slowly(files)
    assert max(sizes) <= shelf.most_bytes <= bound


def test_thousands_of_small_files_do_not_pile_up_either(shelf: Shelf) -> None:
    with begin(shelf, shard(*[1] * 1000), shelf.folder) as files:
        use_slowly(files)
    assert shelf.most_files == 16


def test_the_next_files_are_fetched_while_one_is_heard(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise every core waits for S3 between two files."""
    together = threading.Barrier(3, timeout=30)

    def download(item: Item) -> Iterator[bytes]:
        together.wait()
        yield b"x"

    monkeypatch.setattr(shelf, "download", download)
    with begin(shelf, shard(1, 1, 1), shelf.folder) as files:
        assert next(iter(files)).path is not None


def test_leaving_breaks_off_a_download_of_any_length(shelf: Shelf) -> None:
    """A Spot machine goes two minutes after it said so; a download of gigabytes must not hold up the end."""
    size = 2**28
    with begin(shelf, shard(size), shelf.folder):
        assert shelf.is_busy.wait(30)
    assert threads("download") == []
    assert (shelf.folder / "0.wav").stat().st_size < size


class Reclaimed(ParallelEngine):
    """Hears one segment; then SIGTERM comes."""

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Union[Utterance, Unheard]]:
        yield next(super().transcribe(segments))
        raise SystemExit(143)


def test_a_child_that_ends_early_leaves_no_file_and_no_thread(
    bucket: Bucket, run: Run, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.plan({f"input/{number}.wav": clip.data for number in range(30)})
    monkeypatch.setattr("transcriber.selection.engine_selection.ParallelEngine", Reclaimed)
    with pytest.raises(SystemExit):
        run()  # it looks for temporary files
    assert threads("download") + threads("upload") == []


def test_a_full_disk_fails_one_file_and_what_was_written_of_it_makes_room_again(shelf: Shelf) -> None:
    (shelf.folder / "1.wav").symlink_to("/dev/full")
    found = []
    with begin(shelf, shard(BLOCK, BLOCK, BLOCK), shelf.folder) as files:
        for each in files:
            found.append(each)
            if each.path is not None:
                each.path.unlink()
    assert [type(each.error) for each in found] == [type(None), DiskFailed, type(None)]
    assert "No space left on device" in str(found[1].error)
    assert "input/1.wav" in str(found[1].error)
    assert list(shelf.folder.iterdir()) == []


def test_an_input_that_s3_does_not_give_leaves_nothing_on_the_disk(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(item: Item) -> Iterator[bytes]:
        yield b"the beginning"
        raise StorageFailed("no more")

    monkeypatch.setattr(shelf, "download", refuse)
    with begin(shelf, shard(100), shelf.folder) as files:
        [found] = files
    assert isinstance(found.error, StorageFailed)
    assert list(shelf.folder.iterdir()) == []


def test_the_neighbours_of_a_file_that_finds_no_room_are_done(
    bucket: Bucket, run: Run, clip: Clip, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    bucket.plan({f"input/{name}.wav": clip.data for name in "abc"})
    download = Store.download

    def fill(store: Store, item: Item) -> Iterator[bytes]:
        if item.key == "input/b.wav":
            raise OSError(errno.ENOSPC, "No space left on device")
        return download(store, item)

    monkeypatch.setattr(Store, "download", fill)
    with pytest.raises(ShardIncomplete, match=r"1 of 3 files.*input/b\.wav"):
        run()
    assert bucket.keys("output/") == ["output/a", "output/a.json", "output/c", "output/c.json"]
    assert bucket.keys(keys.RunKeys(RUN).results) == [keys.RunKeys(RUN).result(number) for number in (0, 2)]
    assert any("input/b.wav not done: [DISK_FAILED]" in each.getMessage() for each in caplog.records)
