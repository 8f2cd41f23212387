"""The DAG `teach_model`: check, teach, decide, report. It exists only in deployments with a job definition for it."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

# The DAG processor imports the Airflow modules that this file names before it forks the processes that load the file.
import airflow.providers.amazon.aws.operators.batch  # noqa: F401 - `TeachOperator` imports this module, which takes a second
from airflow.sdk import get_current_context, task

# Airflow lets DAG files import from the DAGs folder, but not from a folder below it.
if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))

from transcription.contract.run_keys import RunKeys
from transcription.order.order_dag import order_dag
from transcription.shared import page_addresses, run_folder
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import Job
from transcription.shared.setting_texts import find_text
from transcription.shared.settings import load_settings
from transcription.shared.task_errors import fail_without_retry
from transcription.teach import promotion, teaching_text
from transcription.teach.ordering import order_teaching
from transcription.teach.teach_operator import TeachOperator
from transcription.teach.teaching_request import FORM
from transcription.teach.teaching_store import TEACHINGS

log = logging.getLogger(__name__)


@order_dag(
    __file__,
    form=FORM,
    texts={"models": f"[Models]({page_addresses.models_page()})"},
    description="Teaches a model from corrections and from recordings with texts, and uses it if it is better.",
    alert="Teaching failed",
)
def teach_model() -> None:
    """Define the tasks of the DAG and their order."""

    # Airflow 3.0 warns when it cannot infer `multiple_outputs` from the signature, which `fail_without_retry` hides.
    @task(multiple_outputs=False)
    @fail_without_retry()
    def check() -> dict[str, Any]:
        """Look at what can be taught, and freeze the order."""
        context, settings = get_current_context(), load_settings()
        order = order_teaching(Bucket(settings.bucket), context, settings)
        return {"run": order.run, "base": order.base, "name": order.name}

    teach = TeachOperator(
        task_id="teach",
        job_queue="{{ settings().job_queue }}",
        job_definition="{{ settings().teach_job_definition }}",
        # Errors of the job itself are not retried. Lost workers and networks are, and a job may take many hours.
        retries=10,
    )

    @task(multiple_outputs=False)
    @fail_without_retry()
    def decide() -> dict[str, Any]:
        """Let runs use the new model if it is better than the one in use."""
        context = get_current_context()
        bucket = Bucket(load_settings().bucket)
        order = TEACHINGS.read_order(bucket, run_folder.current_run(bucket, context))
        decision = promotion.decide(bucket, order, by=f"teach_model, {context['run_id']}")
        return {"is_used": decision.is_used, "reason": decision.reason}

    @task(multiple_outputs=False)
    @fail_without_retry()
    def report() -> dict[str, Any]:
        """Say what was measured and decided."""
        context, settings = get_current_context(), load_settings()
        bucket = Bucket(settings.bucket)
        order = TEACHINGS.read_order(bucket, run_folder.current_run(bucket, context))
        outcome = TEACHINGS.read_outcome(bucket, order.run)
        decision = promotion.read(bucket, order.run)
        job = bucket.find_record(Job, RunKeys(order.run).job)
        log.info("%s", teaching_text.describe(order, outcome, decision, job, settings))
        return teaching_text.figures(outcome, decision, job, settings)

    check() >> teach >> decide() >> report()


# In other deployments, nobody shall see a DAG that cannot run.
if find_text("teach_job_definition"):
    dag_of_teaching = teach_model()
