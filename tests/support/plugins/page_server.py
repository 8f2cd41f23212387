"""The pages in a server process of their own, without Airflow: `python -m tests.support.plugins.page_server PORT`.

The process needs the environment of the tests: Airflow's home, the bucket, the stand-in for AWS and the signing keys.
"""

from __future__ import annotations

import sys

import uvicorn
from airflow.api_fastapi.app import create_auth_manager
from fastapi import FastAPI

from transcript_pages.app import make_app

PREFIX = "/transcripts"


def main(port: int) -> None:
    """Serve the pages on this machine until the process is killed."""
    create_auth_manager().init()
    airflow = FastAPI()
    airflow.mount(PREFIX, make_app())
    uvicorn.run(airflow, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
