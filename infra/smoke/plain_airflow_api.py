"""The REST API of an Airflow that is not on MWAA, in the form in which the smoke test calls it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import urllib3

from infra.smoke.airflow_api import Answer
from infra.smoke.errors import AirflowRefused

_FIRST_ERROR = 400
#: How long Airflow may take to answer, in seconds.
_LIMIT = 60.0


class PlainAirflowApi:
    """The REST API v2 of an Airflow.

    Args:
        address: The address of Airflow, such as `https://airflow.example.org`.
        token: A token that Airflow accepts.
    """

    def __init__(self, address: str, token: str) -> None:
        self._address = f"{address.rstrip('/')}/api/v2"
        self._headers = {"Authorization": f"Bearer {token}"}

    def call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Answer | None = None
    ) -> Answer:
        """Return the JSON of the answer. See `infra.smoke.airflow_api.AirflowApi`."""
        url = f"{self._address}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            response = urllib3.request(
                method, url, json=body, headers=self._headers, timeout=_LIMIT, retries=False, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise AirflowRefused(f"{method} {url}: {error}") from error
        if response.status >= _FIRST_ERROR:
            raise AirflowRefused(f"{method} {url}: {response.status} {response.data.decode(errors='replace')}")
        answer: Answer = response.json() if response.data else {}
        return answer
