"""HTTP headers that restrict what a page may load, and who may show or cache it."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from transcript_pages.audio_bucket import bucket_origin


def content_security_policy(origin: str, style_nonce: str = "") -> str:
    """Return the policy: scripts and styles of the pages only, audio and requests also from the bucket.

    Args:
        origin: scheme and host of the bucket's addresses; empty if there is no bucket.
        style_nonce: a random text that marks styles which a library of the page adds; empty for none.
    """
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' 'nonce-{style_nonce}'" if style_nonce else "'self'",
        "img-src": "'self' data:",
        "media-src": f"'self' {origin}".rstrip(),
        "connect-src": f"'self' {origin}".rstrip(),
        "frame-ancestors": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


class SecurityHeaders:
    """ASGI middleware that adds the headers to every answer.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_security_policy(
                    bucket_origin(), scope.get("state", {}).get("style_nonce", "")
                )
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
