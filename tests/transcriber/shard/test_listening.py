"""A run writes what a page needs to draw and play each recording, before the transcript that says so."""

from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pytest
import soundfile

from tests.support.transcriber.channel_recordings import call
from tests.support.transcriber.shard_bucket import RUN, Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from transcription.contract import keys
from transcription.contract.options import Options
from transcription.contract.result import TRANSCRIBED, Listening
from transcription.contract.run_keys import RunKeys


def test_peaks_and_a_copy_that_is_needed_are_written_before_the_transcript(
    bucket: Bucket, run: Run, clip: Clip
) -> None:
    bucket.plan({"input/x/a b#1.wav": wav(clip.samples, RATE, "ULAW")})
    with recorded_requests() as requests:
        run()
    written = [path.split("/", 1)[1] for method, path in requests if method == "PUT"]
    assert written == [
        "listening/x/a%20b%231.peaks.json",
        "listening/x/a%20b%231.flac",
        "output/x/a%20b%231",
        "output/x/a%20b%231.json",
        RunKeys(RUN).result(0),
    ]
    name = "x/a b#1"
    peaks = json.loads(bucket.read(keys.listening_peaks(name)))
    assert peaks["channels"] == [None]
    assert peaks["seconds"] == pytest.approx(len(clip.samples) / RATE, abs=0.001)
    assert max(peaks["peaks"][0]) == 255
    copy = bucket.client.get_object(Bucket=bucket.name, Key=keys.listening_copy(name))
    assert copy["ContentType"] == "audio/flac"
    samples, rate = soundfile.read(BytesIO(copy["Body"].read()), dtype="int16")
    assert (rate, len(samples)) == (RATE, len(clip.samples))
    assert bucket.document(name)["listening"] == {"peaks": True, "copy": True}
    assert bucket.result(0).listening == Listening(peaks=True, copy=True)


def test_a_recording_that_browsers_play_gets_only_peaks(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": clip.data, "input/silence.wav": wav(silence(30)), "input/bad.wav": b"no audio"})
    run()
    assert bucket.keys("listening/") == ["listening/a.peaks.json", "listening/silence.peaks.json"]
    assert bucket.document("silence")["listening"] == {"peaks": True, "copy": False}
    assert set(json.loads(bucket.read("listening/silence.peaks.json"))["peaks"][0]) == {0}


def test_the_channels_of_a_call_are_those_of_the_transcript(bucket: Bucket, run: Run, clips: list[Clip]) -> None:
    frames, _ = call(clips, 20)
    bucket.plan(
        {"input/call.wav": wav((frames * 32767).astype(np.int16), RATE, "ALAW")}, Options(channel_names=("agent",))
    )
    run()
    peaks = json.loads(bucket.read("listening/call.peaks.json"))
    assert peaks["channels"] == ["agent", "2"]
    assert {word["channel"] for word in bucket.document("call")["words"]} == {"agent", "2"}
    assert [len(values) for values in peaks["peaks"]] == [400, 400]
    samples, _ = soundfile.read(BytesIO(bucket.read("listening/call.flac")))
    assert samples.shape == (20 * RATE, 2)


@pytest.mark.parametrize("refused", ["listening/a.peaks.json", "listening/a.flac"])
def test_a_failure_to_write_them_fails_no_recording(bucket: Bucket, run: Run, clip: Clip, refused: str) -> None:
    bucket.plan({"input/a.wav": wav(clip.samples, RATE, "ALAW")})

    def respond(method: str, path: str) -> tuple[int, str] | None:
        return (403, "AccessDenied") if method == "PUT" and path.endswith(refused) else None

    with recorded_requests(respond):
        run()
    result = bucket.result(0)
    assert result.status == TRANSCRIBED
    has_peaks = refused.endswith(".flac")
    assert (result.listening.peaks, result.listening.copy) == (has_peaks, False)
    assert "could not be written" in result.listening.note
    assert bucket.document("a")["listening"] == {"peaks": has_peaks, "copy": False}


def test_a_second_transcription_writes_them_again(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({"input/a.wav": wav(clip.samples, RATE, "ALAW")})
    run()
    bucket.upload(keys.listening_peaks("a"), b"old")
    bucket.plan({"input/a.wav": clip.data})
    run()
    assert json.loads(bucket.read(keys.listening_peaks("a")))["version"] == 1
    assert bucket.document("a")["listening"] == {"peaks": True, "copy": False}
