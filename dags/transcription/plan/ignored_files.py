"""The files below `input/` that a run leaves there, because their names end like no audio."""

from __future__ import annotations

from dataclasses import dataclass, field

from transcription.contract.log_text import NAMED, first_named


@dataclass
class IgnoredFiles:
    """The number of ignored files, and the first of their keys."""

    count: int = 0
    first_keys: list[str] = field(default_factory=list)

    def add(self, key: str) -> None:
        """Count a file. The markers with which the S3 console shows folders do not count: their keys end with `/`."""
        if key.endswith("/"):
            return
        self.count += 1
        if len(self.first_keys) < NAMED:
            self.first_keys.append(key)

    def __str__(self) -> str:
        if not self.count:
            return "no files ignored"
        names = first_named(self.first_keys, self.count)
        noun, names_of = ("file", "its name ends") if self.count == 1 else ("files", "their names end")
        return f"{self.count} {noun} ignored, because {names_of} like no audio: {names}"
