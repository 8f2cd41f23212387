"""The models and recordings of the benchmarks."""

import subprocess
import wave
from pathlib import Path

import pytest

from benchmarks.transcribing import models, recordings
from benchmarks.transcribing.resource_usage import ENVIRONMENT
from local.paths import DEMO_CLIPS, IMAGE_ENV

TRANSCRIBER = IMAGE_ENV / "bin" / "python"


def test_recordings_have_their_length_and_continue_from_file_to_file(tmp_path: Path) -> None:
    paths = recordings.write(tmp_path / "audio", 1, 3)
    samples = b""
    for path in paths:
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (16000, 1, 16000)
            samples += file.readframes(file.getnframes())
    with wave.open(str(sorted(DEMO_CLIPS.glob("*.wav"))[0])) as clip:
        spoken = clip.readframes(clip.getnframes())
    assert len(spoken) > 32000, "the clip crosses a file's end"
    assert samples.startswith(spoken + bytes(12800)), "the clip, then a pause of 0.4 s"


@pytest.mark.skipif(not models.EXPORT_PYTHON.exists(), reason="TensorFlow is not installed; `make bench` does it")
def test_a_larger_model_has_the_output_of_the_demo_model(tmp_path: Path) -> None:
    made = models.official_size(tmp_path / "models" / "larger", units=300)
    assert models.official_size(made.folder) == made, "made again although it was there"
    [clip, *_] = sorted(DEMO_CLIPS.glob("*.wav"))
    command = [TRANSCRIBER, "-m", "transcriber", "--model", made.folder, clip]
    process = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=True)
    assert process.stdout == f"{clip}: {clip.stem.replace('-', ' ')}\n"
