"""The report of an evaluation in sentences, for the log of the task `report`, and its figures."""

from __future__ import annotations

from typing import Any

from transcription.contract.evaluation import EvaluationOrder, EvaluationOutcome, ModelFigures
from transcription.contract.log_text import printable
from transcription.contract.run_keys import RunKeys
from transcription.shared import cost, page_addresses
from transcription.shared.job_record import Job
from transcription.shared.settings import Settings


def figures(order: EvaluationOrder, outcome: EvaluationOutcome, job: Job | None, settings: Settings) -> dict[str, Any]:
    """Return the figures of an evaluation, which the task `report` pushes as an XCom."""
    return {
        "recordings": outcome.recordings,
        "set": order.set_name,
        "part": order.part,
        "models": [_model(model, settings) for model in outcome.models],
        "cost": cost.compute_cost(job.vcpu_hours if job else 0.0, settings),
    }


def describe(
    order: EvaluationOrder, outcome: EvaluationOutcome, job: Job | None, settings: Settings, run_id: str
) -> str:
    """Return what was measured, what it cost, and where the whole report is."""
    place = f"teaching/{order.set_name}/" if order.set_name else "corrections"
    lines = [f"{outcome.recordings} recordings of {place} ({order.part}), {outcome.seconds / 60:.1f} minutes:"]
    lines += [_figures_text(model, settings) for model in outcome.models]
    lines += [str(difference) for difference in outcome.differences]
    if outcome.left_out:
        lines.append(f"{outcome.left_out} recordings cannot be used; the page of the evaluation names them.")
    if job:
        lines.append(f"Machine time: {cost.machine_time(job.vcpu_hours, settings)}.")
    lines.append(f"Word by word, with the sound: {page_addresses.evaluation_page(run_id)}")
    lines.append(f"The report is {RunKeys(order.run).evaluation('report.md')} in the audio bucket.")
    return "\n".join(map(printable, lines))


def _figures_text(model: ModelFigures, settings: Settings) -> str:
    mistakes = model.mistakes
    return (
        f"{model.model}: word error rate {mistakes.word_error_rate:.1f} % ({mistakes.substitutions} wrong, "
        f"{mistakes.deletions} missing and {mistakes.insertions} extra of {mistakes.words} words), letter error rate "
        f"{mistakes.letter_error_rate:.1f} %, real-time factor {model.real_time_factor:.3f}, "
        f"{cost.money(_hour_cost(model, settings))} for an hour of audio."
    )


def _model(model: ModelFigures, settings: Settings) -> dict[str, Any]:
    return {
        "model": model.model,
        "word_error_rate": round(model.mistakes.word_error_rate, 2),
        "letter_error_rate": round(model.mistakes.letter_error_rate, 2),
        "real_time_factor": model.real_time_factor,
        "cost_of_an_hour": _hour_cost(model, settings),
    }


def _hour_cost(model: ModelFigures, settings: Settings) -> float:
    """Return the price of the machine time for an hour of audio, in US dollars."""
    return cost.compute_cost(model.real_time_factor, settings)
