"""A deployment for an Airflow that exists already, as the people see it who run that Airflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from infra.mwaa.airflow_versions import DEFAULT
from local.configuration import Deployed
from rehearsal.rehearsed_deployment import OUTPUTS, RehearsedDeployment


class OwnAirflowDeployment(RehearsedDeployment):
    """The deployment `name` in the local AWS at `endpoint`, whose Airflow is not a part of it.

    Args:
        name: The name of the deployment.
        endpoint: The URL of the local AWS.
        role: The ARN of the role with which Airflow's tasks run.
    """

    expected_outputs: ClassVar[Mapping[str, Sequence[str]]] = {
        **OUTPUTS,
        "airflow": ("TaskPolicy", "DagFolder", "DagSettings", "PluginsFile", "AlertTopic"),
    }

    def __init__(self, name: str, endpoint: str, role: str) -> None:
        super().__init__(name, endpoint)
        self._role = role

    def airflow_version(self) -> str:
        """Return the version of the Airflow that exists."""
        return DEFAULT

    def download(self, folder: Path) -> Deployed:
        """Download the whole DAGs folder, with the DAGs of others, into `folder`.

        Returns:
            The folder of DAGs, no plugins and no Airflow options, and the credentials of the role of the tasks.
        """
        bucket, _, dag_folder = self.outputs["DagFolder"].removeprefix("s3://").partition("/")
        dags, plugins = folder / "dags", folder / "plugins"
        plugins.mkdir(parents=True)
        self.download_objects(self.s3, bucket, f"{dag_folder.partition('/')[0]}/", dags)
        return Deployed(dags, plugins, {}, self.credentials_of(self._role))

    def attach_policy(self) -> None:
        """Attach the policy of the deployment to the role of the tasks."""
        self.client("iam").attach_role_policy(RoleName=self._role_name, PolicyArn=self.outputs["TaskPolicy"])

    def detach_policy(self) -> None:
        """Detach the policy again. AWS deletes no policy that a role has."""
        self.client("iam").detach_role_policy(RoleName=self._role_name, PolicyArn=self.outputs["TaskPolicy"])

    @property
    def _role_name(self) -> str:
        return self._role.rpartition("/")[2]
