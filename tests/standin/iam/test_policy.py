"""What policies allow: a rehearsal with roles that may do more than AWS lets them proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from standin.iam.policy import ConditionUnknown, Need, allows

BUCKET = "arn:aws:s3:::recordings"
WRITE = Need("s3:PutObject", f"{BUCKET}/output/a b", {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"})


def allow(action: Any = "s3:PutObject", resource: Any = f"{BUCKET}/output/*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


def deny(**more: Any) -> dict[str, Any]:
    return {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/*", **more}}


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
    assert allows([policy], WRITE) is True


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
    assert allows([policy], WRITE) is None


def test_a_denial_in_one_policy_outweighs_another_ones_permission() -> None:
    assert allows([allow(), deny()], WRITE) is False


def test_a_bucket_that_wants_tls_refuses_nobody_who_has_it() -> None:
    """The local AWS has no certificate: every request counts as one with TLS."""
    for condition in (
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ):
        assert allows([allow(), deny(Condition=condition)], WRITE) is True


def test_everything_but_what_is_named() -> None:
    statement = {"Effect": "Allow", "NotAction": "s3:Delete*", "NotResource": f"{BUCKET}/input/*"}
    policy = {"Statement": [statement]}
    assert allows([policy], WRITE) is True
    assert allows([policy], Need("s3:DeleteObject", WRITE.resource)) is None
    assert allows([policy], Need("s3:PutObject", f"{BUCKET}/input/a.wav")) is None


def test_a_listing_is_allowed_by_its_prefix() -> None:
    wanted = {"StringLike": {"s3:prefix": ["models/*"]}}
    strict = allow("s3:ListBucket", BUCKET, Condition=wanted)
    lenient = allow("s3:ListBucket", BUCKET, Condition={"StringLikeIfExists": wanted["StringLike"]})
    models, everything = (Need("s3:ListBucket", BUCKET, context) for context in ({"s3:prefix": "models/a"}, {}))
    other = Need("s3:ListBucket", BUCKET, {"s3:prefix": "input/"})
    assert [allows([strict], each) for each in (models, everything, other)] == [True, None, None]
    assert [allows([lenient], each) for each in (models, everything, other)] == [True, True, None]


def test_a_condition_that_nobody_knows_is_no_guess() -> None:
    policy = allow(Condition={"DateLessThan": {"aws:SecureTransport": "2026-01-01"}})
    with pytest.raises(ConditionUnknown, match="DateLessThan"):
        allows([policy], WRITE)


def test_a_bucket_may_name_who() -> None:
    role = "arn:aws:iam::123456789012:role/reader"
    policy = {"Statement": [{**allow()["Statement"][0], "Principal": {"AWS": [role]}}]}
    assert allows([policy], WRITE, role) is True
    assert allows([policy], WRITE, f"{role}2") is None
