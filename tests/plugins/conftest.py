"""Fixtures of the tests of the pages: the application, users with the roles of Airflow, and a bucket."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from airflow import settings
from airflow.api_fastapi.app import create_auth_manager, purge_cached_app
from airflow.models import import_all_models
from airflow.models.base import Base
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from local.aws_client import aws_environment
from local.resources import UPLOADS
from tests.dags.conftest import aws, bucket, clients, shared_aws  # noqa: F401 - pytest finds the fixtures here
from tests.support.pipeline.chromium import open_browser
from tests.support.plugins.airflow_runs import remove_runs
from tests.support.plugins.browser_client import PREFIX, BrowserClient
from tests.support.plugins.filled_site import fill_site
from tests.support.plugins.recording_browser import PageServer, open_recording
from tests.support.plugins.silent_audio import put_audio
from tests.support.plugins.transcripts import THREE_SEGMENTS, transcript_document, write_transcript
from tests.support.standin.standin_server import LocalAws
from transcript_pages.app import make_app
from transcription.shared.bucket import Bucket

#: Airflow's keys for signatures, as long as its algorithm recommends.
SIGNING_KEY = "k" * 64


@pytest.fixture(scope="session", autouse=True)
def database(clients: None) -> None:  # noqa: F811
    """Create the tables of Airflow's database, in which Airflow looks for logins that ended."""
    import_all_models()
    Base.metadata.create_all(settings.engine)


@pytest.fixture
def app(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:  # noqa: F811
    """Yield the application of the pages, for the bucket of the test and Airflow's simple auth manager."""
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__BUCKET", bucket.name)
    monkeypatch.setenv("AIRFLOW__API__SECRET_KEY", SIGNING_KEY)
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", SIGNING_KEY)
    create_auth_manager().init()
    yield make_app()
    purge_cached_app()


@pytest.fixture
def visit(app: FastAPI) -> Callable[[str], BrowserClient]:
    """Return a function that makes a client for a user with a role: `viewer`, `user`, `op`, `admin`; empty: nobody."""
    return lambda role: BrowserClient(TestClient(app, root_path=PREFIX, follow_redirects=False), role)


@pytest.fixture
def viewer(visit: Callable[[str], BrowserClient]) -> BrowserClient:
    """Return the client of a user who may look only."""
    return visit("viewer")


@pytest.fixture
def editor(visit: Callable[[str], BrowserClient]) -> BrowserClient:
    """Return the client of a user who may change recordings and start runs."""
    return visit("user")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def module_bucket(shared_aws: LocalAws) -> Iterator[Bucket]:  # noqa: F811
    """The bucket of all tests of this module, because a server of the pages has one bucket."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws_environment(shared_aws.endpoint).items():
            patch.setenv(name, value)
        bucket = Bucket(f"bucket-{uuid.uuid4().hex}")
        bucket.client.create_bucket(Bucket=bucket.name)
        bucket.client.put_bucket_cors(Bucket=bucket.name, CORSConfiguration=UPLOADS)
        patch.setenv("AIRFLOW__TRANSCRIPTION__BUCKET", bucket.name)
        patch.setenv("AIRFLOW__API__SECRET_KEY", SIGNING_KEY)
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", SIGNING_KEY)
        create_auth_manager().init()
        yield bucket
        purge_cached_app()


@pytest.fixture(scope="module")
def server(module_bucket: Bucket) -> Iterator[PageServer]:
    """The server of the pages."""
    assert os.environ["AIRFLOW__TRANSCRIPTION__BUCKET"] == module_bucket.name
    server = PageServer()
    yield server
    server.kill()


@pytest.fixture
def name(module_bucket: Bucket) -> str:
    """The name of a new recording with a transcript of three segments."""
    name = f"calls/{uuid.uuid4().hex} #1"
    write_transcript(module_bucket, name, transcript_document(name, THREE_SEGMENTS, formats=("srt",)))
    put_audio(module_bucket, name, 15)
    return name


@pytest.fixture
def page(browser: Browser, server: PageServer, name: str) -> Iterator[Page]:
    """The page of the recording, opened by Ann."""
    page = open_recording(browser, server, name)
    yield page
    page.context.close()


@pytest.fixture
def bobs_page(browser: Browser, server: PageServer, name: str) -> Iterator[Page]:
    """The same page, opened by Bob on another computer."""
    page = open_recording(browser, server, name, user="bob")
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def site(module_bucket: Bucket, shared_aws: LocalAws, server: PageServer) -> Iterator[str]:  # noqa: F811
    """Fill every page, and return the address of the pages."""
    fill_site(module_bucket, shared_aws)
    yield f"{server.url}{PREFIX}/"
    remove_runs()
