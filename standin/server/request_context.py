"""Names of the values that layers pass on to each other in the WSGI environment of a request."""

from __future__ import annotations

from collections.abc import Callable

#: The `ApiCall` that the request makes.
CALL = "standin.call"
#: The `Attempt` that sends the request; None for every other client.
ATTEMPT = "standin.attempt"
#: A list with one `ObjectCheck` for each layer that can refuse single objects of a DeleteObjects.
OBJECT_CHECKS = "standin.object_checks"
#: The socket of the request. werkzeug's server puts it there.
CONNECTION = "werkzeug.socket"

#: Returns whether the sender of the request is denied an access, from the bucket, the kind (one of
#: `api_call.ACCESSES`) and the key.
ObjectCheck = Callable[[str, str, str], bool]
