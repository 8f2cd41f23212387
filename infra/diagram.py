"""A Mermaid diagram of a deployment, drawn from its templates: its resources, and what each role may do with them."""

from __future__ import annotations

from collections.abc import Iterator

from infra.cloud_assembly import CloudAssembly, Resource
from infra.role_summary import summarize_role


def draw(assembly: CloudAssembly) -> str:
    """Return the diagram of a deployment as Mermaid's source text."""
    return "\n".join(["flowchart TB", *_boxes(assembly), *_arrows(assembly)])


def _boxes(assembly: CloudAssembly) -> Iterator[str]:
    """Yield the lines that draw the resources, grouped into data, network and monitoring."""
    yield "  you((you))"
    yield '  subgraph data ["storage: stays when all else is deleted"]'
    for bucket in assembly.of_type("AWS::S3::Bucket"):
        if bucket.is_retained:
            yield f'    {bucket.name}[("{bucket.name.lower()} bucket")]'
    yield "  end"
    for bucket in assembly.of_type("AWS::S3::Bucket"):
        if not bucket.is_retained:
            yield f'  {bucket.name}[("{bucket.name.lower()} bucket{_files(assembly, bucket)}")]'
    yield f'  subgraph network ["{_network(assembly)}"]'
    for environment in assembly.of_type("AWS::MWAA::Environment"):
        version, size = environment.properties["AirflowVersion"], environment.properties["EnvironmentClass"]
        yield f'    {environment.name}["Airflow {version}<br/>on MWAA, {size}"]'
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
    yield '  subgraph monitoring ["monitoring"]'
    for topic in assembly.of_type("AWS::SNS::Topic"):
        yield f'    {topic.name}>"alert topic"]'
    alarms, dashboards = (len(assembly.of_type(f"AWS::CloudWatch::{kind}")) for kind in ("Alarm", "Dashboard"))
    yield f'    metrics["{alarms} alarms<br/>{dashboards} dashboard"]'
    for rule in assembly.of_type("AWS::Events::Rule"):
        yield f'    {rule.name}["{rule.properties["Description"]}"]'
    yield "  end"


def _files(assembly: CloudAssembly, bucket: Resource) -> str:
    """Return a line with the names of the files that MWAA reads from a bucket.

    The line begins with a line break. If MWAA does not read the bucket, the text is empty.
    """
    (environment,) = assembly.of_type("AWS::MWAA::Environment")
    if bucket not in assembly.references(environment.stack, environment.properties["SourceBucketArn"]):
        return ""
    names = {"DagS3Path": "DAGs", "PluginsS3Path": "plugins", "RequirementsS3Path": "requirements"}
    return f"<br/>{', '.join(name for path, name in names.items() if path in environment.properties)}"


def _network(assembly: CloudAssembly) -> str:
    """Return a description of the private subnets, and of how they reach AWS."""
    subnets = [subnet for subnet in assembly.of_type("AWS::EC2::Subnet") if "Public" not in subnet.name]
    gateways = len(assembly.of_type("AWS::EC2::NatGateway"))
    endpoint_types = [
        endpoint.properties.get("VpcEndpointType") for endpoint in assembly.of_type("AWS::EC2::VPCEndpoint")
    ]
    way = f"{gateways} NAT gateway" if gateways else f"{endpoint_types.count('Interface')} interface endpoints"
    if assembly.of_type("AWS::EC2::Instance"):
        way = "1 NAT instance"
    return f"VPC: {len(subnets)} private subnets in {len(subnets)} zones, {way}, a gateway to S3"


def _size(job: Resource) -> str:
    requirements = job.properties["ContainerProperties"]["ResourceRequirements"]
    amounts = {requirement["Type"]: requirement["Value"] for requirement in requirements}
    return f"{amounts['VCPU']} vCPUs, {int(amounts['MEMORY']) / 1024:g} GB"


def _arrows(assembly: CloudAssembly) -> Iterator[str]:
    """Yield the arrows: what people do, what each role may do, and which resource starts or informs another."""
    (environment,) = assembly.of_type("AWS::MWAA::Environment")
    (queue,) = assembly.of_type("AWS::Batch::JobQueue")
    (job,) = assembly.of_type("AWS::Batch::JobDefinition")
    (topic,) = assembly.of_type("AWS::SNS::Topic")
    (audio,) = (bucket for bucket in assembly.of_type("AWS::S3::Bucket") if bucket.name == "Audio")
    yield f'  you -- "uploads input/<br/>reads output/" --> {audio.name}'
    yield f"  you -- presses Trigger --> {environment.name}"
    (role,) = assembly.references(environment.stack, environment.properties["ExecutionRoleArn"])
    yield from _permission_arrows(assembly, environment, role)
    for order in queue.properties["ComputeEnvironmentOrder"]:
        for machines in assembly.references(queue.stack, order["ComputeEnvironment"]):
            yield f'  {queue.name} -- "{"first" if order["Order"] == 1 else "then"}" --> {machines.name} --> {job.name}'
    (role,) = assembly.references(job.stack, job.properties["ContainerProperties"]["JobRoleArn"])
    yield from _permission_arrows(assembly, job, role)
    for rule in assembly.of_type("AWS::Events::Rule"):
        if queue in assembly.references(rule.stack, rule.properties["EventPattern"]):
            yield f"  {queue.name} -.-> {rule.name}"
        if topic in assembly.references(rule.stack, rule.properties["Targets"]):
            yield f"  {rule.name} --> {topic.name}"
    alarms = assembly.of_type("AWS::CloudWatch::Alarm")
    if any(topic in assembly.references(alarm.stack, alarm.properties["AlarmActions"]) for alarm in alarms):
        yield f"  metrics --> {topic.name}"
    yield f"  {environment.name} & {job.name} -.-> metrics"
    yield f'  {topic.name} -. "mail, if alert_mail is set" .-> you'


def _permission_arrows(assembly: CloudAssembly, user: Resource, role: Resource) -> Iterator[str]:
    """Yield an arrow from `user`, which has the role, to each resource that the role may use, except keys."""
    for resource, words in summarize_role(assembly, role).items():
        if resource.type != "AWS::KMS::Key" and words:
            yield f'  {user.name} -- "{words}" --> {resource.name}'
