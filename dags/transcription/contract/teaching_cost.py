"""The expected machine time of a teaching, for the dry run and for the table of costs."""

from __future__ import annotations

from .teaching import SOUND, WORDS, TeachingOrder

#: Seconds of audio that one vCPU takes through a network of the official size in a second, forward and backward.
#: The slowest row of the benchmark `training`, rounded down: long recordings, without products of bfloat16. The demo
#: model is many times as fast.
AUDIO_SECONDS_PER_SECOND = 4.6
#: Learning rates of a teaching. Each is a training of its own.
_TRAININGS = 2
#: Audio that a training hears in all, as a multiple of the recordings to learn from: as much speech is rehearsed.
_WITH_REHEARSED = 2
#: All work as a multiple of the trainings: looks, mixtures, proof and measurement. An estimate.
_ALL_WORK = 1.5
#: Hours of one vCPU for a new scorer: its language models, and 49 weights tried on 200 recordings, and on 200 of each
#: guard set where the best weights make it worse. An estimate.
_WORDS_HOURS = 0.5


def teaching_hours(what: str = SOUND, heard_minutes: float = TeachingOrder.heard_minutes) -> float:
    """Return the expected hours of one vCPU for a teaching with a model of the official size.

    Args:
        what: what is taught, one of `teaching.TAUGHT`.
        heard_minutes: minutes of audio that a training hears in all, without rehearsed speech.
    """
    sound_hours = heard_minutes / 60 * _TRAININGS * _WITH_REHEARSED * _ALL_WORK / AUDIO_SECONDS_PER_SECOND
    return (sound_hours if what != WORDS else 0.0) + (_WORDS_HOURS if what != SOUND else 0.0)
