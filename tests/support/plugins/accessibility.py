"""What people need who see badly, use the keyboard alone or have a small screen, as a browser measures it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

#: axe-core finds what keeps people from using a page. `make .local/cdk/ready` installs it, with the CDK.
AXE = Path(__file__).resolve().parents[3] / ".local" / "cdk" / "node_modules" / "axe-core" / "axe.min.js"
#: The width of a small phone, in CSS pixels, and with it those of half a screen and of a small screen.
PHONE = 390
WIDTHS = (PHONE, 900, 1280)
_GRAVE = {"serious", "critical"}
#: Gives each element that the keyboard must reach a number, and returns a description of each, in this order.
_NUMBER_CONTROLS = """() => {
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
    const controls = all.filter((element) => element.checkVisibility({visibilityProperty: true}) && !element.disabled);
    controls.forEach((element, number) => { element.dataset.number = number; });
    return controls.map((element) => element.outerHTML.slice(0, 120));
}"""
#: Returns the times and numbers in tables and figures that are broken into lines. Names may be.
_BROKEN_FIGURES = r"""() => {
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const broken = [];
    while (texts.nextNode()) {
        const text = texts.currentNode, cell = text.parentElement.closest("td:not(.name), dl.figures dd");
        if (cell === null || text.parentElement.closest(".unseen")) continue;
        for (const match of text.data.matchAll(/\d{4}-\d\d(-\d\d \d\d:\d\d UTC)?|[$]?\d[\d,.:]*( %)?/g)) {
            const range = document.createRange();
            range.setStart(text, match.index);
            range.setEnd(text, match.index + match[0].length);
            if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1) broken.push(match[0]);
        }
    }
    return broken;
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


def broken_figures(page: Page) -> list[str]:
    """Return the times and numbers in tables and figures that do not stand on one line."""
    broken: list[str] = page.evaluate(_BROKEN_FIGURES)
    return broken


def excess_width(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    excess: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return excess
