"""The sensor of the task `wait_for_audio`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor

from transcription.contract import keys
from transcription.plan.ignored_files import IgnoredFiles
from transcription.shared.settings import load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


class AudioSensor(S3KeySensor):
    """A sensor that succeeds if audio is below `bucket_key`. It lists once, and stops at the first audio file.

    The patterns of `S3KeySensor` do not serve: a glob cannot match one of several endings, and a regular expression
    makes it list the whole bucket.
    """

    def poke(self, context: Context) -> bool:
        """Return whether there is audio. If there is none, log what lies there instead."""
        endings = load_settings().endings
        ignored = IgnoredFiles()
        client = cast("S3Client", self.hook.get_conn())
        pages = client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=str(self.bucket_name), Prefix=str(self.bucket_key)):
            for entry in page.get("Contents", ()):
                if keys.is_audio(entry["Key"], endings):
                    return True
                ignored.add(entry["Key"])
        log.info("There is no audio in s3://%s/%s; %s", self.bucket_name, self.bucket_key, ignored)
        return False
