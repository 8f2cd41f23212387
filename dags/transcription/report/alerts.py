"""Messages to an SNS topic about failed runs, doubtful models and, if the settings say so, successful runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.configuration import conf
from airflow.providers.amazon.aws.notifications.sns import SnsNotifier

from transcription.shared.setting_texts import find_text

#: The XCom of the task `report` with the text of the daily summary. If the task pushes none, nothing is sent.
SUMMARY = "summary"


class SummaryNotifier(SnsNotifier):
    """An SnsNotifier that sends the daily summary, if the task `report` has pushed one."""

    def notify(self, context: Any) -> None:
        """Send the message. Airflow has filled in its templates."""
        if context["ti"].xcom_pull(task_ids="report", key=SUMMARY):
            super().notify(context)  # type: ignore[no-untyped-call]


#: What the message about a failed run says.
_TRANSCRIPTION = (
    "What it has finished is kept. The other files stay in input/, and the next run takes them. The log of the first "
    "red task says what is wrong:"
)


def on_red_run(subject: str = "Transcription failed", text: str = _TRANSCRIPTION) -> list[Callable[[Any], None]]:
    """Return the callbacks for a failed run of a DAG, or an empty list if the deployment has no topic.

    Airflow calls this function when it parses the DAG file, so the function calls no service.

    Args:
        subject: the subject of the message, to which the run's id is added.
        text: what the message says between the name of the run and its address.
    """
    topic = find_text("alert_topic")
    if not topic:
        return []
    airflow_url = conf.get("api", "base_url", fallback="").rstrip("/")
    message = (
        f"The run {{{{ run_id }}}} of {{{{ dag.dag_id }}}} failed. {text}\n"
        f"{airflow_url}/dags/{{{{ dag.dag_id }}}}/runs/{{{{ run_id }}}}"
    )
    # SNS accepts subjects of up to 100 characters; a run id may have 250.
    return [SnsNotifier(target_arn=topic, subject=f"{subject}: {{{{ run_id[:70] }}}}", message=message)]


def on_doubt() -> list[Callable[[Any], None]]:
    """Return the callbacks for the success of the task `report`, which send the doubt about the model if there is one.

    The list is empty if the deployment has no topic.
    """
    topic = find_text("alert_topic")
    if not topic:
        return []
    notify = SnsNotifier(
        target_arn=topic,
        subject="Transcripts to check: {{ run_id[:70] }}",
        message="{{ ti.xcom_pull(task_ids='report', key='model_doubt') }}\n\n"
        "{{ ti.xcom_pull(task_ids='report', key='summary') }}",
    )

    def notify_if_in_doubt(context: Any) -> None:
        if context["ti"].xcom_pull(task_ids="report", key="model_doubt"):
            notify(context)

    return [notify_if_in_doubt]


def on_report() -> list[Callable[[Any], None]]:
    """Return the callbacks for the success of the task `report`.

    The list is empty if the deployment has no topic, or if the setting `daily_summary` is not true.
    """
    topic = find_text("alert_topic")
    # Not `getboolean`: an invalid value must fail the run with a message, not keep the DAG out of the UI.
    if not topic or (find_text("daily_summary") or "").lower() != "true":
        return []
    message = f"{{{{ ti.xcom_pull(task_ids='report', key='{SUMMARY}') }}}}"
    return [SummaryNotifier(target_arn=topic, subject="Transcribed: {{ run_id[:70] }}", message=message)]
