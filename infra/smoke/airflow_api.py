"""Airflow's REST API v2, as the smoke test uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import ClientError

from infra.smoke.errors import AirflowRefused

Answer = Mapping[str, Any]


class AirflowApi(Protocol):
    """A way to call Airflow's REST API. Paths begin after `/api/v2`."""

    def call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Answer | None = None
    ) -> Answer:
        """Return the JSON of the answer, or nothing if the answer has no content.

        Raises:
            AirflowRefused: Airflow answered with an error.
        """


class MwaaApi:
    """The REST API of an MWAA environment, through `InvokeRestApi`.

    Args:
        mwaa: A client of MWAA.
        environment: The name of the environment.
    """

    def __init__(self, mwaa: Any, environment: str) -> None:
        self._mwaa, self._environment = mwaa, environment

    def call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Answer | None = None
    ) -> Answer:
        """Return the JSON of the answer. See `AirflowApi`."""
        arguments = {name: value for name, value in (("QueryParameters", query), ("Body", body)) if value is not None}
        try:
            answer = self._mwaa.invoke_rest_api(Name=self._environment, Method=method, Path=path, **arguments)
        except ClientError as error:
            raise AirflowRefused(f"{method} {path}: {error.response.get('RestApiResponse', error)}") from error
        response: Answer = answer.get("RestApiResponse") or {}
        return response
