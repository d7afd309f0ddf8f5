"""`queries`: two raw queries, of all events and of the bad (or the good) ones among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Catalogue, Metric
from obsgen.counting.tiles import aggregated, grouped, indented, or_none_bad, recorded_events
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.model import (
    Flow,
    Ledger,
    LedgerScope,
    Played,
    Reader,
    Rhythm,
    Schema,
    Sli,
    Stage,
    Unprovable,
)
from obsgen.promql import Aggregate, Binary, Paren, VectorSelector, parse, selectors, variables
from obsgen.promql.build import as_written
from obsgen.schema.shared import mapping, text
from obsgen.slis._metrics import OfMetrics
from obsgen.slis._sides import one_side, within_total
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration, number_text

QUERY_WINDOW: Final = Code(
    "SLO313",
    "query-window",
    why="the ledger asks each query for the events of one tile; without `$window` the query counts "
    "those of another stretch of time, and no other variable is filled in",
    fix="Write `$window` as the range: `sum(increase(jobs_total[$window]))`.",
)
UNSAFE_DENOMINATOR: Final = Code(
    "SLO314",
    "unsafe-denominator",
    why="a difference and a gauge may be 0 or negative, and the share of that says nothing",
    fix="Count all events with a counter: `sum(increase(requests_total[$window]))`.",
)
CODES: Final = (QUERY_WINDOW, UNSAFE_DENOMINATOR)

_WINDOW: Final = "$window"
_HINT: Final = "write `bad: sum(increase(errors_total[$window]))`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries(OfMetrics):
    """
    Events as two queries count them.

    Attributes:
        side: Counts the bad events, or the good ones where *is_good*.
        window: What `$window` becomes: a tile, or four scrapes where that is longer.
    """

    total: str
    side: str
    is_good: bool
    shortest_window: Duration
    catalogue: Catalogue
    kind: str = "queries"

    @property
    def words(self) -> str:
        """What counts as bad."""
        return f"what {'is missing from' if self.is_good else 'is counted by'} a query of its own"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The declared metrics that the selectors name."""
        named = (
            self.catalogue.metric_of(selected.metric_name or "")
            for query in (self.total, self.side)
            for selected in selectors(parse(query.replace(_WINDOW, "1m")))
        )
        return tuple({m.name: m for m in named if m is not None}.values())

    @property
    def caveats(self) -> tuple[str, ...]:
        """Raw queries are taken at their word."""
        return (
            "what raw queries count is taken as it is: extrapolated by `rate` and `increase`",
            "births are off: a query does not tell which series are new",
            *self._smeared,
        )

    @property
    def _smeared(self) -> tuple[str, ...]:
        """Say where a window is longer than a tile."""
        if self.shortest_window <= Duration(60_000):
            return ()
        return (
            f"`$window` is {self.shortest_window}, four scrapes: events count in parts of that",
        )

    @property
    def rhythm(self) -> Rhythm:
        """Any number of events, counted at once."""
        return Rhythm(settles=False)

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that counts a tile, bad within 0 and the total."""
        tile = scope.tile.length
        whole = recorded_events(scope)
        # Neither NaN nor a negative number passes the comparison.
        counted = self._counted(self.side, tile, scope.by)
        known = grouped(or_none_bad(counted, scope))
        if self.is_good:
            bad = f"clamp_min({whole} - {known}, 0)"
        else:
            bad = f"{known} <= {whole}\nor {whole}"
        return Ledger(total_seen=self._counted(self.total, tile, scope.by), bad_seen=bad)

    def _counted(self, query: str, tile: Duration, by: tuple[str, ...]) -> str:
        window = max(tile, self.shortest_window)
        filled = as_written(query.replace(_WINDOW, str(window))).text
        counted = f"{aggregated('sum', by)}(\n{indented(filled)}\n)"
        # A tile is a part of a longer window: each event is seen by several of them.
        part = Fraction(tile.ms, window.ms)
        return f"{counted} >= 0" if part == 1 else f"{counted} * {number_text(part)} >= 0"

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Unprovable | Played:
        """Return why not: nothing is known of what a raw query makes of its series."""
        del flows, stage
        return Unprovable("raw queries cannot be turned round into series")


class QueriesKind:
    """Reads `{queries: {total: PROMQL, bad: PROMQL}}`."""

    key: Final = "queries"
    schema: Final[Schema] = mapping(
        {
            "total": text("PromQL that counts all events within `$window`."),
            "bad": text("PromQL that counts the bad ones among them."),
            "good": text("PromQL that counts the good ones, instead of the bad."),
        },
        required=("total",),
        description="Two raw queries, of all events and of the bad or the good ones among them.",
        examples=[
            {
                "total": "sum(increase(jobs_total[$window]))",
                "bad": "sum(increase(jobs_failed_total[$window]))",
            }
        ],
    )

    def read(self, node: MappingNode, reader: Reader) -> Sli | None:
        """Read both queries."""
        side = one_side(node, self.key, _HINT, reader)
        total = _query(node.get("total"), reader)
        if side is None or total is None or not _is_safe(total, reader):
            return None
        read = _query(node.get(side), reader)
        if read is None or not _is_within(side, total, read, reader):
            return None
        return Queries(
            total=total.text,
            side=read.text,
            is_good=side == "good",
            shortest_window=reader.project.shortest_window,
            catalogue=reader.catalogue,
        )


def _query(node: Node | None, reader: Reader) -> Scalar | None:
    scalar = reader.promql(node, with_variables=True)
    if scalar is None:
        return None
    names = {variable.name for variable in variables(scalar.text)}
    if names != {"window"}:
        others = ", ".join(f"`${name}`" for name in sorted(names - {"window"}))
        what = f"names {others}, which nothing fills in" if others else "has no `$window`"
        hint = "write `[$window]` as the range of its selectors"
        reader.report(finding(QUERY_WINDOW, scalar.origin, f"the query {what}", hint))
        return None
    return replace(scalar, text=scalar.text.replace("${window}", _WINDOW))


def _is_within(word: str, total: Scalar, side: Scalar, reader: Reader) -> bool:
    """Say whether one query counts some of what the other does, as far as that can be seen."""
    whole, part = _selected(total), _selected(side)
    return all(
        within_total(word, whole[metric], part[metric], side.origin, reader)
        for metric in whole
        if metric in part
    )


def _selected(query: Scalar) -> Mapping[str, tuple[Matcher, ...]]:
    """Return the matchers of metrics that are read once."""
    found: dict[str, list[tuple[Matcher, ...]]] = {}
    for selected in selectors(parse(query.text.replace(_WINDOW, "1m"))):
        matchers = tuple(Matcher(m.label, m.op, m.value) for m in selected.matchers)
        found.setdefault(selected.metric_name or "", []).append(matchers)
    return {metric: several[0] for metric, several in found.items() if len(several) == 1}


def _is_safe(total: Scalar, reader: Reader) -> bool:
    """Say whether a total is never negative, as far as that can be seen."""
    tree = parse(total.text.replace(_WINDOW, "1m"))
    while isinstance(tree, Paren | Aggregate):
        tree = tree.expr
    what = ""
    if isinstance(tree, Binary) and tree.op == "-":
        what = "is a difference"
    elif isinstance(tree, VectorSelector):
        metric = reader.catalogue.metric_of(tree.metric_name or "")
        what = "is a gauge" if metric is not None and metric.type == "gauge" else ""
    if what:
        message = f"the query of all events {what}, which may be 0 or negative"
        reader.report(finding(UNSAFE_DENOMINATOR, total.origin, message, "count with a counter"))
    return not what


KIND: Final = QueriesKind()
