"""Accepted findings of the linters cdk-nag, checkov and cfn-lint: findings that are no risk here, with the reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct

_CDK_FUNCTION = (
    "A function of the CDK, which runs for seconds during `cdk deploy` and `cdk destroy`, called by CloudFormation."
)
#: Accepted findings of the Lambda functions that the CDK adds for tasks that CloudFormation cannot do.
CDK_FUNCTION_FINDINGS: Final = {
    "CKV_AWS_115": f"{_CDK_FUNCTION} A limit would take concurrency from the account's other functions.",
    "CKV_AWS_116": f"{_CDK_FUNCTION} If it fails, the deployment fails and shows the reason.",
    "CKV_AWS_117": f"{_CDK_FUNCTION} It calls S3 only, and nothing in the VPC.",
    "CKV_AWS_173": f"{_CDK_FUNCTION} Its only variable is the path of a certificate bundle.",
    "W3005": "The CDK names a dependency twice.",
}


def accept_findings(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept findings of a construct and of everything in it.

    Args:
        construct: The construct that has the findings.
        reasons: The rules, each with the reason why its finding is no risk. `CKV_…` are rules of checkov, a letter with
            four digits is a rule of cfn-lint, all others are rules of cdk-nag. If cdk-nag reports a detail, the detail
            follows the rule in brackets: `AwsSolutions-IAM5[Resource::*]`.
    """
    checkov_skips = [{"id": rule, "comment": reason} for rule, reason in reasons.items() if rule.startswith("CKV")]
    cfn_lint_rules = [rule for rule in reasons if re.fullmatch(r"[EWI]\d{4}", rule)]
    cdk_nag_rules = reasons.keys() - {skip["id"] for skip in checkov_skips} - set(cfn_lint_rules)
    Validations.of(construct).acknowledge(
        *(Acknowledgment(id=rule, reason=reasons[rule]) for rule in sorted(cdk_nag_rules))
    )
    resources = [child for child in construct.node.find_all() if isinstance(child, CfnResource)]
    for resource in resources if checkov_skips else []:
        metadata = resource.get_metadata("checkov") or {"skip": []}
        resource.add_metadata("checkov", {"skip": [*metadata["skip"], *checkov_skips]})
    for resource in resources if cfn_lint_rules else []:
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": cfn_lint_rules}})
