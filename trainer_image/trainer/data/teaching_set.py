"""A teaching set: a folder with recordings and their texts, in one or several of the forms that people have.

- pairs: `a.wav` and `a.txt` beside it; any audio format that the transcriber reads
- DeepSpeech's CSV files, with the columns `wav_filename` and `transcript`, and `speaker` if it is there
- Common Voice's TSV files, with the columns `path` and `sentence`, and `client_id`; the audio is in `clips/`
- corrections from the bucket, and their recordings
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.data.corrected_recordings import read_corrections
from trainer.data.finding import Finding, FindingCode
from trainer.data.recording import TaughtRecording
from trainer.errors import SetInvalid
from transcription.contract.audio_endings import ending_of

#: Longest field of a table, in characters.
_MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class TeachingSet:
    """The contents of a folder."""

    folder: Path
    recordings: tuple[TaughtRecording, ...]
    #: Text files without a recording.
    texts: tuple[Path, ...]
    findings: tuple[Finding, ...]


def read_set(folder: Path) -> TeachingSet:
    """Read a teaching set, with its sub-folders. Hidden files are ignored.

    Raises:
        SetInvalid: the folder does not exist, or contains neither recordings nor texts.
    """
    if not folder.is_dir():
        raise SetInvalid(f"There is no folder {folder}.")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path.relative_to(folder)))
    listed = [recording for path in files for recording in _read_table(folder, path)]
    corrected = read_corrections(folder, files)
    known = {recording.path.resolve() for recording in listed} | corrected.audio
    audio = [path for path in files if ending_of(path.name) and path.resolve() not in known]
    with_text = {path: path.with_suffix(".txt") for path in audio if path.with_suffix(".txt") in files}
    pairs = [TaughtRecording(path, _name(folder, path), _read_text(text)) for path, text in with_text.items()]
    findings = [*corrected.findings]
    findings += [
        Finding(FindingCode.TEXT_MISSING, _name(folder, path), f"There is no {path.stem}.txt beside it.")
        for path in audio
        if path not in with_text
    ]
    texts = tuple(path for path in files if path.suffix == ".txt" and path not in with_text.values())
    if not (listed or pairs or corrected.segments or texts):
        raise SetInvalid(
            f"{folder} contains no recording with a text. Put a.txt beside each a.wav, or use a CSV file with the "
            "columns wav_filename and transcript, a TSV file of Common Voice, or corrections with their recordings."
        )
    return TeachingSet(folder, (*listed, *pairs, *corrected.segments), texts, tuple(findings))


def _read_table(folder: Path, path: Path) -> Iterator[TaughtRecording]:
    """Yield the recordings of a CSV file of DeepSpeech or a TSV file of Common Voice; none of any other file."""
    if path.suffix not in (".csv", ".tsv"):
        return
    csv.field_size_limit(_MOST_CHARACTERS)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        # Common Voice does not quote: a quotation mark is a part of the sentence.
        is_tsv = path.suffix == ".tsv"
        rows = csv.DictReader(
            file, delimiter="\t" if is_tsv else ",", quoting=csv.QUOTE_NONE if is_tsv else csv.QUOTE_MINIMAL
        )
        columns = set(rows.fieldnames or ())
        if {"wav_filename", "transcript"} <= columns:
            audio, text, speaker, parents = "wav_filename", "transcript", "speaker", [path.parent]
        elif {"path", "sentence"} <= columns:
            audio, text, speaker, parents = "path", "sentence", "client_id", [path.parent / "clips", path.parent]
        else:
            return
        for row in rows:
            named = row[audio] or ""
            places = [parent / named for parent in parents]
            place = next((place for place in places if place.is_file()), places[0])
            yield TaughtRecording(place, _name(folder, place), row[text] or "", row.get(speaker) or "")


def _read_text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig", "replace")


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def outermost(folders: Iterable[Path]) -> list[Path]:
    """Return folders without those inside another one, whose files are read with it, so that each is read once."""
    resolved = {folder.resolve(): folder for folder in folders}
    return [folder for path, folder in resolved.items() if not any(_reads(other, path) for other in resolved)]


def _reads(outer: Path, inner: Path) -> bool:
    return outer in inner.parents and not _is_hidden(inner.relative_to(outer))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
