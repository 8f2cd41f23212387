"""`make demo` with a folder of one's own: all of tests/support/odd_recordings.py through the whole pipeline."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from local.__main__ import DEMO_STATE
from local.paths import DEMO_CLIPS, ROOT
from standin.execution.container_engine import find_engine
from tests.support.odd_recordings import COMPRESSED, FORMATS, ODD_NAMES, OTHER, UNREADABLE, WORDLESS, write_corpus


class Demo:
    """One run of `make demo`: the folder of recordings, the output folder, and what it printed."""

    def __init__(self, audio: Path, out: Path, words: str, printed: str) -> None:
        self.audio, self.out, self.words, self.printed = audio, out, words, printed

    def text(self, name: str) -> str:
        return (self.out / "output" / stem(name)).read_text()


def stem(name: str) -> str:
    """Return a file name without its last ending."""
    return name.rpartition(".")[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    audio, out = folder / "my $HOME recordings; (new)", folder / "out"
    write_corpus(audio, clip)
    done = subprocess.run(
        ["make", "--no-print-directory", "demo", f"AUDIO={audio}", f"OUT={out}"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "250"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Demo(audio, out, clip.stem.replace("-", " "), done.stdout)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_recording_is_transcribed_under_its_own_name(demo: Demo, name: str) -> None:
    """Programs that build shell commands skip, cut or execute names with spaces, `#`, `;`, `(`, dots or folders."""
    assert demo.text(name) == demo.words + "\n"


@pytest.mark.parametrize("name", [*FORMATS, *COMPRESSED])
def test_a_recording_is_transcribed_in_whatever_format_it_comes(demo: Demo, name: str) -> None:
    """Stereo, 8-bit and 24-bit files must not be misread silently."""
    assert demo.text(name) == demo.words + "\n"


@pytest.mark.parametrize("name", WORDLESS)
def test_silence_is_a_success_without_words(demo: Demo, name: str) -> None:
    assert demo.text(name) == ""
    document = json.loads((demo.out / "output" / f"{stem(name)}.json").read_text())
    assert document["no_speech"] is True
    assert document["confidence"] is None


@pytest.mark.parametrize("name", [*ODD_NAMES, *FORMATS, *COMPRESSED, *WORDLESS])
def test_transcribed_audio_is_moved_byte_for_byte(demo: Demo, name: str) -> None:
    assert (demo.out / "processed" / name).read_bytes() == (demo.audio / name).read_bytes()


@pytest.mark.parametrize(("name", "code"), UNREADABLE.items())
def test_unreadable_audio_is_kept_and_explained(demo: Demo, name: str, code: str) -> None:
    """Unreadable audio must not become an empty transcript."""
    assert (demo.out / "failed" / name).read_bytes() == (demo.audio / name).read_bytes()
    reason = json.loads((demo.out / "failed" / f"{name}.error.json").read_text())
    assert reason["failure"]["code"] == code
    assert not (demo.out / "output" / stem(name)).exists()
    assert any(name in line and code in line for line in demo.printed.splitlines())


def test_nothing_else_appears_and_nothing_is_lost(demo: Demo) -> None:
    moved = {str(path.relative_to(demo.out / "processed")) for path in (demo.out / "processed").rglob("*.*")}
    kept = {str(path.relative_to(demo.out / "failed")) for path in (demo.out / "failed").rglob("*") if path.is_file()}
    files = {str(path.relative_to(demo.audio)) for path in demo.audio.rglob("*") if path.is_file()}
    assert {name for name in moved if (demo.out / "processed" / name).is_file()} == files - {OTHER} - set(UNREADABLE)
    assert kept == set(UNREADABLE) | {f"{name}.error.json" for name in UNREADABLE}
    texts = {stem(name) for name in files - {OTHER} - set(UNREADABLE)}
    written = {
        str(path.relative_to(demo.out / "output")) for path in (demo.out / "output").rglob("*") if path.is_file()
    }
    assert written == texts | {f"{name}.{suffix}" for name in texts for suffix in ("json", "srt", "vtt")}


def test_a_transcript_says_when_how_surely_and_by_which_model(demo: Demo) -> None:
    """The JSON transcript has times, confidence and the model."""
    document = json.loads((demo.out / "output" / "plain.json").read_text())
    assert " ".join(word["word"] for word in document["words"]) == demo.words
    assert 0 < document["confidence"] <= 1
    assert all(word["start"] < word["end"] <= document["audio"]["seconds"] for word in document["words"])
    assert len(document["provenance"]["model"]["acoustic_sha256"]) == 64


def test_the_table_shows_every_recording(demo: Demo) -> None:
    for name in [*ODD_NAMES, *FORMATS, *COMPRESSED, *UNREADABLE]:
        assert any(name in line for line in demo.printed.splitlines()), demo.printed


def test_the_demo_says_which_file_it_ignores_before_it_starts_and_after_the_table(demo: Demo) -> None:
    lines = demo.printed.splitlines()
    ignored = [number for number, line in enumerate(lines) if line.startswith("1 file ignored, because")]
    starting = next(number for number, line in enumerate(lines) if line.startswith("Starting a local AWS"))
    assert len(ignored) == 2
    assert ignored[0] < starting < ignored[1]
    assert all(OTHER in lines[number] for number in ignored)


def test_no_process_is_left_behind(demo: Demo) -> None:
    assert demo.printed
    assert [process.cmdline() for process in psutil.process_iter() if _belongs_to_the_demo(process)] == []


def _belongs_to_the_demo(process: psutil.Process) -> bool:
    """By its folder or its arguments: another way than the one by which the stack ends its processes."""
    try:
        return process.cwd().startswith(str(DEMO_STATE)) or any(str(DEMO_STATE) in word for word in process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False


@pytest.mark.container
@pytest.mark.skipif(find_engine() is None, reason="no container engine answers here: neither docker nor podman")
def test_the_image_transcribes_as_the_environment_does(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "demo"],
        cwd=ROOT,
        env={**os.environ, "RUNNER": "container", "OUT": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    texts = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    for clip, text in texts.items():
        assert (tmp_path / "output" / Path(clip).stem).read_text() == f"{text}\n"
