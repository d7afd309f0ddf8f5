"""Prices: tables that make money of what is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, Origin, finding
from obsgen.matchers import Matcher
from obsgen.model import Price
from obsgen.reader.matching import check_value
from obsgen.reader.measures import ServiceReader
from obsgen.reader.metrics import unit_from_name
from obsgen.reader.names import twice
from obsgen.reader.shape import missing_key
from obsgen.reader.values import read_amount, read_count, read_list
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Unit, as_decimal, parse_number

PRICE_TABLE: Final = Code(
    "ALR616",
    "price-table",
    why="what cannot be read as a price costs nothing, and a budget of it is never spent",
    fix="Write `{of: tokens_total, by: [model], currency: USD, per: 1000, table: {gpt-4: 0.03}}`; "
    "with two labels in `by` the table has a table for each value of the first.",
)
CODES: Final = (PRICE_TABLE,)

_REQUIRED: Final = ("of", "by", "currency", "table")
_Amounts = tuple[tuple[tuple[str, ...], Decimal | Fraction], ...]


def read_prices(
    node: Node | None, reader: ServiceReader, environment: Mapping[str, str]
) -> tuple[Price, ...]:
    """Read `prices:` of a service; what cannot be read is left out and reported."""
    if not isinstance(node, MappingNode):
        return ()
    found = []
    for name, entry in node.entries.items():
        if name.startswith("x-") or not isinstance(entry.value, MappingNode):
            continue
        price = _PriceReader(name, entry.value, entry.key.origin, reader).read(environment)
        if price is not None:
            found.append(price)
    return tuple(found)


class _PriceReader:
    """Reads one table."""

    def __init__(self, name: str, node: MappingNode, origin: Origin, reader: ServiceReader) -> None:
        self.name = name
        self.node = node
        self.origin = origin
        self.reader = reader
        self.report = reader.report

    def read(self, environment: Mapping[str, str]) -> Price | None:
        missing = [key for key in _REQUIRED if key not in self.node.entries]
        for key in missing:
            self.report(missing_key(self.origin, key, subject=f"`{self.name}`"))
        first = self.reader.catalogue.metrics.get(self.name)
        if first is not None:
            self.report(twice(f"metric `{self.name}`", self.origin, first.origin))
        of = self._counted()
        currency = self._currency()
        per = read_count(self.node.get("per"), 1, self.report)
        unpriced = self._unpriced()
        written = self.node.get("by")
        by = () if of is None else tuple(dict.fromkeys(self.reader.labels(written, (of,))))
        # With a label that is not there, the depth of the table would be that of another one.
        is_known = len(by) == len({i.text for i in read_list(written) if isinstance(i, Scalar)})
        amounts = () if of is None or not is_known else self._amounts(of, by, currency, per)
        if missing or first is not None or of is None or currency is None:
            return None
        if not amounts or unpriced is None:
            return None
        return Price(
            metric=self._metric(of, currency, environment),
            of=of,
            by=by,
            amounts=amounts,
            unpriced=unpriced,
            origin=self.origin,
        )

    def _counted(self) -> Metric | None:
        """Return what is paid for: an amount that only rises."""
        node = self.node.get("of")
        named = self.reader.catalogue.metric_of(node.text) if isinstance(node, Scalar) else None
        if node is not None and named is not None and named.type == "gauge":
            message = f"a price is of what a counter counts; `{named.name}` is a gauge"
            hint = "name the counter of what is used (`…_total`): a gauge is not spent, it is read"
            self._reject(node, message, hint)
            return None
        return self.reader.metric(node, ("counter",), use="of")

    def _metric(self, of: Metric, currency: Unit, environment: Mapping[str, str]) -> Metric:
        own = {"service": self.reader.service, **environment}
        return Metric(
            name=self.name,
            type="increments",
            unit=currency,
            labels={**of.labels, **{label: (value,) for label, value in own.items()}},
            target_labels=(),
            role="cost",
            scope=tuple(Matcher(label, "=", value) for label, value in own.items()),
            recorded=names.cost(self.name, self.reader.project.tile.length),
            help=f"What {of.name} costs",
            origin=self.origin,
        )

    def _currency(self) -> Unit | None:
        node = self.node.get("currency")
        if not isinstance(node, Scalar) or node.is_null:
            return None
        try:
            unit = Unit.parse(node.text)
        except ValueError:
            unit = Unit(node.text, "count")
        told = unit_from_name(self.name)
        if unit.dimension != "money" or unit.per_seconds:
            self._reject(node, f"{node.word} is not a currency", "write `USD`, `EUR`, `JPY`")
        elif told.dimension == "money" and not told.agrees_with(unit):
            message = f"`{self.name}` is an amount of {told} by its name, and its prices of {unit}"
            self._reject(node, message, f"write `currency: {told}`, or give it another name")
        else:
            return unit
        return None

    # --- the table -----------------------------------------------------------------------

    def _amounts(
        self, of: Metric, by: tuple[str, ...], currency: Unit | None, per: int
    ) -> _Amounts:
        table = self.node.get("table")
        if not by or not isinstance(table, MappingNode):
            return ()
        found: list[tuple[tuple[str, ...], Decimal | Fraction]] = []
        is_whole = True
        for values, node in self._rows(table, of, by):
            amount = self._amount(node, currency) if isinstance(node, Scalar) else None
            if amount is None:
                is_whole = False
                continue
            each = Fraction(amount) / per
            found.append((values, as_decimal(each)))
        if is_whole and not found:
            self._reject(table, f"the table of `{self.name}` is empty", "write a price for each")
        return tuple(found) if is_whole else ()

    def _rows(
        self, table: MappingNode, of: Metric, by: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], Node | None]]:
        """Yield the values of each row with its price; None after reporting a wrong depth."""
        label, *others = by
        for key, entry in table.entries.items():
            if key.startswith("x-"):
                continue
            check_value(label, entry.key, of.labels.get(label) or (), self.report)
            if not others and isinstance(entry.value, Scalar):
                yield (key,), entry.value
            elif others and isinstance(entry.value, MappingNode):
                inner = self._rows(entry.value, of, tuple(others))
                yield from (((key, *values), node) for values, node in inner)
            else:
                wanted = f"a price for each {others[0]}" if others else "one price"
                message = f"`{key}` takes {wanted}, found {entry.value.word}"
                hint = f"write `{key}: {{VALUE: 0.03}}`" if others else f"write `{key}: 0.03`"
                self._reject(entry.value, message, hint)
                yield (key,), None

    def _amount(self, node: Scalar, currency: Unit | None) -> Decimal | Fraction | None:
        """Read a price: a number in the currency of the table, or an amount with the same one."""
        amount: Decimal | Fraction | None
        try:
            amount = parse_number(node.text)
        except ValueError:
            subject = f"the table of `{self.name}`"
            if currency is None:
                return None  # told where it stands
            amount = read_amount(node, currency, self.report, subject)
        if amount is not None and amount < 0:
            self._reject(node, f"a price of {node.text} is below 0", "write what it costs")
            return None
        return amount

    def _unpriced(self) -> str | None:
        """Read the severity of the alert; empty where there is to be none."""
        node = self.node.get("unpriced")
        if node is None:
            return ""
        if not isinstance(node, MappingNode):
            return None
        if "severity" not in node.entries:
            self.report(missing_key(node.origin, "severity"))
        return self.reader.severity(node.get("severity"))

    def _reject(self, node: Node, message: str, hint: str) -> None:
        self.report(finding(PRICE_TABLE, node.origin, message, hint))
