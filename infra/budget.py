"""The budget of a deployment: AWS Budgets sends a mail when a month costs more than a sum."""

from __future__ import annotations

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from infra.settings import DeploymentSettings

_BUDGET = budgets.CfnBudget


def add_budget(scope: Construct, settings: DeploymentSettings) -> None:
    """Add a budget with two mails: when the sum is exceeded, and when AWS expects that it will be.

    The budget counts what has the tag `deployment` with the name of the deployment. AWS Budgets sends the mails itself:
    the alert topic would need a key and a policy that let another service publish.

    Args:
        scope: The stack that the budget belongs to.
        settings: The settings of the deployment, with a sum and a mail address.
    """
    subscriber = _BUDGET.SubscriberProperty(address=settings.alert_mail, subscription_type="EMAIL")
    _BUDGET(
        scope,
        "Budget",
        budget=_BUDGET.BudgetDataProperty(
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=_BUDGET.SpendProperty(
                amount=settings.monthly_budget, unit="CNY" if settings.region.startswith("cn-") else "USD"
            ),
            cost_filters={"TagKeyValue": [f"user:deployment${settings.name}"]},
        ),
        notifications_with_subscribers=[
            _BUDGET.NotificationWithSubscribersProperty(
                notification=_BUDGET.NotificationProperty(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=100,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[subscriber],
            )
            for kind in ("ACTUAL", "FORECASTED")
        ],
    )
