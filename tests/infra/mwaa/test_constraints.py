"""The copies of Airflow's constraint files: each version has one, and a command downloads them again."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.mwaa import airflow_versions, constraints
from infra.mwaa.requirements import read
from local.paths import ROOT

CONSTRAINTS = b"boto3==1.42.84\npandas==2.3.3\n"


@pytest.fixture
def constraints_address() -> Iterator[str]:
    """Start a server and return the address of its constraint file."""

    class ConstraintsHandler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CONSTRAINTS)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), ConstraintsHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/constraints-3.12.txt"
        server.shutdown()


def test_each_version_that_can_be_deployed_has_a_copy() -> None:
    assert tuple(constraints.RELEASES) == airflow_versions.VERSIONS
    for version in airflow_versions.VERSIONS:
        assert len(read(constraints.copy(version))) > 600


@pytest.mark.parametrize("version", airflow_versions.VERSIONS)
def test_a_copy_has_the_pins_of_mwaas_image(version: str) -> None:
    copied = {line.text for line in read(constraints.copy(version))}
    lines = (line.text.replace("[aiobotocore]", "") for line in read(ROOT / "locks" / f"mwaa-{version}.in"))
    pinned = {line for line in lines if "==" in line}  # requirements.txt installs the others
    assert {"apache-airflow", "apache-airflow-providers-amazon", "boto3"} <= {line.split("==")[0] for line in pinned}
    assert pinned - copied == set()


@pytest.mark.parametrize("version", airflow_versions.VERSIONS)
def test_the_first_lines_of_a_copy_name_its_address(version: str) -> None:
    assert constraints.address(version) in "".join(constraints.copy(version).read_text().splitlines()[:2])


def test_the_command_saves_the_published_file_with_its_address(
    constraints_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constraints, "LOCKS", tmp_path)
    monkeypatch.setattr(constraints, "address", lambda version: constraints_address)
    monkeypatch.setattr("sys.argv", ["constraints"])
    constraints.main()
    assert constraints.copy("3.2.1").read_bytes() == f"# From {constraints_address}\n".encode() + CONSTRAINTS
