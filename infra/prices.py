"""`prices.json`: what AWS asks for, each price with its date and its source. People elsewhere edit that file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PRICES = Path(__file__).with_name("prices.json")


@dataclass(frozen=True)
class Price:
    """One price."""

    #: In US dollars; None: not found.
    price: float | None
    #: What that buys: an hour, a month, ….
    per: str
    #: As of when, YYYY-MM: the page's own date where it has one, else when it was read or remembered.
    date: str
    #: Where it was read, or that it is from memory.
    source: str


@dataclass(frozen=True)
class Prices:
    """All of one region."""

    region: str
    #: What they do and do not contain.
    currency: str
    prices: Mapping[str, Price]

    def __getitem__(self, name: str) -> float:
        """A price that is known.

        Raises:
            KeyError: it is not in the file, or not known.
        """
        price = self.prices[name].price
        if price is None:
            raise KeyError(f"The price of {name} is not known. Write it into {PRICES.name}.")
        return price


def read(file: Path = PRICES) -> Prices:
    """The prices in a file."""
    document = json.loads(file.read_text())
    prices = {name: Price(**price) for name, price in document["prices"].items()}
    return Prices(document["region"], document["currency"], prices)
