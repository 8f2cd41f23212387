"""The marks of all tests, and the S3 servers on which the tests of storage run."""

from __future__ import annotations

import atexit
import inspect
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import s3_differences

if TYPE_CHECKING:
    from tests.support.s3_servers import S3Server

# Airflow reads its configuration when it is first imported, so these variables are set before any test file is
# imported. Without them, all processes of tests share the database in the user's home directory.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW_CONN_AWS_DEFAULT"] = "aws://"
atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)

TESTS = Path(__file__).parent

#: Marks of folders and files whose tests start a stack or S3 servers, open a browser or run containers.
MARKS = {
    "integration": pytest.mark.integration,
    "rehearsal": pytest.mark.integration,
    "s3_servers": pytest.mark.s3_servers,
    "s3_servers/test_whole_run.py": pytest.mark.integration,
    "versions": pytest.mark.integration,
    "integration/test_browser.py": pytest.mark.browser,
    "plugins/test_correction_browser.py": pytest.mark.browser,
    "plugins/test_firefox.py": pytest.mark.browser,
    "plugins/test_recording_browser.py": pytest.mark.browser,
    "integration/test_pages.py": pytest.mark.browser,
    "integration/test_deployers_machine.py": pytest.mark.container,
    "integration/test_image.py": pytest.mark.container,
    "integration/test_trainer_image.py": pytest.mark.container,
    "standin/execution/test_container_runner.py": pytest.mark.container,
}

#: Folders and files whose tests run on every S3 server if they use a bucket: on the stand-in, and on each server of
#: `s3_differences.SERVERS`. A test that takes the fixture `aws` causes faults or counts calls, so it runs on the
#: stand-in only.
ON_EVERY_S3_SERVER = (
    "dags/finish",
    "dags/plan/test_existing_transcripts.py",
    "dags/plan/test_run_planning.py",
    "dags/plan/test_transcript_fingerprint.py",
    "dags/shared/test_bucket.py",
    "dags/shared/test_manifest_store.py",
    "dags/test_newer_run.py",
    "standin/s3/test_conditions.py",
    "standin/s3/test_keys.py",
    "transcriber/model/test_bucket_model.py",
    "transcriber/shard/test_resume.py",
    "transcriber/shard/test_run_shard.py",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat tests of `ON_EVERY_S3_SERVER` for each S3 server."""
    uses_bucket = "other_s3" in metafunc.fixturenames
    takes_standin = "aws" in inspect.signature(metafunc.function).parameters
    if uses_bucket and not takes_standin and _lies_in(metafunc.definition.path, *ON_EVERY_S3_SERVER):
        others = [pytest.param(server, marks=pytest.mark.s3_servers) for server in s3_differences.SERVERS]
        metafunc.parametrize("other_s3", [pytest.param(None, id="standin"), *others], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in `MARKS` and the expected failures, and let the integration tests start first."""
    for test in items:
        for place, mark in MARKS.items():
            if _lies_in(test.path, place):
                test.add_marker(mark)
        if reason := s3_differences.failure_reason(test.name):
            test.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    items.sort(key=lambda test: test.get_closest_marker("integration") is None)


def _lies_in(path: Path, *places: str) -> bool:
    """Return whether a file is one of `places`, or is in one of these folders; `places` are paths below `tests/`."""
    name = path.relative_to(TESTS).as_posix()
    return any(name == place or name.startswith(f"{place}/") for place in places)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], S3Server]]:
    """Yield a function that returns the S3 server with a name. Each server starts when it is first used."""
    from tests.support import s3_servers  # noqa: PLC0415  (other tests need no boto3)

    running: dict[str, S3Server] = {}

    def get(name: str) -> S3Server:
        if name not in running:
            running[name] = s3_servers.START[name](tmp_path_factory.mktemp(name))
        return running[name]

    yield get
    for server in running.values():
        server.end()


@pytest.fixture
def other_s3(
    request: pytest.FixtureRequest, s3_server: Callable[[str], S3Server], monkeypatch: pytest.MonkeyPatch
) -> S3Server | None:
    """Return the S3 server that this test uses instead of the stand-in, or `None`.

    New S3 clients of this process and of its child processes connect to the server. Clients of other services still
    connect to the stand-in.
    """
    name: Any = getattr(request, "param", None)
    if name is None:
        return None
    server = s3_server(name)
    for variable, value in server.environment.items():
        monkeypatch.setenv(variable, value)
    return server
