"""Prices: what is counted, such as tokens, becomes money."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """
    A table of prices.

    Attributes:
        metric: What rules record: the cost within each tile, in the currency.
        of: The counter that is paid for.
        by: The labels that decide the price.
        amounts: The price of one, for values of these labels.
        unpriced: The severity of the alert for what has no price; empty without one.
    """

    metric: Metric
    of: Metric
    by: tuple[str, ...]
    amounts: tuple[tuple[tuple[str, ...], Decimal | Fraction], ...]
    unpriced: str = ""
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)
