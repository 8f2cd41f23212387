"""Tests of stacks: they contain what their template declares, also after a deployment that failed."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.standin.standin_server import LocalAws

Resources = dict[str, Any]


class Stack:
    """A stack that belongs to one test."""

    def __init__(self, aws: LocalAws) -> None:
        self.client, self.name = aws.client("cloudformation"), f"s-{uuid.uuid4().hex[:12]}"
        self.aws = aws

    def create(self, resources: Resources, **template: Any) -> None:
        self.client.create_stack(StackName=self.name, TemplateBody=_body(resources, template))

    def update(self, resources: Resources, **template: Any) -> None:
        self.client.update_stack(StackName=self.name, TemplateBody=_body(resources, template))

    def delete(self) -> None:
        self.client.delete_stack(StackName=self.name)

    @property
    def described(self) -> dict[str, Any]:
        [description] = self.client.describe_stacks(StackName=self.name)["Stacks"]
        return dict(description)

    @property
    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.described["Outputs"]}

    @property
    def ids(self) -> dict[str, str]:
        resources = self.client.describe_stack_resources(StackName=self.name)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}

    def buckets(self) -> list[str]:
        names = [bucket["Name"] for bucket in self.aws.client("s3").list_buckets()["Buckets"]]
        return [name for name in names if name.startswith(self.name)]


def _body(resources: Resources, template: dict[str, Any]) -> str:
    return json.dumps({"Resources": resources, **template})


@pytest.fixture
def stack(aws: LocalAws) -> Stack:
    return Stack(aws)


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def parameter(value: Any, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}, **more}


VERSIONED = {"VersioningConfiguration": {"Status": "Enabled"}}
LIFECYCLE = {
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Id": "runs",
                "Prefix": "runs/",
                "Status": "Enabled",
                "ExpirationInDays": 90,
                "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            }
        ]
    }
}


def test_a_bucket_has_the_declared_properties(stack: Stack) -> None:
    stack.create({"B": bucket(**VERSIONED, **LIFECYCLE)})
    s3, name = stack.aws.client("s3"), stack.ids["B"]
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (rule["ID"], rule["Expiration"]["Days"], rule["Filter"]["Prefix"]) == ("runs", 90, "runs/")
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1


def test_the_cors_rules_of_a_bucket_come_and_go(stack: Stack) -> None:
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["if-none-match"], "MaxAge": 60}
    stack.create({"B": bucket(CorsConfiguration={"CorsRules": [rule]})})
    s3, name = stack.aws.client("s3"), stack.ids["B"]
    [stored] = s3.get_bucket_cors(Bucket=name)["CORSRules"]
    assert stored == {**{key: rule[key] for key in rule if key != "MaxAge"}, "MaxAgeSeconds": 60}
    stack.update({"B": bucket()})
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=name)


def test_a_resource_is_created_after_those_that_it_refers_to(stack: Stack) -> None:
    stack.create(
        {
            "Z": parameter({"Fn::Sub": "${A}|${A.Arn}|${AWS::Region}|${!A}"}),
            "A": bucket(),
        },
        Outputs={"Joined": {"Value": {"Fn::Join": ["+", [{"Ref": "Z"}, {"Fn::GetAtt": ["Z", "Value"]}]]}}},
    )
    name = stack.ids["A"]
    assert stack.outputs["Joined"] == f"{stack.ids['Z']}+{name}|arn:aws:s3:::{name}|us-east-1|${{A}}"


def test_parameters_conditions_and_mappings_take_effect(stack: Stack) -> None:
    template = {
        "Parameters": {"Kind": {"Type": "String", "Default": "small"}},
        "Mappings": {"Sizes": {"small": {"value": "1"}, "large": {"value": "9"}}},
        "Conditions": {"IsLarge": {"Fn::Equals": [{"Ref": "Kind"}, "large"]}},
        "Outputs": {
            "Size": {"Value": {"Fn::FindInMap": ["Sizes", {"Ref": "Kind"}, "value"]}},
            "Word": {"Value": {"Fn::If": ["IsLarge", "yes", "no"]}},
        },
    }
    resources = {"Always": parameter("a"), "Large": parameter("b", Condition="IsLarge")}
    stack.create(resources, **template)
    assert (stack.outputs, stack.ids.keys()) == ({"Size": "1", "Word": "no"}, {"Always"})
    stack.client.update_stack(
        StackName=stack.name,
        TemplateBody=_body(resources, template),
        Parameters=[{"ParameterKey": "Kind", "ParameterValue": "large"}],
    )
    assert (stack.outputs, stack.ids.keys()) == ({"Size": "9", "Word": "yes"}, {"Always", "Large"})


def test_an_update_changes_only_what_differs(stack: Stack) -> None:
    stack.create({"A": bucket(), "B": parameter("1"), "Gone": bucket()})
    before = stack.ids
    stack.update({"A": bucket(**VERSIONED), "B": parameter("1"), "New": parameter("2")})
    after = stack.ids
    assert (after["A"], after["B"]) == (before["A"], before["B"])
    assert after.keys() == {"A", "B", "New"}
    assert stack.buckets() == [after["A"]]
    assert stack.aws.client("s3").get_bucket_versioning(Bucket=after["A"])["Status"] == "Enabled"
    changed = {
        event["LogicalResourceId"]
        for event in stack.client.describe_stack_events(StackName=stack.name)["StackEvents"]
        if event["ResourceStatus"] == "UPDATE_COMPLETE" and event["LogicalResourceId"] != stack.name
    }
    assert changed == {"A"}


def test_an_update_without_changes_is_refused(stack: Stack) -> None:
    stack.create({"A": bucket()})
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.update({"A": bucket()})


def test_a_failed_creation_leaves_no_resources(stack: Stack) -> None:
    stack.create({"A": bucket(), "B": {"Type": "AWS::Made::Up", "DependsOn": "A"}})
    description = stack.described
    assert description["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "AWS::Made::Up" in description["StackStatusReason"]
    assert not stack.buckets()


def test_a_failed_update_restores_the_old_resources(stack: Stack) -> None:
    replaced = bucket(BucketName=f"{stack.name}-1"), bucket(BucketName=f"{stack.name}-2")
    stack.create({"A": bucket(), "B": parameter("1"), "C": replaced[0]})
    before = stack.ids
    failing = {"Type": "AWS::Made::Up", "DependsOn": ["A", "B", "C"]}
    stack.update({"A": bucket(**VERSIONED), "B": parameter("2"), "C": replaced[1], "D": failing})
    assert stack.described["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.ids == before
    assert sorted(stack.buckets()) == sorted([before["A"], before["C"]])
    value = stack.aws.client("ssm").get_parameter(Name=before["B"])["Parameter"]["Value"]
    assert value == "1"


def test_a_retained_resource_outlives_its_stack(stack: Stack) -> None:
    stack.create({"Kept": {**bucket(), "DeletionPolicy": "Retain"}, "Gone": bucket()})
    kept = stack.ids["Kept"]
    stack.delete()
    assert stack.buckets() == [kept]
    with pytest.raises(ClientError, match="does not exist"):
        _ = stack.described


def test_a_bucket_with_objects_is_not_deleted(stack: Stack) -> None:
    stack.create({"A": bucket()})
    stack.aws.client("s3").put_object(Bucket=stack.ids["A"], Key="a", Body=b"a")
    stack.delete()
    assert stack.described["StackStatus"] == "DELETE_FAILED"
    assert stack.buckets() == [stack.ids["A"]]


def test_a_stack_whose_export_is_in_use_cannot_be_deleted(aws: LocalAws) -> None:
    exporting, importing = Stack(aws), Stack(aws)
    export = f"e-{uuid.uuid4().hex}"
    exporting.create({"A": parameter("1")}, Outputs={"O": {"Value": "seen", "Export": {"Name": export}}})
    value = {"Fn::ImportValue": export}
    importing.create({"B": parameter(value)}, Outputs={"O": {"Value": value}})
    assert importing.outputs["O"] == "seen"
    with pytest.raises(ClientError, match=f"in use by {importing.name}"):
        exporting.delete()
    importing.delete()
    exporting.delete()


def test_a_change_set_changes_nothing_until_it_is_executed(stack: Stack) -> None:
    stack.create({"A": bucket()})
    change_set = {"StackName": stack.name, "ChangeSetName": "c"}
    stack.client.create_change_set(**change_set, TemplateBody=_body({"A": bucket(), "B": parameter("1")}, {}))
    [change] = stack.client.describe_change_set(**change_set)["Changes"]
    assert change["ResourceChange"]["Action"] == "Add"
    assert stack.ids.keys() == {"A"}
    stack.client.execute_change_set(**change_set)
    assert stack.ids.keys() == {"A", "B"}


def test_a_change_set_without_changes_fails_with_the_reason_that_the_cdk_expects(stack: Stack) -> None:
    stack.create({"A": bucket()})
    change_set = {"StackName": stack.name, "ChangeSetName": "c"}
    stack.client.create_change_set(**change_set, TemplateBody=_body({"A": bucket()}, {}))
    description = stack.client.describe_change_set(**change_set)
    assert description["Status"] == "FAILED"
    assert description["StatusReason"].startswith("The submitted information didn't contain changes.")


def test_an_unknown_function_is_refused_by_name(stack: Stack) -> None:
    stack.create({"A": parameter({"Fn::Cidr": ["10.0.0.0/16", 2, 8]})})
    assert "Fn::Cidr" in stack.described["StackStatusReason"]


def test_circular_dependencies_are_refused(stack: Stack) -> None:
    stack.create({"A": parameter({"Ref": "B"}), "B": parameter({"Ref": "A"})})
    assert "Circular dependency" in stack.described["StackStatusReason"]
