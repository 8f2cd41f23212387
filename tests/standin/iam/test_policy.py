"""The evaluation of policies: if it allowed more than AWS does, no test of permissions would prove anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from standin.iam.policy import PolicyUnsupported, RequiredPermission, evaluate

BUCKET = "arn:aws:s3:::recordings"
TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
WRITE = RequiredPermission("s3:PutObject", f"{BUCKET}/output/a b", TLS)


def allow(action: Any = "s3:PutObject", resource: Any = f"{BUCKET}/output/*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


def deny(**more: Any) -> dict[str, Any]:
    return {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/*", **more}}


def listing(**context: str) -> RequiredPermission:
    return RequiredPermission("s3:ListBucket", BUCKET, context)


@pytest.mark.parametrize(
    "policy",
    [
        allow(),
        allow("S3:putobject"),
        allow(["s3:GetObject", "s3:Put*"]),
        allow(resource=["arn:aws:s3:::other/*", f"{BUCKET}/output/a?b"]),
        allow("*", "*"),
    ],
)
def test_what_a_policy_allows_is_allowed(policy: dict[str, Any]) -> None:
    assert evaluate([policy], WRITE) is True


@pytest.mark.parametrize(
    "policy",
    [
        allow("s3:GetObject"),
        allow("s3:PutObjectAcl"),
        allow(resource=BUCKET),
        allow(resource=f"{BUCKET}/output"),
        allow(resource=f"{BUCKET}/input/*"),
        allow(resource="arn:aws:s3:::RECORDINGS/*"),
        allow(Condition={"StringEquals": {"aws:SourceAccount": "1"}}),
        allow(Condition={"Bool": {"aws:SecureTransport": "false"}}),
    ],
)
def test_what_no_policy_allows_is_not_allowed(policy: dict[str, Any]) -> None:
    assert evaluate([policy], WRITE) is None


def test_a_denial_in_one_policy_outweighs_another_ones_permission() -> None:
    assert evaluate([allow(), deny()], WRITE) is False


def test_a_policy_that_requires_tls_allows_requests_with_tls() -> None:
    """The stand-in has no certificate: its requests count as if they used TLS."""
    for condition in (
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ):
        assert evaluate([allow(), deny(Condition=condition)], WRITE) is True


def test_not_action_and_not_resource_match_everything_else() -> None:
    statement = {"Effect": "Allow", "NotAction": "s3:Delete*", "NotResource": f"{BUCKET}/input/*"}
    policy = {"Statement": [statement]}
    assert evaluate([policy], WRITE) is True
    assert evaluate([policy], RequiredPermission("s3:DeleteObject", WRITE.resource)) is None
    assert evaluate([policy], RequiredPermission("s3:PutObject", f"{BUCKET}/input/a.wav")) is None


def test_a_listing_is_allowed_by_its_prefix() -> None:
    prefixes = {"s3:prefix": ["models/*"]}
    strict = allow("s3:ListBucket", BUCKET, Condition={"StringLike": prefixes})
    lenient = allow("s3:ListBucket", BUCKET, Condition={"StringLikeIfExists": prefixes})
    models, everything, other = (
        listing(**{"s3:prefix": "models/a"}),
        listing(),
        listing(**{"s3:prefix": "input/"}),
    )
    assert [evaluate([strict], permission) for permission in (models, everything, other)] == [True, None, None]
    assert [evaluate([lenient], permission) for permission in (models, everything, other)] == [True, True, None]


@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotLike", "ArnNotLike", "NumericNotEquals"])
@pytest.mark.parametrize(("context", "denied"), [({}, True), ({"k": "1"}, False), ({"k": "2"}, True)])
def test_a_negated_condition_holds_where_the_request_lacks_the_key(
    operator: str, context: Mapping[str, str], denied: bool
) -> None:
    """AWS denies a request without the key, too: a policy that refuses all but one value refuses none at all."""
    policies = [allow(), deny(Condition={operator: {"k": "1"}})]
    permission = RequiredPermission(WRITE.action, WRITE.resource, context)
    assert evaluate(policies, permission) is (not denied)


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ArnLike", "Bool", "NumericLessThan"])
def test_any_other_condition_does_not_hold_where_the_request_lacks_the_key(operator: str) -> None:
    condition = {operator: {"missing": "1"}}
    assert evaluate([allow(Condition=condition)], WRITE) is None
    assert evaluate([allow(), deny(Condition=condition)], WRITE) is True


def test_null_tells_whether_the_request_has_the_key() -> None:
    for value, allowed in (("true", None), ("false", True)):
        assert evaluate([allow(Condition={"Null": {"aws:SecureTransport": value}})], WRITE) is allowed
    assert evaluate([allow(Condition={"Null": {"missing": "true"}})], WRITE) is True


@pytest.mark.parametrize("key", ["aws:SecureTransport", "missing"])
def test_an_unknown_condition_is_an_error(key: str) -> None:
    policy = allow(Condition={"DateLessThan": {key: "2026-01-01"}})
    with pytest.raises(PolicyUnsupported, match="DateLessThan"):
        evaluate([policy], WRITE)


@pytest.mark.parametrize("more", [{"NotPrincipal": "*"}, {"NotAction": "s3:*"}, {"NotResource": "*"}])
def test_a_statement_that_cannot_be_evaluated_is_an_error(more: dict[str, str]) -> None:
    with pytest.raises(PolicyUnsupported):
        evaluate([allow(**more)], WRITE)


def test_a_policy_of_a_bucket_may_name_a_role() -> None:
    role = "arn:aws:iam::123456789012:role/reader"
    policy = {"Statement": [{**allow()["Statement"][0], "Principal": {"AWS": [role]}}]}
    assert evaluate([policy], WRITE, role) is True
    assert evaluate([policy], WRITE, f"{role}2") is None


def test_a_policy_of_a_resource_may_name_a_service() -> None:
    policy = allow(Principal={"Service": "events.amazonaws.com"})
    assert evaluate([policy], WRITE, "events.amazonaws.com") is True
    assert evaluate([policy], WRITE, "cloudwatch.amazonaws.com") is None
