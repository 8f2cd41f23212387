"""Findings of cdk-nag, checkov and cfn-lint that are known, with the reason why they are no risk here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct

_ITS_OWN = (
    "A function of the CDK, which runs for seconds during `cdk deploy` and `cdk destroy`, called by CloudFormation."
)
#: Of the functions that the CDK brings along to do what CloudFormation cannot.
OF_CDK_FUNCTIONS: Final = {
    "CKV_AWS_115": f"{_ITS_OWN} A limit would take from what the account has for others.",
    "CKV_AWS_116": f"{_ITS_OWN} What fails there fails the deployment, which says so.",
    "CKV_AWS_117": f"{_ITS_OWN} It reaches S3 alone, and nothing in the VPC.",
    "CKV_AWS_173": f"{_ITS_OWN} Its only variable is the path of a certificate bundle.",
    "W3005": "The CDK names a dependency twice.",
}


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Settle findings of `construct` and of what it consists of.

    Args:
        construct: which has them.
        reasons: rule → why it is no risk. `CKV_…` are checkov's rules, a letter and four digits cfn-lint's, all others
            cdk-nag's; one that names what was found says so in brackets: `AwsSolutions-IAM5[Resource::*]`.
    """
    checkov = [{"id": rule, "comment": reason} for rule, reason in reasons.items() if rule.startswith("CKV")]
    cfn_lint = [rule for rule in reasons if re.fullmatch(r"[EWI]\d{4}", rule)]
    others = reasons.keys() - {each["id"] for each in checkov} - set(cfn_lint)
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=reasons[rule]) for rule in sorted(others)))
    resources = [each for each in construct.node.find_all() if isinstance(each, CfnResource)]
    for each in resources if checkov else []:
        earlier = each.get_metadata("checkov") or {"skip": []}
        each.add_metadata("checkov", {"skip": [*earlier["skip"], *checkov]})
    for each in resources if cfn_lint else []:
        each.add_metadata("cfn-lint", {"config": {"ignore_checks": cfn_lint}})
