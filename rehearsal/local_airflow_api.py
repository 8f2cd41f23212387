"""The REST API of the rehearsal's Airflow, in the form in which the smoke test calls the one of MWAA."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from infra.smoke.airflow_api import Answer
from infra.smoke.errors import AirflowRefused


class LocalAirflowApi:
    """The REST API behind a client whose requests Airflow accepts."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Answer | None = None
    ) -> Answer:
        """Return the JSON of the answer. See `infra.smoke.airflow_api.AirflowApi`."""
        response = self._client.request(method, path, params=dict(query or {}), json=body)
        if response.is_error:
            raise AirflowRefused(f"{method} {path}: {response.text}")
        answer: Answer = response.json() if response.content else {}
        return answer
