"""The API of Batch. moto keeps compute environments, queues and job definitions; this package keeps and runs the jobs.

moto's own jobs differ too much from AWS: children have no array index, failed jobs are not retried, the parent of an
array never fails, and exit codes are lost.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from moto.batch.exceptions import ClientException
from moto.batch.responses import BatchResponse
from moto.batch.utils import make_arn_for_job
from moto.iam.exceptions import NotFoundException

from standin.batch import job_description, job_listing, submission
from standin.batch.jobs import AnyJob, Array, Job, Status
from standin.batch.scheduler import Scheduler

#: The largest number of jobs in one DescribeJobs. Source: AWS Batch API Reference, DescribeJobs.
_MAX_DESCRIBED = 100
#: The service-linked role of Batch, as moto spells its name.
_SERVICE_ROLE = "AWSServiceRoleForbatch"


class BatchApi(BatchResponse):
    """Handlers of Batch's actions. moto calls the method whose name is the action's name in lower case.

    Each handler returns the body of the response as JSON.

    Attributes:
        scheduler: the scheduler that runs the jobs; set before the first request.
    """

    scheduler: ClassVar[Scheduler]

    def submitjob(self) -> str:
        """Handle SubmitJob: read the submission, and give the job or the array with its children to the scheduler."""
        request = self._request()
        size = submission.array_size(request)
        submitted = submission.read(request, self.batch_backend)
        job_id = str(uuid.uuid4())
        job: AnyJob
        if size is None:
            job = Job(submitted, job_id, self._arn(job_id))
        else:
            job = Array(submitted, job_id, self._arn(job_id), summary=Counter({Status.SUBMITTED: size}))
            child_ids = [f"{job_id}:{index}" for index in range(size)]
            job.children = [
                Job(submitted, child_id, self._arn(child_id), job, index) for index, child_id in enumerate(child_ids)
            ]
        self.batch_backend.tag_resource(job.arn, dict(submitted.tags))
        self.scheduler.submit(job)
        return json.dumps({"jobArn": job.arn, "jobName": submitted.name, "jobId": job_id})

    def describejobs(self) -> str:
        """Handle DescribeJobs. Leave out unknown ids, as AWS does."""
        job_ids = self._request()["jobs"]
        if len(job_ids) > _MAX_DESCRIBED:
            raise ClientException(f"{len(job_ids)} jobs; DescribeJobs takes at most {_MAX_DESCRIBED}.")
        with self.scheduler.changed:
            jobs = [self.scheduler.jobs[job_id] for job_id in job_ids if job_id in self.scheduler.jobs]
            return json.dumps({"jobs": [job_description.details(job) for job in jobs]})

    def listjobs(self) -> str:
        """Handle ListJobs: return one page of the jobs of a queue or an array."""
        request = self._request()
        with self.scheduler.changed:
            jobs, token = job_listing.page(self._jobs_of(request), request)
            response = {"jobSummaryList": [job_description.summary(job) for job in jobs]}
            return json.dumps(response | ({"nextToken": token} if token else {}))

    def canceljob(self) -> str:
        """Handle CancelJob. An unknown job is no error."""
        request = self._request()
        self.scheduler.cancel(request["jobId"], request["reason"])
        return "{}"

    def terminatejob(self) -> str:
        """Handle TerminateJob. An unknown job is no error."""
        request = self._request()
        self.scheduler.terminate(request["jobId"], request["reason"])
        return "{}"

    def createcomputeenvironment(self) -> str:
        """Handle CreateComputeEnvironment. moto requires a state and a service role; AWS has defaults for both."""
        request = {"state": "ENABLED", "serviceRole": "", **self._request()}
        request["serviceRole"] = request["serviceRole"] or self._service_linked_role()
        self.body = json.dumps(request)
        return super().createcomputeenvironment()

    def createjobqueue(self) -> str:
        """Handle CreateJobQueue. moto requires a state; AWS has a default."""
        self.body = json.dumps({"state": "ENABLED", **self._request()})
        return super().createjobqueue()

    def updatecomputeenvironment(self) -> str:
        """Handle UpdateComputeEnvironment. Also change `maxvCpus`, which moto ignores, and start jobs that now fit."""
        response = super().updatecomputeenvironment()
        request = self._request()
        environment = self.batch_backend.get_compute_environment(request["computeEnvironment"])
        resources = request.get("computeResources") or {}
        if environment and "maxvCpus" in resources:
            environment.compute_resources["maxvCpus"] = resources["maxvCpus"]
        self.scheduler.wake()
        return response

    def updatejobqueue(self) -> str:
        """Handle UpdateJobQueue, and start waiting jobs that the change makes room for."""
        response = super().updatejobqueue()
        self.scheduler.wake()
        return response

    def _request(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.body)
        return request

    def _arn(self, job_id: str) -> str:
        return make_arn_for_job(self.current_account, job_id, self.region)

    def _jobs_of(self, request: dict[str, Any]) -> Sequence[AnyJob]:
        """Return the jobs of the queue or array that a ListJobs request names, in the order of submission.

        Raises:
            ClientException: the queue does not exist, or the job is no array.
        """
        if not request.get("arrayJobId"):
            queue = self.batch_backend.get_job_queue(request.get("jobQueue", ""))
            if queue is None:
                raise ClientException(f"Job queue {request.get('jobQueue')} does not exist")
            return self.scheduler.submissions[queue]
        array = self.scheduler.jobs.get(request["arrayJobId"])
        if not isinstance(array, Array):
            raise ClientException(f"{request['arrayJobId']} is not an array job")
        return array.children

    def _service_linked_role(self) -> str:
        """Return the ARN of Batch's service-linked role. Create the role if it does not exist."""
        iam = self.batch_backend.iam_backend
        try:
            return iam.get_role(_SERVICE_ROLE).arn
        except NotFoundException:
            return iam.create_service_linked_role("batch.amazonaws.com", "", "").arn
