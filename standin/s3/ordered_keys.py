"""The objects of a bucket, their names in S3's order: that of UTF-8, which is that of Python's `str`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

from moto.s3.models import FakeDeleteMarker, FakeKey
from moto.s3.utils import _VersionedKeyStore

Version = FakeKey | FakeDeleteMarker


class OrderedKeys(_VersionedKeyStore):
    """What moto keeps the versions of each name in. `setlist` and `pop` are all by which it adds and removes names."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []

    def setlist(self, key: str, list_: list[Version]) -> None:
        """See moto's."""
        if key not in self:
            insort(self._names, key)
        super().setlist(key, list_)

    def pop(self, key: str) -> None:  # type: ignore[override]
        """See moto's."""
        super().pop(key)
        del self._names[bisect_left(self._names, key)]

    def at(self, name: str) -> int:
        """The position of `name`, or of the first one behind it."""
        return bisect_left(self._names, name)

    def behind(self, entry: str, prefix: str = "", delimiter: str = "") -> int:
        """The position of the first name behind `entry`; behind a common prefix is behind all names that have it."""
        if _common_prefix(entry, prefix, delimiter) == entry:
            return bisect_right(self._names, entry, key=lambda name: name[: len(entry)])
        return bisect_right(self._names, entry)

    def walk(self, prefix: str, delimiter: str, position: int, *, deleted: bool) -> Iterator[str | list[Version]]:
        """What lies below `prefix` from `position` on.

        Yields:
            The versions of a name, the oldest first; or the common prefix of all names that have the delimiter behind
            `prefix` at the same place. Names whose newest version is a delete marker count only with `deleted`.
        """
        while position < len(self._names) and self._names[position].startswith(prefix):
            name = self._names[position]
            versions = self.getlist(name)
            position += 1
            if deleted or not isinstance(versions[-1], FakeDeleteMarker):
                common = _common_prefix(name, prefix, delimiter)
                yield common or versions
                if common:
                    position = self.behind(common, prefix, delimiter)


def _common_prefix(name: str, prefix: str, delimiter: str) -> str | None:
    """The start of `name` up to the first delimiter behind `prefix`, with it; nothing where there is none."""
    if not delimiter:
        return None
    head, found, _ = name[len(prefix) :].partition(delimiter)
    return f"{prefix}{head}{delimiter}" if found else None
