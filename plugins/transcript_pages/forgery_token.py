"""The token that each changing request needs, so that no other website can send one in a user's name.

A page contains the token in `<meta name="forgery-token">`, and its scripts send it as the header `X-Forgery-Token`.
The token is bound to the user and ends after `LIFETIME` seconds. It is signed with Airflow's secret key.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Annotated

from airflow.configuration import conf
from fastapi import Header, Request

from transcript_pages.access import CurrentUser

#: In seconds. A page may stay open for a working day.
LIFETIME = 12 * 3600
#: What a browser sends for requests of the page itself, and for addresses that a user types.
_OWN_SITES = frozenset({"same-origin", "none"})


class RequestForged(Exception):
    """Raised when a changing request has no valid token, or comes from another website."""


def make_token(user_id: str) -> str:
    """Return a new token for a user."""
    issued = str(int(time.time()))
    return f"{issued}.{_signature(user_id, issued)}"


def is_valid(token: str, user_id: str) -> bool:
    """Return whether a token belongs to this user and has not ended."""
    issued, _, signature = token.partition(".")
    if not issued.isascii() or not issued.isdigit() or not signature.isascii():
        return False
    is_current = 0 <= time.time() - int(issued) < LIFETIME
    return hmac.compare_digest(signature, _signature(user_id, issued)) and is_current


def _signature(user_id: str, issued: str) -> str:
    secret = conf.get("api", "secret_key", fallback="")
    if not secret:
        raise RequestForged("Airflow has no [api] secret_key, so the pages change nothing.")
    message = f"transcript-pages\n{issued}\n{user_id}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def needs_token(request: Request, user: CurrentUser, x_forgery_token: Annotated[str, Header()] = "") -> None:
    """Check the token of a changing request. Use this as a dependency of each POST, PUT and DELETE.

    Raises:
        RequestForged: the token is missing, wrong or too old, or another website sent the request.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in _OWN_SITES:
        raise RequestForged("Another website sent this request, so nothing was changed.")
    if not is_valid(x_forgery_token, user.id):
        raise RequestForged("This page is too old, so nothing was changed. Reload the page and try again.")
