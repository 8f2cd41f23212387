"""Programs that call the stand-in and print the results."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from local.aws_client import aws_environment

#: A program that makes a request for each argument and prints its result: `ok` or an error code.
#: P:key puts an object, G:key gets one, D:key deletes one, L:prefix lists keys, S:definition submits a job.
#: The first argument is the bucket, or the job queue.
REQUESTS = """
import sys, boto3
from botocore.config import Config
from botocore.exceptions import ClientError
config = Config(region_name="us-east-1", retries={"total_max_attempts": 1})
s3, batch = boto3.client("s3", config=config), boto3.client("batch", config=config)
bucket = sys.argv[1]
for word in sys.argv[2:]:
    verb, _, key = word.partition(":")
    try:
        if verb == "P": s3.put_object(Bucket=bucket, Key=key, Body=b"text")
        if verb == "G": s3.get_object(Bucket=bucket, Key=key)
        if verb == "L": s3.list_objects_v2(Bucket=bucket, Prefix=key)
        if verb == "D": s3.delete_object(Bucket=bucket, Key=key)
        if verb == "S": batch.submit_job(jobName="killed", jobQueue=bucket, jobDefinition=key)
        print(word, "ok", flush=True)
    except ClientError as error:
        print(word, error.response["Error"]["Code"], flush=True)
"""


def run(endpoint: str, code: str, *arguments: str, own_group: bool = True) -> tuple[int, str]:
    """Run Python code as a program whose AWS clients use the stand-in.

    Args:
        endpoint: the URL of the stand-in.
        code: the Python code.
        arguments: the arguments of the program.
        own_group: whether the program has a process group of its own. Otherwise the program is in the process group of
            the tests, to which the servers that tests start belong too.

    Returns:
        The exit code of the program (-n if signal n ended the program), and its output.
    """
    command: Sequence[str] = [sys.executable, "-c", code, *arguments]
    environment = aws_environment(endpoint)
    program = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=own_group, check=False
    )
    return program.returncode, program.stdout
