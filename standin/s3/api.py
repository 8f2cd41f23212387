"""The S3 API: moto's, with the conditions that moto 5.2.5 ignores, and made safe for many clients at once.

Each override says what moto lacks. Bodies are read before any of them runs, so the lock is never held for a client.
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

from standin.s3 import listing, versions
from standin.s3.ordered_keys import OrderedKeys
from standin.server.api_call import copy_source
from standin.server.request_context import OBJECT_CHECKS

#: Conditions are checked and acted on in two steps; this makes them one. Listings iterate over what writes change.
ONE_AT_A_TIME = threading.RLock()


class S3Api(S3Response):
    """moto's handlers; one object serves one request."""

    def _bucket_response_get(self, *args: Any, **kwargs: Any) -> Any:
        with ONE_AT_A_TIME:
            return super()._bucket_response_get(*args, **kwargs)

    def _key_response_put(self, *args: Any, **kwargs: Any) -> Any:
        with ONE_AT_A_TIME:
            return super()._key_response_put(*args, **kwargs)

    def _key_response_post(self, *args: Any, **kwargs: Any) -> Any:
        with ONE_AT_A_TIME:
            return super()._key_response_post(*args, **kwargs)

    def _key_response_delete(self, *args: Any, **kwargs: Any) -> Any:
        with ONE_AT_A_TIME:
            return super()._key_response_delete(*args, **kwargs)

    def list_objects_v2(self) -> TYPE_RESPONSE:
        """ListObjectsV2. moto sorts the whole bucket for every page."""
        return 200, {}, listing.answer(self.bucket_name, self._keys(), self.request.args)

    def list_object_versions(self) -> TYPE_RESPONSE:
        """ListObjectVersions. moto copies the whole bucket for every page, and keeps the copies."""
        return 200, {}, versions.answer(self.bucket_name, self._keys(), self.request.args)

    def _keys(self) -> OrderedKeys:
        return cast(OrderedKeys, self.backend.get_bucket(self.bucket_name).keys)

    def copy_object(self) -> TYPE_RESPONSE:
        """CopyObject. moto ignores the conditions on the source's ETag and on the target."""
        self._check_source()
        target = self.backend.get_object(self.bucket_name, self.parse_key_name())
        if self.headers.get("If-None-Match") == "*" and target is not None:
            raise PreconditionFailed("If-None-Match")
        wanted = self.headers.get("If-Match")
        if wanted and (target is None or not _same(wanted, target)):
            raise PreconditionFailed("If-Match")
        return super().copy_object()

    def upload_part_copy(self) -> TYPE_RESPONSE:
        """UploadPartCopy. moto ignores the condition on the source's ETag."""
        self._check_source()
        return super().upload_part_copy()

    def _check_source(self) -> None:
        wanted = self.headers.get("x-amz-copy-source-if-match")
        source = self.backend.get_object(*copy_source(self.headers["x-amz-copy-source"]))
        if wanted and source is not None and not _same(wanted, source):
            raise PreconditionFailed("x-amz-copy-source-If-Match")

    def _bucket_response_delete_keys(self, bucket_name: str, authenticated: bool = True) -> TYPE_RESPONSE:
        """DeleteObjects. moto ignores the ETag of each object, and knows no layer that denies single objects."""
        objects = [
            {field.tag.rpartition("}")[2]: field.text or "" for field in each}
            for each in ElementTree.fromstring(self.body).iterfind("{*}Object")  # noqa: S314  (from this machine)
        ]
        if not objects:
            raise MalformedXML()
        with ONE_AT_A_TIME:
            refused = [error for each in objects if (error := self._refusal(bucket_name, each))]
            keys = {error["Key"] for error in refused}
            allowed = [each for each in objects if each["Key"] not in keys]
            deleted, locked = self.backend.delete_objects(bucket_name, allowed)
        refused += [{"Key": key, "Code": "AccessDenied", "Message": "Object is locked"} for key in locked]
        done = [
            {"Key": key, "VersionId": version, "DeleteMarkerVersionId": marker, "DeleteMarker": bool(marker) or None}
            for key, version, marker in deleted
        ]
        self.data["Action"] = "DeleteObjects"
        return self.serialized(ActionResult({"Deleted": done, "Errors": refused}))

    def _refusal(self, bucket_name: str, object_: dict[str, str]) -> dict[str, str] | None:
        """Why one object of DeleteObjects is not deleted, as an entry of its `Errors`."""
        key, wanted = object_["Key"], object_.get("ETag")
        if any(denies(bucket_name, "DELETE", key) for denies in self.request.environ.get(OBJECT_CHECKS, ())):
            return {"Key": key, "Code": "AccessDenied", "Message": "Access Denied"}
        if wanted is None:
            return None
        found = self.backend.get_object(bucket_name, key)
        if found is None:
            return {"Key": key, "Code": "NoSuchKey", "Message": "The specified key does not exist."}
        if _same(wanted, found):
            return None
        return {"Key": key, "Code": "PreconditionFailed", "Message": PreconditionFailed("ETag").message}

    def get_object(self) -> TYPE_RESPONSE:
        """GetObject. For a range moto reads the whole object; ten parts of a 1 GB model at a time would need 10 GB."""
        asked = parse_range_header(self.headers.get("range"))
        key, not_modified = self._get_key()
        if asked is None or not_modified:
            return super().get_object()
        span = asked.range_for_length(key.size)
        if span is None:
            raise InvalidRange(actual_size=str(key.size), range_requested=self.headers["range"])
        start, stop = span
        _, headers, _ = self.head_object(self.bucket_name, self.querystring, self.parse_key_name(), headers={})
        headers |= {"content-range": f"bytes {start}-{stop - 1}/{key.size}", "content-length": str(stop - start)}
        with key.lock:
            key._value_buffer.seek(start)
            return 206, headers, key._value_buffer.read(stop - start)


def _same(etag: str, key: FakeKey) -> bool:
    """S3 takes ETags with and without their quotes."""
    return etag.strip('"') == key.etag.strip('"')
