"""The token of S3 that names a page of a listing. It comes from the address of a page, so it may be any text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError
from fastapi import HTTPException


@contextmanager
def checked_token(token: str) -> Iterator[None]:
    """Answer with an error of the address if S3 refuses the token in the block.

    Args:
        token: the token; empty for the first page.

    Raises:
        HTTPException: the token is wrong.
    """
    if not (token.isascii() and token.isprintable()):
        raise _wrong_address()
    try:
        yield
    except ClientError as error:
        if token and error.response["Error"]["Code"] == "InvalidArgument":
            raise _wrong_address() from error
        raise


def _wrong_address() -> HTTPException:
    return HTTPException(422, "The address of this page is wrong. Start again with the first page.")
