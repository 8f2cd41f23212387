"""The permissions of callers that have a role.

An attempt at a job has the job role of its job definition, and a caller of AssumeRole has the assumed role. All other
clients use made-up credentials and may do everything. The roles of the CDK may also do everything.
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
from standin.iam.policy import RequiredPermission
from standin.server.api_call import ApiCall, bucket_and_key

#: The prefix of the roles that `cdk bootstrap` creates. The CDK and CloudFormation may do everything with these roles.
_CDK_PREFIX = "cdk-"


class RolePermissions:
    """The permissions that the policies of roles and buckets give to callers.

    Args:
        job_role: returns the ARN of an attempt's job role from its access key; None for every other access key.
    """

    def __init__(self, job_role: Callable[[str], str | None]) -> None:
        self._job_role = job_role

    def refusal(self, call: ApiCall, environ: dict[str, Any]) -> str | None:
        """Return why a call is refused; None if it is allowed."""
        role = self._role(call.access_key)
        if role is None:
            return None
        for permission in required_permissions.of_call(call, environ):
            if not _has(role, permission):
                return _message(role, permission)
        return self._refusal_of_missing_object(role, call, environ)

    def refusal_of_object(self, access_key: str, bucket: str, action: str, key: str) -> str | None:
        """Return why an action on one object of a DeleteObjects is refused; None if it is allowed."""
        role, permission = self._role(access_key), required_permissions.of_object(bucket, action, key)
        return None if role is None or _has(role, permission) else _message(role, permission)

    def _refusal_of_missing_object(self, role: Role, call: ApiCall, environ: dict[str, Any]) -> str | None:
        """Return why reading a missing object is refused; None if it is allowed or the object exists.

        If the role may not list the bucket, S3 returns 403 and not 404.
        """
        is_read = call.service == "s3" and environ["REQUEST_METHOD"] in ("GET", "HEAD")
        for access in call.accesses if is_read else ():
            bucket, _ = bucket_and_key(environ)
            listing = required_permissions.of_listing(bucket, None)
            if access.kind == "GET" and not _exists(bucket, access.key) and not _has(role, listing):
                return _message(role, listing)
        return None

    def _role(self, access_key: str) -> Role | None:
        """Return the role whose policies apply to an access key; None if its owner may do everything."""
        arn = self._job_role(access_key) or _assumed_role(access_key)
        if arn is None or arn.rpartition("/")[2].startswith(_CDK_PREFIX):
            return None
        return iam_backends[ACCOUNT_ID][PARTITION].get_role_by_arn(arn)


def _assumed_role(access_key: str) -> str | None:
    """Return the ARN of the role that the caller with this access key has assumed; None if there is none."""
    if not access_key.startswith("ASIA"):
        return None
    assumed_role = sts_backends[ACCOUNT_ID][PARTITION].get_assumed_role_from_access_key(access_key)
    return assumed_role.role_arn if assumed_role else None


def _has(role: Role, permission: RequiredPermission) -> bool:
    """Return whether a policy of the role or of the bucket allows the permission, and none denies it."""
    by_role = policy.evaluate(_policies(role), permission)
    if by_role is False or not permission.action.startswith("s3:"):
        return by_role is True
    by_bucket = policy.evaluate(_bucket_policies(permission), permission, role.arn)
    return by_bucket is not False and bool(by_role or by_bucket)


def _policies(role: Role) -> Iterator[dict[str, Any]]:
    for document in role.policies.values():
        yield json.loads(document)
    for managed in role.managed_policies.values():
        yield from (json.loads(version.document) for version in managed.versions if version.is_default)


def _bucket_policies(permission: RequiredPermission) -> list[dict[str, Any]]:
    name = permission.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    bucket = s3_backends[ACCOUNT_ID][PARTITION].buckets.get(name)
    return [json.loads(bucket.policy)] if bucket and bucket.policy else []


def _exists(bucket_name: str, key: str) -> bool:
    bucket = s3_backends[ACCOUNT_ID][PARTITION].buckets.get(bucket_name)
    return bucket is not None and key in bucket.keys


def _message(role: Role, permission: RequiredPermission) -> str:
    return f"{role.arn} is not authorized to perform {permission.action} on {permission.resource}"
