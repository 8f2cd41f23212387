"""The users of the pages, and the rights that routes need: those on the DAG `transcribe_audio`.

Each right is a FastAPI dependency. Airflow's auth manager decides. If Airflow's modules cannot be imported, nobody has
any right.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Annotated, Any

from airflow.configuration import conf
from fastapi import Depends, Request

log = logging.getLogger(__name__)

DAG_ID = "transcribe_audio"
#: Airflow's cookie with the token of the login.
_TOKEN_COOKIE = "_token"  # noqa: S105 - the name of the cookie


class LoginNeeded(Exception):
    """Raised when a request has no valid login."""


class AccessRefused(Exception):
    """Raised when a user lacks the right that a route needs.

    Args:
        right: what the user may not do, for the message.
    """

    def __init__(self, right: str) -> None:
        super().__init__(f"You may not {right}. Ask the people who manage your Airflow for a role that may.")


@dataclass(frozen=True)
class User:
    """The user who sent a request."""

    #: The identifier in Airflow; it never changes.
    id: str
    #: The name for people.
    name: str
    #: The user as Airflow's auth manager describes it.
    account: Any


async def current_user(request: Request) -> User:
    """Return the user who sent the request.

    Raises:
        LoginNeeded: the request has no valid login.
        AccessRefused: Airflow's modules cannot be imported.
    """
    account = getattr(request.state, "user", None) or await _account(_token(request))
    return User(str(account.get_id()), account.get_name(), account)


def _token(request: Request) -> str:
    """Return the token of the login: from the header `Authorization`, or else from Airflow's cookie.

    Raises:
        LoginNeeded: the request has neither.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    token = credentials.strip() if scheme.lower() == "bearer" else request.cookies.get(_TOKEN_COOKIE, "")
    if not token:
        raise LoginNeeded
    return token


async def _account(token: str) -> Any:
    """Return the user of a token, as Airflow's auth manager describes it."""
    try:
        from airflow.api_fastapi.app import get_auth_manager  # noqa: PLC0415 - see the module's docstring
        from jwt.exceptions import InvalidTokenError  # noqa: PLC0415
    except ImportError as error:
        raise _no_auth_manager(error) from error
    try:
        return await get_auth_manager().get_user_from_token(token)
    except (InvalidTokenError, KeyError, ValueError) as error:
        raise LoginNeeded from error


def _no_auth_manager(error: ImportError) -> AccessRefused:
    log.error("The pages refuse everybody, because Airflow's auth manager cannot be imported: %s", error)
    return AccessRefused("see this page, because Airflow's auth manager cannot be reached")


CurrentUser = Annotated[User, Depends(current_user)]


def _is_authorized(user: User, method: Any, *, runs: bool = False) -> bool:
    """Return whether a user may use a method of Airflow's API on the DAG, or on its runs."""
    try:
        from airflow.api_fastapi.app import get_auth_manager  # noqa: PLC0415
        from airflow.api_fastapi.auth.managers.models.resource_details import (  # noqa: PLC0415
            DagAccessEntity,
            DagDetails,
        )
        from airflow.models.dag import DagModel  # noqa: PLC0415
    except ImportError as error:
        raise _no_auth_manager(error) from error
    # Airflow has teams since 3.2, and most deployments use none.
    has_teams = conf.getboolean("core", "multi_team", fallback=False)
    team = {"team_name": DagModel.get_team_name(DAG_ID)} if has_teams else {}
    return get_auth_manager().is_authorized_dag(
        method=method,
        access_entity=DagAccessEntity.RUN if runs else None,
        details=DagDetails(id=DAG_ID, **team),
        user=user.account,
    )


@dataclass(frozen=True)
class Rights:
    """What a user may do, for the buttons of a page."""

    edit: bool
    start: bool


def rights(user: User) -> Rights:
    """Return what a user may do besides reading."""
    return Rights(_is_authorized(user, "PUT"), _is_authorized(user, "POST", runs=True))


def may_read(user: CurrentUser) -> User:
    """Return the user, who may look and listen.

    Raises:
        AccessRefused: the user may not read the DAG.
    """
    if not _is_authorized(user, "GET"):
        raise AccessRefused("see recordings and transcripts")
    return user


def may_edit(user: CurrentUser) -> User:
    """Return the user, who may correct transcripts, upload recordings and send failed files back.

    Raises:
        AccessRefused: the user may not change the DAG.
    """
    if not rights(user).edit:
        raise AccessRefused("change recordings and transcripts")
    return user


def may_trigger(user: CurrentUser) -> User:
    """Return the user, who may start runs.

    Raises:
        AccessRefused: the user may not trigger the DAG.
    """
    if not rights(user).start:
        raise AccessRefused("start runs")
    return user


Reader = Annotated[User, Depends(may_read)]
Editor = Annotated[User, Depends(may_edit)]
Starter = Annotated[User, Depends(may_trigger)]
