"""ListObjectVersions: every version of every object, deleted ones too, at the cost of what is on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from xml.etree.ElementTree import SubElement

from moto.s3.models import FakeKey

from standin.s3 import xml
from standin.s3.listing import PAGE, describe
from standin.s3.ordered_keys import OrderedKeys, Version


def answer(bucket: str, keys: OrderedKeys, query: Mapping[str, str]) -> bytes:
    """The XML that answers ListObjectVersions."""
    prefix, delimiter, encode = query.get("prefix", ""), query.get("delimiter", ""), xml.encoder(query)
    key_marker, version_marker = query.get("key-marker", ""), query.get("version-id-marker", "")
    limit = min(int(query.get("max-keys", PAGE)), PAGE)
    begun = keys.at(key_marker) if version_marker else keys.behind(key_marker, prefix, delimiter)
    walk = keys.walk(prefix, delimiter, max(keys.at(prefix), begun), deleted=True)
    found = list(islice(_entries(walk, key_marker, version_marker), limit + 1))
    page, truncated = found[:limit], len(found) > limit > 0

    root = xml.root("ListVersionsResult")
    xml.add(
        root,
        Name=bucket,
        Prefix=encode(prefix),
        Delimiter=encode(delimiter) or None,
        KeyMarker=encode(key_marker),
        VersionIdMarker=version_marker,
        EncodingType=query.get("encoding-type"),
        MaxKeys=limit,
        IsTruncated=str(truncated).lower(),
    )
    for entry, latest in page:
        if isinstance(entry, str):
            xml.add(SubElement(root, "CommonPrefixes"), Prefix=encode(entry))
            continue
        element = SubElement(root, "Version" if isinstance(entry, FakeKey) else "DeleteMarker")
        xml.add(element, VersionId=entry.version_id, IsLatest=str(latest).lower())
        if isinstance(entry, FakeKey):
            describe(element, entry, encode(entry.name))
        else:
            xml.add(element, Key=encode(entry.name), LastModified=entry.last_modified_ISO8601)
    if truncated:
        last, _ = page[-1]
        if isinstance(last, str):
            xml.add(root, NextKeyMarker=encode(last))
        else:
            xml.add(root, NextKeyMarker=encode(last.name), NextVersionIdMarker=last.version_id)
    return xml.document(root)


def _entries(
    walk: Iterator[str | list[Version]], key_marker: str, version_marker: str
) -> Iterator[tuple[Version | str, bool]]:
    """Common prefixes, and versions behind the marker, the newest of a name first, with whether each is that."""
    for entry in walk:
        if isinstance(entry, str):
            yield entry, False
            continue
        newest_first, start = entry[::-1], 0
        if newest_first[0].name == key_marker:
            ids = [version.version_id for version in newest_first]
            start = ids.index(version_marker) + 1 if version_marker in ids else 0  # it may have been deleted since
        for version in newest_first[start:]:
            yield version, version is newest_first[0]
