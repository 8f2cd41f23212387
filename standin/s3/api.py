"""The API of S3. It adds to moto's the conditions that moto 5.2.5 ignores, and makes it safe for concurrent clients.

The docstring of each method names what moto lacks. The server reads the whole body of a request before it calls a
method, so a slow client does not hold the lock.
"""

from __future__ import annotations

import threading
from typing import Any, cast
from xml.etree import ElementTree

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.s3.exceptions import InvalidRange, MalformedXML, PreconditionFailed
from moto.s3.models import FakeKey
from moto.s3.responses import S3Response
from werkzeug.http import parse_range_header

from standin.s3 import listing, version_listing
from standin.s3.ordered_keys import OrderedKeys
from standin.server.api_call import copy_source
from standin.server.request_context import OBJECT_CHECKS

#: Held while a request is carried out. moto checks a condition in one step and acts on it in another, and a listing
#: must not iterate over a bucket while another request changes it.
REQUEST_LOCK = threading.RLock()


class S3Api(S3Response):
    """moto's handlers of requests, with corrections. One object serves one request."""

    def _bucket_response_get(self, *args: Any, **kwargs: Any) -> Any:
        with REQUEST_LOCK:
            return super()._bucket_response_get(*args, **kwargs)

    def _key_response_put(self, *args: Any, **kwargs: Any) -> Any:
        with REQUEST_LOCK:
            return super()._key_response_put(*args, **kwargs)

    def _key_response_post(self, *args: Any, **kwargs: Any) -> Any:
        with REQUEST_LOCK:
            return super()._key_response_post(*args, **kwargs)

    def _key_response_delete(self, *args: Any, **kwargs: Any) -> Any:
        with REQUEST_LOCK:
            return super()._key_response_delete(*args, **kwargs)

    def list_objects_v2(self) -> TYPE_RESPONSE:
        """Answer ListObjectsV2. moto sorts the whole bucket for every page."""
        attributes = self.headers.get("x-amz-optional-object-attributes", "")
        return 200, {}, listing.answer(self.bucket_name, self._keys(), self.request.args, attributes)

    def list_object_versions(self) -> TYPE_RESPONSE:
        """Answer ListObjectVersions. moto copies the whole bucket for every page and never frees the copies."""
        return 200, {}, version_listing.answer(self.bucket_name, self._keys(), self.request.args)

    def _keys(self) -> OrderedKeys:
        return cast(OrderedKeys, self.backend.get_bucket(self.bucket_name).keys)

    def copy_object(self) -> TYPE_RESPONSE:
        """Answer CopyObject. moto ignores the conditions on the ETag of the source and on the target.

        Raises:
            PreconditionFailed: A condition does not hold.
        """
        self._check_source()
        target = self.backend.get_object(self.bucket_name, self.parse_key_name())
        if self.headers.get("If-None-Match") == "*" and target is not None:
            raise PreconditionFailed("If-None-Match")
        expected_etag = self.headers.get("If-Match")
        if expected_etag and (target is None or not _has_etag(target, expected_etag)):
            raise PreconditionFailed("If-Match")
        return super().copy_object()

    def upload_part_copy(self) -> TYPE_RESPONSE:
        """Answer UploadPartCopy. moto ignores the condition on the ETag of the source.

        Raises:
            PreconditionFailed: The source has another ETag.
        """
        self._check_source()
        return super().upload_part_copy()

    def _check_source(self) -> None:
        expected_etag = self.headers.get("x-amz-copy-source-if-match")
        source = self.backend.get_object(*copy_source(self.headers["x-amz-copy-source"]))
        if expected_etag and source is not None and not _has_etag(source, expected_etag):
            raise PreconditionFailed("x-amz-copy-source-If-Match")

    def _bucket_response_delete_keys(self, bucket_name: str, authenticated: bool = True) -> TYPE_RESPONSE:
        """Answer DeleteObjects. moto ignores the expected ETag of each object, and cannot deny single objects."""
        objects = [
            {field.tag.rpartition("}")[2]: field.text or "" for field in element}
            for element in ElementTree.fromstring(self.body).iterfind("{*}Object")  # noqa: S314  (from this machine)
        ]
        if not objects:
            raise MalformedXML()
        with REQUEST_LOCK:
            errors = [error for object_ in objects if (error := self._delete_error(bucket_name, object_))]
            refused_keys = {error["Key"] for error in errors}
            allowed = [object_ for object_ in objects if object_["Key"] not in refused_keys]
            deleted, locked = self.backend.delete_objects(bucket_name, allowed)
        errors += [{"Key": key, "Code": "AccessDenied", "Message": "Object is locked"} for key in locked]
        deleted_entries = [
            {"Key": key, "VersionId": version, "DeleteMarkerVersionId": marker, "DeleteMarker": bool(marker) or None}
            for key, version, marker in deleted
        ]
        self.data["Action"] = "DeleteObjects"
        return self.serialized(ActionResult({"Deleted": deleted_entries, "Errors": errors}))

    def _delete_error(self, bucket_name: str, object_: dict[str, str]) -> dict[str, str] | None:
        """Return the entry of `Errors` for an object that DeleteObjects must not delete; None if it may be deleted."""
        key, expected_etag = object_["Key"], object_.get("ETag")
        if any(denies(bucket_name, "DELETE", key) for denies in self.request.environ.get(OBJECT_CHECKS, ())):
            return {"Key": key, "Code": "AccessDenied", "Message": "Access Denied"}
        if expected_etag is None:
            return None
        stored = self.backend.get_object(bucket_name, key)
        if stored is None:
            return {"Key": key, "Code": "NoSuchKey", "Message": "The specified key does not exist."}
        if _has_etag(stored, expected_etag):
            return None
        return {"Key": key, "Code": "PreconditionFailed", "Message": PreconditionFailed("ETag").message}

    def get_object(self) -> TYPE_RESPONSE:
        """Answer GetObject. If a range is requested, read only this range.

        moto reads the whole object for each range. Ten parallel requests for parts of an object of 1 GB would need
        10 GB.

        Raises:
            InvalidRange: The range is outside the object.
        """
        requested_range = parse_range_header(self.headers.get("range"))
        key, not_modified = self._get_key()
        if requested_range is None or not_modified:
            return super().get_object()
        bounds = requested_range.range_for_length(key.size)
        if bounds is None:
            raise InvalidRange(actual_size=str(key.size), range_requested=self.headers["range"])
        start, stop = bounds
        _, headers, _ = self.head_object(self.bucket_name, self.querystring, self.parse_key_name(), headers={})
        headers |= {"content-range": f"bytes {start}-{stop - 1}/{key.size}", "content-length": str(stop - start)}
        with key.lock:
            key._value_buffer.seek(start)
            return 206, headers, key._value_buffer.read(stop - start)


def _has_etag(key: FakeKey, etag: str) -> bool:
    """Return whether the object has this ETag. S3 accepts ETags with and without quotes."""
    return etag.strip('"') == key.etag.strip('"')
