"""AWS's prices from `prices.json`, each with its date and source.

The file contains the prices of one region. For another region, edit the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PRICES = Path(__file__).with_name("prices.json")


@dataclass(frozen=True)
class Price:
    """A price of AWS."""

    #: In US dollars; None if the price was not found.
    price: float | None
    #: The unit that costs this: `hour`, `GB and month`.
    per: str
    #: YYYY-MM: the date of the source, or else the month in which somebody read or remembered the price.
    date: str
    #: The page with the price, or a note that it is from memory.
    source: str


@dataclass(frozen=True)
class Prices:
    """The prices of one region."""

    region: str
    #: The currency, and what the prices include.
    currency: str
    prices: Mapping[str, Price]

    def __getitem__(self, name: str) -> float:
        """Return a price in US dollars.

        Raises:
            KeyError: The file does not contain the price, or contains only that nobody found it.
        """
        price = self.prices[name].price
        if price is None:
            raise KeyError(f"The price of {name} is not known. Write it into {PRICES.name}.")
        return price


def read_prices(file: Path = PRICES) -> Prices:
    """Return the prices in a file."""
    document = json.loads(file.read_text())
    prices = {name: Price(**price) for name, price in document["prices"].items()}
    return Prices(document["region"], document["currency"], prices)
