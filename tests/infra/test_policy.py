"""The policy evaluator on which the tests of permissions rely."""

from __future__ import annotations

import pytest

from tests.support.infra.permissions import is_allowed

ALLOW = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/input/*"}
LIST = {
    "Effect": "Allow",
    "Action": ["s3:ListBucket"],
    "Resource": "arn:aws:s3:::b",
    "Condition": {"StringLike": {"s3:prefix": ["input/*"]}},
}
TLS = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("s3:GetObject", "arn:aws:s3:::b/input/a/b.wav", True),
        ("S3:getobject", "arn:aws:s3:::b/input/", True),
        ("s3:GetObject", "arn:aws:s3:::b/input", False),
        ("s3:GetObject", "arn:aws:s3:::b/INPUT/a", False),
        ("s3:PutObject", "arn:aws:s3:::b/input/a", False),
        ("s3:GetObject", "arn:aws:s3:::other/input/a", False),
    ],
)
def test_actions_ignore_case_and_resources_do_not(action: str, resource: str, allowed: bool) -> None:
    assert is_allowed([ALLOW], action, resource) is allowed


def test_a_deny_statement_overrides_every_allow_statement() -> None:
    request = ("s3:GetObject", "arn:aws:s3:::b/input/a", {"aws:SecureTransport": "false"})
    assert not is_allowed([ALLOW, TLS], *request)
    assert is_allowed([ALLOW, TLS], *request[:2], {"aws:SecureTransport": "true"})


def test_a_condition_on_a_missing_key_does_not_hold() -> None:
    assert is_allowed([LIST], "s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "input/a"})
    assert not is_allowed([LIST], "s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "output/a"})
    assert not is_allowed([LIST], "s3:ListBucket", "arn:aws:s3:::b")


def test_an_if_exists_condition_on_a_missing_key_holds() -> None:
    if_exists = {**LIST, "Condition": {"StringLikeIfExists": {"s3:prefix": ["input/*"]}}}
    assert is_allowed([if_exists], "s3:ListBucket", "arn:aws:s3:::b")
    assert not is_allowed([if_exists], "s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "output/a"})


def test_not_resource_allows_all_other_resources() -> None:
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": "arn:aws:kms:*:1:key/*"}
    assert not is_allowed([statement], "kms:Decrypt", "arn:aws:kms:r:1:key/a")
    assert is_allowed([statement], "kms:Decrypt", "arn:aws:kms:r:2:key/a")


@pytest.mark.parametrize(
    "unsupported_element", [{"NotAction": "s3:*"}, {"Condition": {"DateLessThan": {"aws:CurrentTime": "x"}}}]
)
def test_an_unsupported_element_is_an_error_instead_of_a_refusal(unsupported_element: dict[str, object]) -> None:
    with pytest.raises(NotImplementedError):
        is_allowed(
            [{**ALLOW, **unsupported_element}], "s3:GetObject", "arn:aws:s3:::b/input/a", {"aws:CurrentTime": "y"}
        )
