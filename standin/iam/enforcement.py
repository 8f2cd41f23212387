"""Who may do what: the policies of roles are in force for whoever has the credentials of one.

These are the attempts at jobs whose definition names a job role, and everybody who called AssumeRole, but for the roles
of the CDK itself. All others, whose credentials are made up, may do everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.iam.models import Role, iam_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from standin.account import ACCOUNT_ID, PARTITION
from standin.iam import policy, required_permissions
from standin.iam.policy import Need
from standin.server.aws_request import Call

#: `cdk bootstrap` makes them, so that the CDK's command line and CloudFormation can do everything.
_CDK = "cdk-"


class Access:
    """Decides on requests. `job_role` gives the role of an attempt by its access key, if it has one."""

    def __init__(self, job_role: Callable[[str], str | None]) -> None:
        self._job_role = job_role

    def refusal(self, asked: Call, environ: dict[str, Any]) -> str | None:
        """Why a request is refused; nothing where it is not."""
        role = self._role(asked.access_key)
        if role is None:
            return None
        for need in required_permissions.of_request(asked, environ):
            if not _may(role, need):
                return _words(role, need)
        return self._hidden(role, asked, environ)

    def refusal_of_object(self, access_key: str, bucket: str, action: str, key: str) -> str | None:
        """Why one object of a request about many is refused; nothing where it is not."""
        role, need = self._role(access_key), required_permissions.of_object(bucket, action, key)
        return None if role is None or _may(role, need) else _words(role, need)

    def _hidden(self, role: Role, asked: Call, environ: dict[str, Any]) -> str | None:
        """That something is not there is told only to those who may list the bucket; S3 refuses all others."""
        is_read = asked.service == "s3" and environ["REQUEST_METHOD"] in ("GET", "HEAD")
        for access in asked.accesses if is_read else ():
            bucket = environ["PATH_INFO"].lstrip("/").partition("/")[0]
            listing = required_permissions.of_listing(bucket, None)
            if access.kind == "GET" and not _exists(bucket, access.key) and not _may(role, listing):
                return _words(role, listing)
        return None

    def _role(self, access_key: str) -> Role | None:
        arn = self._job_role(access_key) or _assumed(access_key)
        if arn is None or arn.rpartition("/")[2].startswith(_CDK):
            return None
        return iam_backends[ACCOUNT_ID][PARTITION].get_role_by_arn(arn)


def _assumed(access_key: str) -> str | None:
    if not access_key.startswith("ASIA"):
        return None
    found = sts_backends[ACCOUNT_ID][PARTITION].get_assumed_role_from_access_key(access_key)
    return found.role_arn if found else None


def _may(role: Role, need: Need) -> bool:
    own = policy.allows(_documents(role), need)
    if own is False or not need.action.startswith("s3:"):
        return own is True
    of_bucket = policy.allows(_bucket_policy(need), need, role.arn)
    return of_bucket is not False and bool(own or of_bucket)


def _documents(role: Role) -> Iterator[dict[str, Any]]:
    for document in role.policies.values():
        yield json.loads(document)
    for managed in role.managed_policies.values():
        yield from (json.loads(version.document) for version in managed.versions if version.is_default)


def _bucket_policy(need: Need) -> list[dict[str, Any]]:
    name = need.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    bucket = s3_backends[ACCOUNT_ID][PARTITION].buckets.get(name)
    return [json.loads(bucket.policy)] if bucket and bucket.policy else []


def _exists(bucket: str, key: str) -> bool:
    found = s3_backends[ACCOUNT_ID][PARTITION].buckets.get(bucket)
    return found is not None and key in found.keys


def _words(role: Role, need: Need) -> str:
    return f"{role.arn} is not authorized to perform {need.action} on {need.resource}"
