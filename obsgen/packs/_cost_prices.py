"""Tables of prices: what is paid for, at which price, and what has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen import names
from obsgen.artefacts import Panel
from obsgen.matchers import selector
from obsgen.model import Price
from obsgen.packs._measures import Panels
from obsgen.packs._panels import steps
from obsgen.units import COUNT, Duration

_DAY: Final = Duration.parse("1d")
_A_THOUSAND: Final = 1000
_UNPRICED_COLORS: Final = steps("green", ("1", "red"))


class PricePanels:
    """Panels of one table of prices."""

    def __init__(self, panels: Panels, price: Price) -> None:
        self._panels = panels
        self._price = price
        name, tile = price.metric.name, names.tile_of(price.metric.recorded)
        assert tile is not None
        by = ", ".join(price.by)
        scope = price.metric.scope
        window = _DAY.minus_a_millisecond()
        units = selector(names.units(name, tile), scope)
        prices = selector(names.unit_price(name), scope)
        cost = selector(price.metric.recorded, scope)
        self._used = f"sum by ({by}) (sum_over_time({units}[{window}]))"
        self._prices = f"max by ({by}) ({prices})"
        self._cost = f"sum by ({by}) (sum_over_time({cost}[{window}]))"

    def stat(self) -> Panel:
        """Return how many things are used that have no price."""
        by = ", ".join(self._price.by)
        unpriced = f"({self._used} > 0) unless on ({by}) {self._prices}"
        return self._panels.stat(
            f"Without a price in {self._price.metric.name}",
            "How many things were used within a day that the table of prices lacks. What they cost "
            "is in no budget: the table below says which they are; add their prices to the spec.",
            self._panels.raw(f"count({unpriced}) or vector(0)", COUNT),
            colors=_UNPRICED_COLORS,
        )

    def table(self) -> Iterator[Panel]:
        """Yield what was used within a day, with its price."""
        price = self._price
        yield self._panels.table(
            f"Prices: {price.metric.name}",
            f"What was used of {price.of.name} within a day, its price in the spec and what it "
            "cost. A row without a price costs nothing here, but on the bill: add it to the table.",
            self._panels.raw(self._cost, price.metric.unit, legend="Cost of a day"),
            self._panels.raw(self._used, price.of.unit, legend="Used in a day"),
            self._panels.raw(
                f"{self._prices} * {_A_THOUSAND}", price.metric.unit, legend="Price of 1,000"
            ),
        )
