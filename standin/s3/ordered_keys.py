"""The objects of a bucket, sorted by name as S3 sorts them: by the bytes of UTF-8, which is also the order of `str`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator

from moto.s3.models import FakeDeleteMarker, FakeKey
from moto.s3.utils import _VersionedKeyStore

Version = FakeKey | FakeDeleteMarker


class OrderedKeys(_VersionedKeyStore):
    """The versions of each name, as moto stores them, with a sorted list of the names.

    moto adds names only with `setlist`, and removes them only with `pop`. `on_change` is called with each name that
    gets or loses a version.
    """

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []
        self.on_change: Callable[[str], None] = lambda _: None

    def setlist(self, key: str, list_: list[Version]) -> None:
        """Set the versions of a name."""
        if key not in self:
            insort(self._names, key)
        super().setlist(key, list_)
        self.on_change(key)

    def __setitem__(self, key: str, value: Version) -> None:
        """Add a version to a name."""
        super().__setitem__(key, value)
        self.on_change(key)

    def pop(self, key: str) -> None:  # type: ignore[override]
        """Remove a name with its versions."""
        super().pop(key)
        del self._names[bisect_left(self._names, key)]
        self.on_change(key)

    def position_of(self, name: str) -> int:
        """Return the position of `name`. If it does not exist, return the position of the next name in the order."""
        return bisect_left(self._names, name)

    def position_after(self, entry: str, prefix: str = "", delimiter: str = "") -> int:
        """Return the position of the first name after `entry`.

        If `entry` is a common prefix, that is the position after all names that start with it.
        """
        if _common_prefix(entry, prefix, delimiter) == entry:
            return bisect_right(self._names, entry, key=lambda name: name[: len(entry)])
        return bisect_right(self._names, entry)

    def entries(
        self, prefix: str, delimiter: str, position: int, *, include_deleted: bool
    ) -> Iterator[str | list[Version]]:
        """Yield the names that start with `prefix`, from `position` on.

        Args:
            prefix: Start of the names.
            delimiter: Names that agree up to the first delimiter after the prefix become one entry; `""` for none.
            position: Where to start in the list of names.
            include_deleted: Whether to include names whose newest version is a delete marker.

        Yields:
            The versions of a name, oldest first, or a common prefix as `str`.
        """
        while position < len(self._names) and self._names[position].startswith(prefix):
            name = self._names[position]
            versions = self.getlist(name)
            position += 1
            if include_deleted or not isinstance(versions[-1], FakeDeleteMarker):
                common = _common_prefix(name, prefix, delimiter)
                yield common or versions
                if common:
                    position = self.position_after(common, prefix, delimiter)


def _common_prefix(name: str, prefix: str, delimiter: str) -> str | None:
    """Return `name` up to and including the first delimiter after `prefix`; None if there is no delimiter."""
    if not delimiter:
        return None
    head, separator, _ = name[len(prefix) :].partition(delimiter)
    return f"{prefix}{head}{delimiter}" if separator else None
