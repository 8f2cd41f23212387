"""The API of Amazon MWAA. It checks and stores descriptions of environments, but starts no environment.

GetEnvironment returns what a caller needs to run an environment itself.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from werkzeug.wrappers import Request, Response

from standin.account import session

#: The form of an environment's name, and its number of subnets.
#: Source: Amazon MWAA API Reference, CreateEnvironment.
_NAME = re.compile(r"[a-zA-Z][0-9a-zA-Z\-_]{0,79}")
_SUBNET_COUNT = 2
#: The last part of the log group's name, by kind of log.
_LOG_GROUP_SUFFIXES = {
    "DagProcessingLogs": "DAGProcessing",
    "SchedulerLogs": "Scheduler",
    "TaskLogs": "Task",
    "WebserverLogs": "Webserver",
    "WorkerLogs": "Worker",
}
#: The services that must be allowed to assume the execution role.
#: Source: Amazon MWAA User Guide, "Amazon MWAA execution role".
_PRINCIPALS = {"airflow.amazonaws.com", "airflow-env.amazonaws.com"}


class EnvironmentInvalid(Exception):
    """Raised when MWAA would refuse an environment, or would fail to create it. The message says why."""


class MwaaApi:
    """The environments of one account and region, and the answers to requests about them."""

    def __init__(self, endpoint: str, region: str, account_id: str) -> None:
        boto_session = session("mwaa", region)
        self._s3 = boto_session.client("s3", endpoint_url=endpoint)
        self._ec2 = boto_session.client("ec2", endpoint_url=endpoint)
        self._iam = boto_session.client("iam", endpoint_url=endpoint)
        self._region, self._account_id = region, account_id
        self._environments: dict[str, dict[str, Any]] = {}
        self._lock = threading.RLock()

    def answer(self, request: Request) -> Response:
        """Return the response to a request."""
        name = request.path.removeprefix("/environments").strip("/")
        with self._lock:
            try:
                return self._dispatch(request.method, name, request.get_data(as_text=True))
            except EnvironmentInvalid as error:
                return _failure(400, "ValidationException", str(error))

    def _dispatch(self, method: str, name: str, body: str) -> Response:
        if not name:
            return _response({"Environments": sorted(self._environments)})
        if method == "PUT":
            if name in self._environments:
                raise EnvironmentInvalid(f"An environment with the name {name} already exists")
            return _response({"Arn": self._create(name, json.loads(body))["Arn"]})
        if name not in self._environments:
            return _failure(404, "ResourceNotFoundException", f"Environment with name {name} not found")
        if method == "PATCH":
            return _response({"Arn": self._update(name, json.loads(body))["Arn"]})
        if method == "DELETE":
            del self._environments[name]
            return _response({})
        return _response({"Environment": self._environments[name]})

    def _create(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        _check(
            _NAME.fullmatch(name) is not None,
            f"Name {name!r}: use letters, digits, '-' and '_', and start with a letter",
        )
        self._check_network(arguments["NetworkConfiguration"])
        environment = {
            "EnvironmentClass": "mw1.small",
            **arguments,
            "Name": name,
            "Arn": f"arn:aws:airflow:{self._region}:{self._account_id}:environment/{name}",
            "Status": "AVAILABLE",
            "CreatedAt": datetime.now(UTC).timestamp(),
            "WebserverUrl": f"{uuid.uuid4()}.c1.airflow.{self._region}.on.aws",
            "LoggingConfiguration": self._logging_configuration(name, arguments.get("LoggingConfiguration", {})),
        }
        self._check_sources(environment)
        self._environments[name] = environment
        return environment

    def _update(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        changed = {key: value for key, value in arguments.items() if key != "NetworkConfiguration"}
        environment = {**self._environments[name], **changed}
        environment["LastUpdate"] = {"Status": "SUCCESS", "CreatedAt": datetime.now(UTC).timestamp()}
        environment["LoggingConfiguration"] = self._logging_configuration(name, environment["LoggingConfiguration"])
        self._check_sources(environment)
        self._environments[name] = environment
        return environment

    def _logging_configuration(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        prefix = f"arn:aws:logs:{self._region}:{self._account_id}:log-group:airflow-{name}-"
        return {
            kind: {
                "Enabled": False,
                **arguments.get(kind, {}),
                "CloudWatchLogGroupArn": f"{prefix}{suffix}:*",
            }
            for kind, suffix in _LOG_GROUP_SUFFIXES.items()
        }

    def _check_network(self, network: Mapping[str, Any]) -> None:
        ids = network["SubnetIds"]
        try:
            subnets = self._ec2.describe_subnets(SubnetIds=ids)["Subnets"]
            self._ec2.describe_security_groups(GroupIds=network["SecurityGroupIds"])
        except ClientError as error:
            raise EnvironmentInvalid(str(error)) from error
        zones = {subnet["AvailabilityZone"] for subnet in subnets}
        _check(len(ids) == len(zones) == _SUBNET_COUNT, "The environment needs 2 subnets, each in a zone of its own")
        _check(
            not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets),
            "The subnets of the environment must be private",
        )

    def _check_sources(self, environment: Mapping[str, Any]) -> None:
        bucket = environment["SourceBucketArn"].rpartition(":::")[2]
        try:
            versioning = self._s3.get_bucket_versioning(Bucket=bucket).get("Status")
            block = self._s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
            for file in ("Plugins", "Requirements", "StartupScript"):
                if key := environment.get(f"{file}S3Path"):
                    version = environment.get(f"{file}S3ObjectVersion")
                    version_argument = {"VersionId": version} if version else {}
                    self._s3.head_object(Bucket=bucket, Key=key, **version_argument)
            role = self._iam.get_role(RoleName=environment["ExecutionRoleArn"].rpartition("/")[2])["Role"]
        except ClientError as error:
            raise EnvironmentInvalid(f"The environment cannot use s3://{bucket} or its role: {error}") from error
        _check(versioning == "Enabled", f"The bucket {bucket} must have versioning enabled")
        _check(all(block.values()), f"The bucket {bucket} must block public access")
        trusted = _PRINCIPALS & set(
            re.findall(r"[\w.-]+\.amazonaws\.com", json.dumps(role["AssumeRolePolicyDocument"]))
        )
        _check(trusted == _PRINCIPALS, f"The execution role must trust {' and '.join(sorted(_PRINCIPALS))}")


def _check(is_right: bool, message: str) -> None:
    if not is_right:
        raise EnvironmentInvalid(message)


def _response(document: Mapping[str, Any]) -> Response:
    return Response(json.dumps(document), content_type="application/json")


def _failure(status: int, code: str, message: str) -> Response:
    return Response(
        json.dumps({"message": message}), status, {"x-amzn-ErrorType": code}, content_type="application/json"
    )
