"""The comparison of models on the recordings that all of them heard, as a record and in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from trainer.evaluation.bootstrap import improvement_interval
from transcription.contract import utc_time
from transcription.contract.evaluation import (
    Difference,
    EvaluationOutcome,
    HeardRecording,
    ModelFigures,
    ModelResult,
)
from transcription.contract.log_text import printable
from transcription.contract.word_errors import total

#: How many words the report in words lists for each model. The JSON of a model has all.
_LISTED_WORDS = 15


def compare_models(results: Sequence[ModelResult]) -> EvaluationOutcome:
    """Compare models on the recordings that all of them heard.

    Args:
        results: what each model heard.
    """
    heard = [{recording.place: recording for recording in result.recordings} for result in results]
    places = [place for place in heard[0] if all(place in recordings for recordings in heard)]
    by_model = {
        result.model: [recordings[place] for place in places] for result, recordings in zip(results, heard, strict=True)
    }
    figures = tuple(
        ModelFigures(
            result.model,
            total(recording.mistakes for recording in by_model[result.model]),
            round(result.cpu_seconds / max(result.audio_seconds, 1e-9), 4),
        )
        for result in results
    )
    return EvaluationOutcome(
        finished=utc_time.now(),
        recordings=len(places),
        seconds=round(sum(heard[0][place].seconds for place in places), 3),
        left_out=max(len(result.left_out) for result in results),
        models=figures,
        differences=tuple(
            _difference(first, second, by_model[first.model], by_model[second.model])
            for first, second in combinations(figures, 2)
        ),
    )


def describe(outcome: EvaluationOutcome, results: Sequence[ModelResult], title: str) -> str:
    """Return the comparison as Markdown.

    Args:
        outcome: the comparison.
        results: what each model heard.
        title: what was heard.
    """
    lines = [
        f"# {printable(title)}",
        "",
        f"{outcome.recordings} recordings with {outcome.seconds / 60:.1f} minutes, which every model heard.",
        "",
        "| model | words | word error rate | wrong | missing | extra | letter error rate | real-time factor |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for figures in outcome.models:
        mistakes = figures.mistakes
        counts = (mistakes.substitutions, mistakes.deletions, mistakes.insertions)
        lines.append(
            f"| {figures.model} | {mistakes.words} | {mistakes.word_error_rate:.1f} % | "
            f"{' | '.join(map(str, counts))} | {mistakes.letter_error_rate:.1f} % | {figures.real_time_factor:.3f} |"
        )
    lines += ["", *(f"- {difference}" for difference in outcome.differences)]
    for result in results:
        words = list(result.wrong_words.items())[:_LISTED_WORDS]
        if words:
            named = ", ".join(f"{printable(word)} ({count})" for word, count in words)
            lines += ["", f"Words that {result.model} most often has wrong: {named}."]
    return "\n".join(lines).rstrip() + "\n"


def _difference(
    first: ModelFigures, second: ModelFigures, one: Sequence[HeardRecording], other: Sequence[HeardRecording]
) -> Difference:
    interval = improvement_interval(*([recording.mistakes for recording in recordings] for recordings in (one, other)))
    points = first.mistakes.word_error_rate - second.mistakes.word_error_rate
    return Difference(first.model, second.model, round(points, 2), round(interval.low, 2), round(interval.high, 2))
