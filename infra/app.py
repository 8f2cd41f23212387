"""The stacks of one deployment: what holds data apart from what does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra.airflow import AirflowStack
from infra.batch import BatchStack
from infra.settings import read
from infra.storage import StorageStack


def make_app(context: Mapping[str, Any] | None = None, folder: str | None = None) -> App:
    """The app, ready for `synth`.

    Args:
        context: settings; those of the CDK's command line where it is the one that asks.
        folder: where the templates go.

    Raises:
        ContextInvalid: a setting is unknown or wrong.
        RuleBroken: requirements.txt is for another version of Airflow.
    """
    app = App(context=dict(context or {}), outdir=folder)
    settings = read(app.node.get_all_context())
    # So that a deployment's costs can be told from another one's.
    Tags.of(app).add("deployment", settings.name)
    storage = StorageStack(app, f"{settings.name}-storage", settings=settings)
    batch = BatchStack(app, f"{settings.name}-batch", settings=settings, storage=storage)
    airflow = AirflowStack(app, f"{settings.name}-airflow", settings=settings, storage=storage, batch=batch)
    # They take the buckets' ARNs by hand, from which the CDK makes no order.
    batch.add_stack_dependency(storage)
    airflow.add_stack_dependency(storage)
    # A finding that nobody has settled ends the synthesis.
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app
