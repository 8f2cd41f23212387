"""The query protocol of AWS: requests are form parameters, responses are XML."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

_NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
Form = Mapping[str, str]


def list_members(form: Form, name: str) -> list[dict[str, str]]:
    """Return the structures of a list parameter, in their order.

    The protocol numbers the members, for example `Tags.member.1.Key`.
    """
    members: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        if match := re.fullmatch(rf"{name}\.member\.(\d+)\.(\w+)", key):
            members.setdefault(int(match[1]), {})[match[2]] = value
    return [members[number] for number in sorted(members)]


def success(action: str, result: dict[str, Any]) -> Response:
    """Return the response for the result of an action. Fields that are None or empty are left out."""
    return Response(
        f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{_xml(result)}</{action}Result>'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>",
        content_type="text/xml",
    )


def failure(code: str, message: str) -> Response:
    """Return the response, with status 400, for an error that the client caused."""
    return Response(
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>",
        status=400,
        content_type="text/xml",
    )


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(inner)}</{name}>" for name, inner in value.items() if inner not in (None, ""))
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value))
