"""Clients of AWS for the programs that look into an account: the preflight and the smoke test."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config


def make_clients(session: boto3.Session) -> Callable[[str], Any]:
    """Return a function that returns the client of a service.

    Args:
        session: The session with credentials and region.
    """
    config = Config(
        retries={"mode": "standard", "max_attempts": 3},
        connect_timeout=10,
        read_timeout=60,
        # A server on this machine has one host name for all services.
        inject_host_prefix="AWS_ENDPOINT_URL" not in os.environ,
    )
    return lambda service: session.client(service, config=config)  # type: ignore[call-overload]
