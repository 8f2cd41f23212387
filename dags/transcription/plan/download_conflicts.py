"""The search for transcripts that a file system cannot hold together.

In S3, `output/talk` and `output/talk/part1` can both exist. A download of both fails, because a computer cannot hold a
file and a folder of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transcription.contract import keys
from transcription.contract.manifest import Item
from transcription.contract.options import FORMATS


def find_conflicts(items: Iterable[Item]) -> list[str]:
    """Return the keys of the inputs with a transcript that has the name of another transcript's folder."""
    names = {keys.name_of(item.key): item.key for item in items}
    folders = {keys.transcript(folder) for name in names for folder in _folders(name)}
    return [key for name, key in names.items() if not folders.isdisjoint(_transcripts(name))]


def _folders(name: str) -> Sequence[str]:
    """Return the folders around a name, such as `a` and `a/b` for `a/b/c`."""
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _transcripts(name: str) -> Sequence[str]:
    other_formats = [keys.format_file(name, ending) for ending in FORMATS]
    return [keys.transcript(name), keys.transcript_json(name), *other_formats]
