"""Findings of cdk-nag and checkov that are known, with the reason why they are no risk here."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Settle findings of `construct` and of what it consists of.

    Args:
        construct: which has them.
        reasons: rule → why it is no risk. Rules of checkov start with `CKV`, all others are cdk-nag's; one that names
            what was found says so in brackets: `AwsSolutions-IAM5[Resource::*]`.
    """
    Validations.of(construct).acknowledge(
        *(Acknowledgment(id=rule, reason=reason) for rule, reason in reasons.items() if not rule.startswith("CKV"))
    )
    skip = [{"id": rule, "comment": reason} for rule, reason in reasons.items() if rule.startswith("CKV")]
    if not skip:
        return
    for each in construct.node.find_all():
        if isinstance(each, CfnResource):
            earlier = each.get_metadata("checkov") or {"skip": []}
            each.add_metadata("checkov", {"skip": [*earlier["skip"], *skip]})
