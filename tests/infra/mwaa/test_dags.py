"""DAGs and plugins in MWAA's Airflow: they load without errors and fit the smallest environment class."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra import measurements
from infra.mwaa import airflow_versions, dags, plugins
from infra.mwaa.errors import AirflowMissing, RuleBroken
from infra.mwaa.limits import CLASSES
from local.paths import ROOT

PARALLEL = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("many", schedule=None, max_active_runs=2) as dag:
    EmptyOperator(task_id="start") >> [EmptyOperator(task_id=f"part_{part}") for part in range(2)]
"""
PLUGIN = """
from airflow.plugins_manager import AirflowPlugin

class Pages(AirflowPlugin):
    name = "pages"
"""


class MwaaFolder:
    """A DAG folder and a plugins folder with one plugin, made for one test."""

    def __init__(self, path: Path) -> None:
        self.dags = path / "dags"
        self.plugins = path / "plugins"
        self.archive = path / "plugins.zip"
        self.dags.mkdir()
        self.plugins.mkdir()
        (self.plugins / "pages.py").write_text(PLUGIN)

    def broken_rules(self, version: str = airflow_versions.DEFAULT, class_name: str = "mw1.micro") -> list[RuleBroken]:
        """Return the rules that the two folders break in a version of Airflow and an environment class."""
        plugins.build_plugins_zip(self.plugins, self.archive)
        return list(dags.broken_rules(dags.load(self.dags, self.archive, version), version, class_name))


@pytest.fixture
def folder(tmp_path: Path) -> MwaaFolder:
    return MwaaFolder(tmp_path)


@pytest.mark.parametrize("version", airflow_versions.VERSIONS)
def test_the_projects_dags_and_plugins_load_and_fit_the_smallest_class(version: str, tmp_path: Path) -> None:
    archive = plugins.build_plugins_zip(ROOT / "plugins", tmp_path / "plugins.zip")
    loaded = dags.load(ROOT / "dags", archive, version)
    assert loaded.at_once == {"evaluate_models": 1, "teach_model": 1, "transcribe_audio": 1}
    assert list(dags.broken_rules(loaded, version, "mw1.micro")) == []


def test_a_schedule_that_airflow_refuses_is_found_before_the_deployment(tmp_path: Path) -> None:
    schedule = "61 1 * * *"
    archive = plugins.build_plugins_zip(ROOT / "plugins", tmp_path / "plugins.zip")
    options = {"transcription.schedule": schedule, "transcription.bucket": {"Fn::ImportValue": "bucket"}}
    loaded = dags.load(ROOT / "dags", archive, airflow_versions.DEFAULT, options)
    (error,) = dags.broken_rules(loaded, airflow_versions.DEFAULT, "mw1.micro")
    assert error.code == "DAG_BROKEN"
    assert f"schedule is {schedule!r}" in str(error)


def test_the_dag_also_loads_from_a_folder_below_the_dags_folder(folder: MwaaFolder) -> None:
    """With an Airflow that exists already, other DAGs are beside ours. One may have a package of the same name."""
    shutil.copytree(ROOT / "dags", folder.dags / "deepspeech-clinic", ignore=shutil.ignore_patterns("__pycache__"))
    (folder.dags / "transcription").mkdir()
    (folder.dags / "transcription" / "__init__.py").write_text("")
    plugins.build_plugins_zip(folder.plugins, folder.archive)
    loaded = dags.load(folder.dags, folder.archive, airflow_versions.DEFAULT)
    assert loaded.at_once == {"evaluate_models": 1, "teach_model": 1, "transcribe_audio": 1}
    assert loaded.errors == {}


def test_an_import_of_a_package_that_mwaas_image_lacks_is_reported(folder: MwaaFolder) -> None:
    (folder.dags / "wrong.py").write_text(f"import tensorflow\n{PARALLEL}")
    (error,) = folder.broken_rules()
    assert error.code == "DAG_BROKEN"
    assert "wrong.py" in str(error)
    assert "tensorflow" in str(error)


def test_a_folder_without_a_dag_is_refused(folder: MwaaFolder) -> None:
    assert [error.code for error in folder.broken_rules()] == ["DAG_MISSING"]


def test_a_network_call_while_parsing_is_refused(folder: MwaaFolder) -> None:
    call = "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9))\nexcept OSError:\n    pass\n"
    (folder.dags / "slow.py").write_text(call + PARALLEL.replace("max_active_runs=2", "max_active_runs=1"))
    assert [error.code for error in folder.broken_rules()] == ["DAG_USES_NETWORK"]


def test_more_parallel_tasks_than_the_class_runs_are_refused(folder: MwaaFolder) -> None:
    """Two runs with two parallel tasks need four at once; mw1.micro runs three."""
    (folder.dags / "many.py").write_text(PARALLEL)
    (error,) = folder.broken_rules()
    assert error.code == "TASKS_TOO_MANY"
    assert "many 4" in str(error)
    assert folder.broken_rules(class_name="mw1.small") == []


def test_more_dags_than_the_class_supports_are_refused() -> None:
    loaded = dags.Loaded({}, {}, [], {f"dag_{number}": 0 for number in range(26)})
    assert [error.code for error in dags.broken_rules(loaded, "3.2.1", "mw1.micro")] == ["DAGS_TOO_MANY"]


@pytest.mark.parametrize("version", ["3.0.6", airflow_versions.DEFAULT])  # their error messages differ
def test_a_plugin_that_airflow_cannot_import_is_reported(version: str, folder: MwaaFolder) -> None:
    """Airflow itself starts without the plugin and only logs the error."""
    (folder.dags / "many.py").write_text(PARALLEL)
    (folder.plugins / "pages.py").write_text("import no_such_module\n" + PLUGIN)
    (error,) = folder.broken_rules(version, "mw1.small")
    assert error.code == "PLUGIN_BROKEN"
    assert "pages.py" in str(error)
    assert "no_such_module" in str(error)


def test_a_missing_airflow_environment_is_reported_with_the_command_that_installs_it(folder: MwaaFolder) -> None:
    with pytest.raises(AirflowMissing, match=r"make \.local/venvs/airflow-9\.9\.9/ready"):
        folder.broken_rules("9.9.9")


def test_the_smallest_class_has_memory_for_all_its_tasks() -> None:
    """The memory holds Airflow (0.8 GB) and all parallel tasks, each as large as the largest measured task."""
    largest = max(
        row["megabytes"]
        for results in measurements.read_results()
        for row in results["benchmarks"].get("full_bucket", ())
    )
    smallest = CLASSES["mw1.micro"]
    assert 800 + smallest.tasks * largest < smallest.memory * 1000
