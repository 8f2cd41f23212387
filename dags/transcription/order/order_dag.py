"""The decorator of the DAGs whose runs people order: no schedule, one run at a time, a job of hours or days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import dag

from transcription.order.order_form import OrderForm
from transcription.report import alerts
from transcription.shared.settings import load_settings
from transcription.shared.task_errors import fail_without_retry

#: The time after which Airflow fails a run. A job or child has ten attempts of 24 hours at most, and waits for machines
#: between them.
LONGEST_RUN = timedelta(days=14)


def order_dag(
    file: str, *, form: OrderForm[Any], texts: Mapping[str, str], description: str, alert: str
) -> Callable[[Callable[[], None]], Callable[[], Any]]:
    """Return the decorator of a function that defines the tasks of a DAG and their order.

    Args:
        file: the path of the DAG file. The text of the DAG in Airflow is the Markdown file beside it.
        form: the trigger form. Its example replaces `{example}` in the text of the DAG.
        texts: what replaces other `{name}` in that text, by names.
        description: what the DAG does, in a sentence.
        alert: the subject of the message about a failed run.
    """
    text = Path(file).with_suffix(".md").read_text()
    for name, value in {"example": form.example, **texts}.items():
        text = text.replace(f"{{{name}}}", value)
    decorator: Callable[[Callable[[], None]], Callable[[], Any]] = dag(
        schedule=None,
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=LONGEST_RUN,
        is_paused_upon_creation=False,
        params=form.params,
        doc_md=text,
        description=description,
        tags=["speech-to-text"],
        # A task that lost its worker or the network is retried and continues from what is in the bucket.
        default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
        user_defined_macros={"settings": fail_without_retry()(load_settings)},
        on_failure_callback=alerts.on_red_run(
            alert, "No model was changed. The log of the first red task says what is wrong:"
        ),
    )
    return decorator
