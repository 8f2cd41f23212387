"""No process outlives its attempt or its server, even a server that was killed."""

from __future__ import annotations

import ctypes
import importlib.metadata
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from standin import __main__ as program
from tests.support.standin.standin_server import LIMIT, Batch, LocalAws, alive, make_batch, wait_for

#: A process, its child, and a grandchild that left the session and lost its parent. Each prints its id.
FAMILY = r"""
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
ready, tell = os.pipe()

def present():
    os.write(1, f"pid {os.getpid()}\n".encode())
    os.write(tell, b".")

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        present()
        time.sleep(600)
    present()
    os._exit(0)
if os.fork() == 0:
    present()
    time.sleep(600)
present()
for _ in range(4):
    os.read(ready, 1)
os.write(1, b"complete\n")
time.sleep(float(sys.argv[1]))
"""


def start_family(batch: Batch, seconds: int = 600) -> str:
    return batch.submit(["python", "-c", FAMILY, str(seconds)])


def family_of(batch: Batch, job_id: str) -> list[int]:
    """Return the process ids of a running family."""
    pids = [int(line.split()[1]) for line in batch.prints(job_id, "complete").splitlines() if line.startswith("pid")]
    assert len(pids) == 4
    return pids


def all_gone(pids: list[int]) -> bool:
    return not any(alive(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_job_outlives_the_server_however_it_ends(start_aws: Callable[..., LocalAws], number: signal.Signals) -> None:
    aws = start_aws()
    batch = make_batch(aws)
    pids = family_of(batch, start_family(batch))
    code = aws.stop(number)
    if number is signal.SIGKILL:
        wait_for(lambda: all_gone(pids), "the end of the job of a killed server")
    else:
        assert code == 0
        assert all_gone(pids)
        assert [path.name for path in aws.state.iterdir()] == ["logs"]


def test_the_server_ends_even_if_another_thread_gets_the_signal(start_aws: Callable[..., LocalAws]) -> None:
    process = start_aws().process
    (thread, *_) = {int(task.name) for task in Path(f"/proc/{process.pid}/task").iterdir()} - {process.pid}
    assert ctypes.CDLL(None).tgkill(process.pid, thread, signal.SIGTERM) == 0
    assert process.wait(LIMIT) == 0


def test_a_reclaimed_attempt_leaves_no_process(batch: Batch, aws: LocalAws) -> None:
    job_id = start_family(batch)
    pids = family_of(batch, job_id)
    aws.order(kind="spot_reclaim")
    batch.ends(job_id)
    assert all_gone(pids)


def test_processes_that_a_command_left_end_with_it_as_in_a_container(batch: Batch) -> None:
    job_id = start_family(batch, seconds=0)
    assert batch.ends(job_id)["container"]["exitCode"] == 0
    assert all_gone(family_of(batch, job_id))


def test_an_attempt_has_a_folder_of_its_own_which_is_removed_with_it(batch: Batch, aws: LocalAws) -> None:
    code = "import os, tempfile; open('here', 'w'); tempfile.mkstemp(); print(os.getcwd(), tempfile.gettempdir())"
    first, second = batch.python(code), batch.python(code)
    folders = set()
    for job_id in (first, second):
        batch.ends(job_id)
        folder, temporary = batch.prints(job_id, "\n").split()
        assert folder.startswith(str(aws.state))
        assert temporary.startswith(folder)
        folders.add(folder)
    assert len(folders) == 2
    assert not any(path.is_dir() for path in (aws.state / "tmp").iterdir())


def test_the_server_refuses_another_version_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "5.3.0")
    with pytest.raises(SystemExit, match=r"moto 5\.3\.0 is installed, but standin replaces parts of moto 5\.2\.5"):
        program._check_moto_version()
