"""The DAG `evaluate_models`: check, evaluate, report. It exists only in deployments with a job definition for it."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

# The DAG processor imports the Airflow modules that this file names before it forks the processes that load the file.
import airflow.providers.amazon.aws.operators.batch  # noqa: F401 - `EvaluateOperator` imports this module, which takes a second
from airflow.sdk import get_current_context, task

# Airflow lets DAG files import from the DAGs folder, but not from a folder below it.
if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))

from transcription.contract.run_keys import RunKeys
from transcription.evaluate import evaluation_text
from transcription.evaluate.evaluate_operator import EvaluateOperator
from transcription.evaluate.evaluation_ordering import order_evaluation
from transcription.evaluate.evaluation_request import FORM
from transcription.evaluate.evaluation_store import EVALUATIONS
from transcription.order.order_dag import order_dag
from transcription.shared import page_addresses, run_folder
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import Job
from transcription.shared.setting_texts import find_text
from transcription.shared.settings import load_settings
from transcription.shared.task_errors import fail_without_retry

log = logging.getLogger(__name__)


@order_dag(
    __file__,
    form=FORM,
    texts={"data": f"[Your data]({page_addresses.data_page()})"},
    description="Measures models on recordings with known texts, and compares them.",
    alert="Evaluation failed",
)
def evaluate_models() -> None:
    """Define the tasks of the DAG and their order."""

    # Airflow 3.0 warns when it cannot infer `multiple_outputs` from the signature, which `fail_without_retry` hides.
    @task(multiple_outputs=False)
    @fail_without_retry()
    def check() -> dict[str, Any]:
        """Look for the models and the recordings, and freeze the order."""
        context, settings = get_current_context(), load_settings()
        order = order_evaluation(Bucket(settings.bucket), context, settings)
        return {"run": order.run, "models": list(order.models), "set": order.set_name, "part": order.part}

    evaluate = EvaluateOperator(
        task_id="evaluate",
        job_queue="{{ settings().job_queue }}",
        job_definition="{{ settings().teach_job_definition }}",
        # Errors of the job itself are not retried. Lost workers and networks are, and a job may take many hours.
        retries=10,
    )

    @task(multiple_outputs=False)
    @fail_without_retry()
    def report() -> dict[str, Any]:
        """Say what was measured."""
        context, settings = get_current_context(), load_settings()
        bucket = Bucket(settings.bucket)
        order = EVALUATIONS.read_order(bucket, run_folder.current_run(bucket, context))
        outcome = EVALUATIONS.read_outcome(bucket, order.run)
        job = bucket.find_record(Job, RunKeys(order.run).job)
        log.info("%s", evaluation_text.describe(order, outcome, job, settings, context["run_id"]))
        return evaluation_text.figures(order, outcome, job, settings)

    check() >> evaluate >> report()


# In other deployments, nobody shall see a DAG that cannot run.
if find_text("teach_job_definition"):
    dag_of_evaluations = evaluate_models()
