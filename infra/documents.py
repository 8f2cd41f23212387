"""The program that writes the generated tables and the diagram into README and docs: `python -m infra.documents`.

Each of them is a section between markers, such as `<!-- costs: … -->` and `<!-- end of costs -->`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from documentation.markdown import replace_section
from infra import cost_tables, costs, diagram, form_table, measurements
from infra.app import make_app
from infra.cloud_assembly import CloudAssembly
from infra.key_figures import key_figure_table
from infra.paths import ROOT
from infra.prices import read_prices
from infra.settings_table import settings_table

#: The document of each section.
PLACES: Mapping[str, Path] = {
    "figures": ROOT / "README.md",
    "architecture": ROOT / "docs" / "deploying.md",
    "costs": ROOT / "docs" / "costs.md",
    "prices": ROOT / "docs" / "costs.md",
    "deployment": ROOT / "docs" / "settings.md",
    "form": ROOT / "docs" / "trigger-form.md",
}


_DEFAULT = "`network=nat`"
#: The settings of the deployments whose costs are shown, by what stands above their column.
_PRICED: Mapping[str, Mapping[str, str]] = {
    _DEFAULT: {},
    "`network=nat-instance`": {"network": "nat-instance"},
    "`network=endpoints`": {"network": "endpoints"},
    "`airflow=existing`, `vpc_id`": {
        "airflow": "existing",
        "airflow_environment": "team",
        "dag_bucket": "bucket-of-the-team",
        "vpc_id": "vpc-0a1b2c3d",
        "subnet_ids": "subnet-1a2b3c4d",
    },
    "`airflow=none`, `vpc_id`": {
        "airflow": "none",
        "vpc_id": "vpc-0a1b2c3d",
        "subnet_ids": "subnet-1a2b3c4d",
    },
}


def synthesize(folder: Path, **context: str) -> CloudAssembly:
    """Write the templates of a deployment into a folder, and return them.

    Args:
        folder: The folder for the templates.
        context: Settings of the deployment. All others have their defaults.
    """
    make_app(context, str(folder)).synth()
    return CloudAssembly(folder)


def contents() -> dict[str, str]:
    """Return the content of each section, by the section's name."""
    prices = read_prices()
    with tempfile.TemporaryDirectory() as folder:
        deployments = {
            label: synthesize(Path(folder) / str(number), **settings)
            for number, (label, settings) in enumerate(_PRICED.items())
        }
    months = {
        label: costs.monthly_cost(costs.count_resources(assembly), prices) for label, assembly in deployments.items()
    }
    results = measurements.slowest_machine()
    hour = costs.audio_hour_cost(results, prices)
    cost_parts = (
        cost_tables.monthly_table(months),
        cost_tables.audio_hour_table(hour),
        cost_tables.teaching_table(costs.teaching_cost(prices)),
        cost_tables.request_table(costs.request_costs(prices)),
        cost_tables.upload_table(costs.upload_costs(prices)),
        cost_tables.break_even_table(months, hour),
    )
    return {
        "figures": key_figure_table(results, months[_DEFAULT], hour),
        "costs": "\n\n".join(cost_parts),
        "architecture": f"```mermaid\n{diagram.draw(deployments[_DEFAULT])}\n```",
        "deployment": settings_table(),
        "form": form_table.report(),
        "prices": f"Region {prices.region}, in {prices.currency}.\n\n{cost_tables.price_table(prices)}",
    }


def main() -> None:
    """Write all sections into their documents."""
    for name, content in contents().items():
        PLACES[name].write_text(replace_section(PLACES[name].read_text(), name, content))


if __name__ == "__main__":
    main()
