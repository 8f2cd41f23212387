"""Broken rules of MWAA, one class for each rule. The `code` of a rule does not change."""

from __future__ import annotations

from infra.errors import DeploymentError


class RuleBroken(DeploymentError):
    """Base class of all broken rules."""

    code = "RULE_BROKEN"


class VersionUnknown(RuleBroken):
    """Raised when the version of Airflow is not one that this project is tested with."""

    code = "VERSION_UNKNOWN"


class ConstraintMissing(RuleBroken):
    """Raised when requirements.txt has no `--constraint` line."""

    code = "CONSTRAINT_MISSING"


class ConstraintOther(RuleBroken):
    """Raised when the `--constraint` line is for another Airflow or another Python than the deployment's."""

    code = "CONSTRAINT_OTHER"


class RequirementUnreadable(RuleBroken):
    """Raised when a line of requirements.txt is neither a requirement nor an option."""

    code = "REQUIREMENT_UNREADABLE"


class RequirementConflict(RuleBroken):
    """Raised when a line of requirements.txt asks for a version that the constraints do not allow."""

    code = "REQUIREMENT_CONFLICT"


class RequirementsUnresolved(RuleBroken):
    """Raised when the requirements and their dependencies cannot be installed together."""

    code = "REQUIREMENTS_UNRESOLVED"


class PluginsUnreadable(RuleBroken):
    """Raised when plugins.zip is not a ZIP archive that can be unpacked."""

    code = "PLUGINS_UNREADABLE"


class PluginsNested(RuleBroken):
    """Raised when plugins.zip has no module at its root, where Airflow looks for plugins."""

    code = "PLUGINS_NESTED"


class PluginsTooLarge(RuleBroken):
    """Raised when plugins.zip is larger than AWS recommends, so that MWAA may not install it in time."""

    code = "PLUGINS_TOO_LARGE"


class PluginBroken(RuleBroken):
    """Raised when Airflow cannot import a plugin."""

    code = "PLUGIN_BROKEN"


class AirflowMissing(RuleBroken):
    """Raised when the version of Airflow that loads the DAGs is not installed here."""

    code = "AIRFLOW_MISSING"


class DagBroken(RuleBroken):
    """Raised when Airflow cannot import a DAG file."""

    code = "DAG_BROKEN"


class DagMissing(RuleBroken):
    """Raised when the DAG folder holds no DAG."""

    code = "DAG_MISSING"


class DagUsesNetwork(RuleBroken):
    """Raised when a DAG file uses the network while it is parsed."""

    code = "DAG_USES_NETWORK"


class DagsTooMany(RuleBroken):
    """Raised when there are more DAGs than the environment class is made for."""

    code = "DAGS_TOO_MANY"


class TasksTooMany(RuleBroken):
    """Raised when more tasks may run at once than the environment has room for."""

    code = "TASKS_TOO_MANY"


class ClassUnknown(RuleBroken):
    """Raised when MWAA has no such environment class."""

    code = "CLASS_UNKNOWN"


class NameInvalid(RuleBroken):
    """Raised when MWAA refuses the name of the environment."""

    code = "NAME_INVALID"


class OptionInvalid(RuleBroken):
    """Raised when MWAA refuses an Airflow configuration option."""

    code = "OPTION_INVALID"


class CountInvalid(RuleBroken):
    """Raised when the environment has too few or too many workers, web servers, schedulers, subnets or groups."""

    code = "COUNT_INVALID"
