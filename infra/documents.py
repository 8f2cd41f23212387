"""`python -m infra.documents`: write into README and docs what the code knows better: settings, costs, the picture.

Each stands between markers, `<!-- costs: … -->` and `<!-- end of costs -->`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.markdown import put
from infra import architecture, costs, prices, settings_table
from infra.app import make_app
from infra.assembly import Assembly
from infra.paths import ROOT

_GUIDE = ROOT / "docs" / "deploying.md"
#: Which document holds what.
PLACES: Mapping[str, Path] = {
    "costs": ROOT / "README.md",
    "architecture": _GUIDE,
    "deployment": _GUIDE,
    "prices": _GUIDE,
}


def synthesized(folder: Path, **context: str) -> Assembly:
    """A deployment with these settings and otherwise the defaults."""
    make_app(context, str(folder)).synth()
    return Assembly(folder)


def contents() -> dict[str, str]:
    """What stands between the markers, by their names."""
    known = prices.read()
    with tempfile.TemporaryDirectory() as folder:
        deployments = {name: synthesized(Path(folder) / name, network=name) for name in ("nat", "endpoints")}
    months = {name: costs.idle(costs.count(each), known) for name, each in deployments.items()}
    hour = costs.audio_hour(json.loads((ROOT / "benchmarks" / "results.json").read_text()), known)
    even = costs.report_even(months["nat"], hour)
    return {
        "costs": f"{costs.report_idle(months, known)}\n\n{costs.report_hour(hour)}\n\n{even}",
        "architecture": f"```mermaid\n{architecture.draw(deployments['nat'])}\n```",
        "deployment": settings_table.report(),
        "prices": f"Region {known.region}, in {known.currency}.\n\n{costs.report_sources(known)}",
    }


def main() -> None:
    """Write them all again."""
    for name, content in contents().items():
        PLACES[name].write_text(put(PLACES[name].read_text(), name, content))


if __name__ == "__main__":
    main()
