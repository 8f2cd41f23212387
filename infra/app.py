"""The CDK app of one deployment: a stack with the data, and two stacks that can be deleted without losing data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws_cdk import App, Tags, Validations
from aws_cdk.region_info import RegionInfo
from cdk_nag import AwsSolutionsChecks

from infra.airflow_stack import AirflowStack
from infra.batch_stack import BatchStack
from infra.cdk_context import read_settings
from infra.own_airflow_stack import OwnAirflowStack
from infra.regions import check_budget, deployment_region
from infra.settings import DeploymentSettings
from infra.storage_stack import StorageStack


def make_app(context: Mapping[str, Any] | None = None, folder: str | None = None) -> App:
    """Create the app. Its method `synth` writes the templates.

    Args:
        context: Settings of the deployment. The CDK's command line adds those of `cdk.json` and of `-c name=value`.
        folder: The folder for the templates. By default, the CDK's command line chooses it.

    Raises:
        ContextInvalid: A setting is unknown or wrong.
        RuleBroken: requirements.txt is for another version of Airflow.
    """
    app = App(context=dict(context or {}), outdir=folder)
    settings = _with_region(read_settings(app.node.get_all_context()))
    check_budget(settings)
    # Separates the costs of several deployments in one account.
    Tags.of(app).add("deployment", settings.name)
    storage = StorageStack(app, f"{settings.name}-storage", settings=settings)
    batch = BatchStack(app, f"{settings.name}-batch", settings=settings, storage=storage)
    stack: type[AirflowStack | OwnAirflowStack] = AirflowStack if settings.airflow == "new" else OwnAirflowStack
    airflow = stack(app, f"{settings.name}-airflow", settings=settings, storage=storage, batch=batch)
    # The CDK does not see this dependency, because the stacks import the buckets' ARNs as text.
    batch.add_stack_dependency(storage)
    airflow.add_stack_dependency(storage)
    # A finding that is not accepted ends the synthesis.
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def _with_region(settings: DeploymentSettings) -> DeploymentSettings:
    """Return the settings with the region of the credentials, if they name none and the templates need one.

    In the partition `aws`, the same templates fit nearly every region. In the others, the names of endpoint services
    depend on the region.
    """
    region = deployment_region(settings)
    is_special = region and RegionInfo.get(region).partition not in (None, "aws")
    return replace(settings, region=region) if is_special else settings
