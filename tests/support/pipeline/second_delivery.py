"""The program `python second_delivery.py DAG_ID RUN_ID TASK_ID`, which executes a running task a second time.

It runs in Airflow's environment and does what happens on MWAA when SQS delivers a message of Celery again, after its
visibility timeout of 12 hours:

1. A second worker starts the same attempt of the task. Airflow's execution API refuses that with 409, reason
   `invalid_state`, because the task is running.
2. Unless the executor ignores the worker's error, it reaches the scheduler, which takes it for the end of the attempt
   and orders the next one. The process of the first attempt ends when one of its next heartbeats is refused, so for
   some seconds two attempts work.

The program prints the second worker's error. Its exit code is 1 if that worker was allowed to start.
"""

from __future__ import annotations

import sys

from airflow import settings
from airflow.executors.local_executor import LocalExecutor
from airflow.executors.workloads import ExecuteTask
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models.dagbag import DBDagBag
from airflow.models.taskinstance import TaskInstance
from airflow.sdk.exceptions import TaskAlreadyRunningError
from airflow.sdk.execution_time.execute_workload import execute_workload
from airflow.utils.session import create_session
from sqlalchemy import select


def main(dag_id: str, run_id: str, task_id: str) -> int:
    """Execute a running task a second time, and report the result to the scheduler as an executor does."""
    executor = LocalExecutor()
    with create_session() as session:
        names = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id}
        ti = session.scalars(select(TaskInstance).filter_by(**names)).one()
        workload = ExecuteTask.make(ti, generator=executor.jwt_generator)
        key, scheduler = ti.key, ti.queued_by_job_id
    try:
        execute_workload(workload)
    except TaskAlreadyRunningError as error:
        print(error)
        executor.fail(key, error)
    else:
        return 1
    settings.configure_orm()  # a worker gives up the database
    with create_session() as session:
        SchedulerJobRunner.process_executor_events(executor, scheduler, DBDagBag(), session)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
