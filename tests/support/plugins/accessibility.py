"""What people need who see badly, use the keyboard alone or have a small screen, as a browser measures it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

#: axe-core finds what keeps people from using a page. `make .local/cdk/ready` installs it, with the CDK.
AXE = Path(__file__).resolve().parents[3] / ".local" / "cdk" / "node_modules" / "axe-core" / "axe.min.js"
#: The width of a small phone, in CSS pixels.
PHONE = 390
_GRAVE = {"serious", "critical"}
#: Gives each element that the keyboard must reach a number, and returns a description of each, in this order.
_NUMBER_CONTROLS = """() => {
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
    const controls = all.filter((element) => element.checkVisibility({visibilityProperty: true}) && !element.disabled);
    controls.forEach((element, number) => { element.dataset.number = number; });
    return controls.map((element) => element.outerHTML.slice(0, 120));
}"""
_FOCUSED = 'document.activeElement === document.body ? null : document.activeElement.dataset.number ?? ""'


@cache
def _axe() -> str:
    assert AXE.exists(), f"{AXE} is missing; `make .local/cdk/ready` installs it"
    return AXE.read_text()


def grave_findings(page: Page) -> list[str]:
    """Return the serious and critical findings of axe-core, each with the elements that it is about."""
    page.evaluate(_axe())
    result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{finding['id']}: {finding['help']}: {node['html'][:120]} {node.get('failureSummary', '')}"
        for finding in result["violations"]
        if finding["impact"] in _GRAVE
        for node in finding["nodes"]
    ]


def unreachable_controls(page: Page) -> list[str]:
    """Return the links, buttons and fields that the Tab key does not reach from the start of the page."""
    controls: list[str] = page.evaluate(_NUMBER_CONTROLS)
    assert controls, "the page has no control at all"
    reached: set[str] = set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(2 * len(controls) + 20):  # more than once around, with regions that scroll
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused is None and reached:
            break
        reached.add(str(focused))
    return [control for number, control in enumerate(controls) if str(number) not in reached]


def excess_width(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    excess: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return excess
