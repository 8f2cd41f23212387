"""The options of Airflow's section `[transcription]`, read from the source of the DAG's class `Settings`.

The source is parsed and not imported, because its module imports Airflow, which is not installed here.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache

from infra.paths import AIRFLOW_SETTINGS

#: The options that follow from the deployment. People cannot set them.
DEPLOYMENT_OPTIONS = (
    "bucket",
    "job_queue",
    "job_definition",
    "image_model",
    "parallel_children",
    "start_limit_minutes",
    "alert_topic",
)
#: The options that follow from settings of the deployment which are off by default.
OPTIONAL_DEPLOYMENT_OPTIONS = ("upload_queue", "teach_job_definition")


def free_options() -> tuple[str, ...]:
    """Return the names of the options that people can set in a deployment."""
    return tuple(name for name in _fields() if name not in (*DEPLOYMENT_OPTIONS, *OPTIONAL_DEPLOYMENT_OPTIONS))


def option_type(name: str) -> str:
    """Return the type of an option as text, such as `int`."""
    return ast.unparse(_fields()[name].annotation)


def default_number(name: str) -> str:
    """Return the default of an option that is a number, as text."""
    default = _fields()[name].value
    assert default is not None  # noqa: S101 - only options of the deployment have no default
    return str(ast.literal_eval(default))


@cache
def _fields() -> Mapping[str, ast.AnnAssign]:
    """Return the fields of the class `Settings` as parts of the syntax tree, by name."""
    module = ast.parse(AIRFLOW_SETTINGS.read_text())
    (settings,) = (node for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    fields = [node for node in settings.body if isinstance(node, ast.AnnAssign)]
    return {field.target.id: field for field in fields if isinstance(field.target, ast.Name)}
