"""ListObjectVersions. The cost of a page depends on its number of entries, not on the bucket's number of versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import SubElement

from moto.s3.models import FakeKey

from standin.s3 import xml
from standin.s3.listing_page import ListingRequest
from standin.s3.ordered_keys import OrderedKeys, Version


def answer(bucket: str, keys: OrderedKeys, query: Mapping[str, str]) -> bytes:
    """Return one page of ListObjectVersions as an XML document."""
    request = ListingRequest.parse(bucket, query)
    key_marker, version_marker = query.get("key-marker", ""), query.get("version-id-marker", "")
    if version_marker:
        start = keys.position_of(key_marker)
    else:
        start = keys.position_after(key_marker, request.prefix, request.delimiter)
    start = max(keys.position_of(request.prefix), start)
    versions_by_name = keys.entries(request.prefix, request.delimiter, start, include_deleted=True)
    page, truncated = request.page(_entries(versions_by_name, key_marker, version_marker))

    root = request.start_response("ListVersionsResult", truncated=truncated)
    xml.add(root, KeyMarker=request.encode(key_marker), VersionIdMarker=version_marker)
    for entry, latest in page:
        if isinstance(entry, str):
            request.add_common_prefix(root, entry)
            continue
        element = SubElement(root, "Version" if isinstance(entry, FakeKey) else "DeleteMarker")
        xml.add(element, VersionId=entry.version_id, IsLatest=str(latest).lower())
        if isinstance(entry, FakeKey):
            request.add_object(element, entry)
        else:
            xml.add(element, Key=request.encode(entry.name), LastModified=entry.last_modified_ISO8601)
    if truncated:
        last, _ = page[-1]
        if isinstance(last, str):
            xml.add(root, NextKeyMarker=request.encode(last))
        else:
            xml.add(root, NextKeyMarker=request.encode(last.name), NextVersionIdMarker=last.version_id)
    return xml.document(root)


def _entries(
    versions_by_name: Iterator[str | list[Version]], key_marker: str, version_marker: str
) -> Iterator[tuple[Version | str, bool]]:
    """Yield common prefixes and versions that follow the marker, which names the last entry of the previous page.

    The versions of a name come newest first.

    Yields:
        The entry, and whether it is the latest version of its name.
    """
    for entry in versions_by_name:
        if isinstance(entry, str):
            yield entry, False
            continue
        newest_first, start = entry[::-1], 0
        if newest_first[0].name == key_marker:
            ids = [version.version_id for version in newest_first]
            # The version that the marker names may have been deleted since the previous page.
            start = ids.index(version_marker) + 1 if version_marker in ids else 0
        for version in newest_first[start:]:
            yield version, version is newest_first[0]
