"""A picture of a deployment, drawn from its templates: what there is, and which role may do what with it."""

from __future__ import annotations

from collections.abc import Iterator

from infra.assembly import Assembly, Resource
from infra.permitted import permitted


def draw(assembly: Assembly) -> str:
    """The picture, for Mermaid."""
    return "\n".join(["flowchart TB", *_nodes(assembly), *_arrows(assembly)])


def _nodes(assembly: Assembly) -> Iterator[str]:
    yield "  you((you))"
    yield '  subgraph data ["storage: stays when all else is deleted"]'
    for bucket in assembly.of_type("AWS::S3::Bucket"):
        if bucket.is_kept:
            yield f'    {bucket.name}[("{bucket.name.lower()} bucket")]'
    yield "  end"
    for bucket in assembly.of_type("AWS::S3::Bucket"):
        if not bucket.is_kept:
            yield f'  {bucket.name}[("{bucket.name.lower()} bucket{_files(assembly, bucket)}")]'
    yield f'  subgraph network ["{_network(assembly)}"]'
    for environment in assembly.of_type("AWS::MWAA::Environment"):
        about = environment.properties
        yield f'    {environment.name}["Airflow {about["AirflowVersion"]}<br/>on MWAA, {about["EnvironmentClass"]}"]'
    yield '    subgraph batch ["AWS Batch"]'
    for queue in assembly.of_type("AWS::Batch::JobQueue"):
        yield f'      {queue.name}[["job queue"]]'
    for machines in assembly.of_type("AWS::Batch::ComputeEnvironment"):
        compute = machines.properties["ComputeResources"]
        kind = "Spot" if compute["Type"] == "SPOT" else "on-demand"
        vcpus = f"{compute.get('MinvCpus', 0)} to {compute['MaxvCpus']} vCPUs"
        yield f'      {machines.name}["{kind} machines<br/>{vcpus}"]'
    for job in assembly.of_type("AWS::Batch::JobDefinition"):
        yield f'      {job.name}["container<br/>{_size(job)}"]'
    yield "    end"
    yield "  end"
    yield '  subgraph watch ["watching"]'
    for topic in assembly.of_type("AWS::SNS::Topic"):
        yield f'    {topic.name}>"alert topic"]'
    alarms, dashboards = (len(assembly.of_type(f"AWS::CloudWatch::{kind}")) for kind in ("Alarm", "Dashboard"))
    yield f'    metrics["{alarms} alarms<br/>{dashboards} dashboard"]'
    for rule in assembly.of_type("AWS::Events::Rule"):
        yield f'    {rule.name}["{rule.properties["Description"]}"]'
    yield "  end"


def _files(assembly: Assembly, bucket: Resource) -> str:
    """What MWAA takes from a bucket."""
    (environment,) = assembly.of_type("AWS::MWAA::Environment")
    if bucket not in assembly.references(environment.stack, environment.properties["SourceBucketArn"]):
        return ""
    taken = {"DagS3Path": "DAGs", "PluginsS3Path": "plugins", "RequirementsS3Path": "requirements"}
    return f"<br/>{', '.join(name for path, name in taken.items() if path in environment.properties)}"


def _network(assembly: Assembly) -> str:
    subnets = [each for each in assembly.of_type("AWS::EC2::Subnet") if "Public" not in each.name]
    gateways = len(assembly.of_type("AWS::EC2::NatGateway"))
    endpoints = [each.properties.get("VpcEndpointType") for each in assembly.of_type("AWS::EC2::VPCEndpoint")]
    way = f"{gateways} NAT gateway" if gateways else f"{endpoints.count('Interface')} interface endpoints"
    return f"VPC: {len(subnets)} private subnets in {len(subnets)} zones, {way}, a gateway to S3"


def _size(job: Resource) -> str:
    needs = {each["Type"]: each["Value"] for each in job.properties["ContainerProperties"]["ResourceRequirements"]}
    return f"{needs['VCPU']} vCPUs, {int(needs['MEMORY']) / 1024:g} GB"


def _arrows(assembly: Assembly) -> Iterator[str]:
    (environment,) = assembly.of_type("AWS::MWAA::Environment")
    (queue,) = assembly.of_type("AWS::Batch::JobQueue")
    (job,) = assembly.of_type("AWS::Batch::JobDefinition")
    (topic,) = assembly.of_type("AWS::SNS::Topic")
    (audio,) = (each for each in assembly.of_type("AWS::S3::Bucket") if each.name == "Audio")
    yield f'  you -- "uploads input/<br/>reads output/" --> {audio.name}'
    yield f"  you -- presses Trigger --> {environment.name}"
    (role,) = assembly.references(environment.stack, environment.properties["ExecutionRoleArn"])
    yield from _allowed(assembly, environment, role)
    for order in queue.properties["ComputeEnvironmentOrder"]:
        for machines in assembly.references(queue.stack, order["ComputeEnvironment"]):
            yield f'  {queue.name} -- "{"first" if order["Order"] == 1 else "then"}" --> {machines.name} --> {job.name}'
    (role,) = assembly.references(job.stack, job.properties["ContainerProperties"]["JobRoleArn"])
    yield from _allowed(assembly, job, role)
    for rule in assembly.of_type("AWS::Events::Rule"):
        if queue in assembly.references(rule.stack, rule.properties["EventPattern"]):
            yield f"  {queue.name} -.-> {rule.name}"
        if topic in assembly.references(rule.stack, rule.properties["Targets"]):
            yield f"  {rule.name} --> {topic.name}"
    alarms = assembly.of_type("AWS::CloudWatch::Alarm")
    if any(topic in assembly.references(each.stack, each.properties["AlarmActions"]) for each in alarms):
        yield f"  metrics --> {topic.name}"
    yield f"  {environment.name} & {job.name} -.-> metrics"
    yield f'  {topic.name} -. "mail, where alert_mail is set" .-> you'


def _allowed(assembly: Assembly, who: Resource, role: Resource) -> Iterator[str]:
    """An arrow for each thing that a role may do something with, keys left out."""
    for resource, words in permitted(assembly, role).items():
        if resource.type != "AWS::KMS::Key" and words:
            yield f'  {who.name} -- "{words}" --> {resource.name}'
