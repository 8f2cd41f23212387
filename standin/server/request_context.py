"""Names under which the WSGI environment of a request hands values from one layer to the next."""

from __future__ import annotations

from collections.abc import Callable

#: The `ApiCall` that the request makes.
CALL = "standin.call"
#: The `Attempt` that sends the request; None for every other client.
ATTEMPT = "standin.attempt"
#: The list of an `ObjectCheck` for each layer that refuses single objects of a DeleteObjects.
OBJECT_CHECKS = "standin.object_checks"
#: The socket of the request. werkzeug's server puts it there.
CONNECTION = "werkzeug.socket"

#: Tells whether the sender of the request is denied an access: bucket, kind (see `api_call.ACCESSES`) and key.
ObjectCheck = Callable[[str, str, str], bool]
