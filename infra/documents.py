"""`python -m infra.documents`: write the generated tables and the picture of a deployment into README and docs.

Each lies between markers, `<!-- costs: … -->` and `<!-- end of costs -->`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from documentation.markdown import put
from infra import architecture, costs, form_table, key_figures, measurements, prices, settings_table
from infra.app import make_app
from infra.assembly import Assembly
from infra.paths import ROOT

#: The document that holds each block.
PLACES: Mapping[str, Path] = {
    "figures": ROOT / "README.md",
    "architecture": ROOT / "docs" / "deploying.md",
    "costs": ROOT / "docs" / "costs.md",
    "prices": ROOT / "docs" / "costs.md",
    "deployment": ROOT / "docs" / "settings.md",
    "form": ROOT / "docs" / "trigger-form.md",
}


def synthesized(folder: Path, **context: str) -> Assembly:
    """A deployment with these settings and otherwise the defaults."""
    make_app(context, str(folder)).synth()
    return Assembly(folder)


def contents() -> dict[str, str]:
    """The text of each block, by its name."""
    known = prices.read()
    with tempfile.TemporaryDirectory() as folder:
        deployments = {name: synthesized(Path(folder) / name, network=name) for name in ("nat", "endpoints")}
    months = {name: costs.idle(costs.count(each), known) for name, each in deployments.items()}
    run = measurements.slowest()
    hour = costs.audio_hour(run, known)
    even = costs.report_even(months["nat"], hour)
    return {
        "figures": key_figures.report(run, months["nat"], hour),
        "costs": f"{costs.report_idle(months, known)}\n\n{costs.report_hour(hour)}\n\n{even}",
        "architecture": f"```mermaid\n{architecture.draw(deployments['nat'])}\n```",
        "deployment": settings_table.report(),
        "form": form_table.report(),
        "prices": f"Region {known.region}, in {known.currency}.\n\n{costs.report_sources(known)}",
    }


def main() -> None:
    """Write all blocks into their documents."""
    for name, content in contents().items():
        PLACES[name].write_text(put(PLACES[name].read_text(), name, content))


if __name__ == "__main__":
    main()
