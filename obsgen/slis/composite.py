"""`composite`: an SLO made of others, tile by tile: their weighted mean, or all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.artefacts import InputSeries, united
from obsgen.catalogue import Metric
from obsgen.counting.tiles import aggregated, indented, or_none_bad
from obsgen.diagnostics import Code, finding
from obsgen.matchers import selector
from obsgen.model import (
    Flow,
    Ledger,
    LedgerScope,
    Played,
    Promise,
    Reader,
    Rhythm,
    Schema,
    Sli,
    SloPart,
    Stage,
    Unprovable,
)
from obsgen.schema.shared import listed, mapping, text
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import number_text, parse_number

COMPOSITE_PARTS: Final = Code(
    "SLO316",
    "composite-parts",
    why="a composite is the weighted mean of its parts, or holds where all of them do; with one "
    "part it would be that part again",
    fix="Write `weighted: {gateway/availability: 0.7, cart/latency: 0.3}`, or "
    "`all_of: [gateway/availability, cart/latency]`.",
)
CODES: Final = (COMPOSITE_PARTS,)

_HINT: Final = "write `all_of: [SERVICE/SLO, SERVICE/SLO]`"
_EVENTS: Final = 1000
"""Events of each part within a tile, where it counts events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """
    Tiles in which at least one of the parts had events; each of them is one event.

    Attributes:
        is_weighted: A tile is as bad as the weighted mean of its parts, of which those without
            events do not count; else it is bad if a part is worse than its own objective.
    """

    parts: tuple[SloPart, ...]
    is_weighted: bool
    kind: str = "composite"

    @property
    def words(self) -> str:
        """What counts as bad."""
        named = " and ".join(map(str, self.parts))
        if self.is_weighted:
            weights = ", ".join(f"{part} {number_text(part.weight)}" for part in self.parts)
            return f"minutes, as far as these are bad by weight: {weights}"
        return f"minutes in which one of {named} misses its objective"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the parts read."""
        every = (metric for part in self.parts for metric in part.slo.sli.metrics)
        return tuple({metric.name: metric for metric in every}.values())

    @property
    def groups(self) -> frozenset[str] | None:
        """The groups that all parts have."""
        return frozenset.intersection(*(frozenset(part.slo.by) for part in self.parts))

    @property
    def promises(self) -> tuple[Promise, ...]:
        """None: what its parts promise is theirs."""
        return ()

    @property
    def caveats(self) -> tuple[str, ...]:
        """What minutes cannot tell, and what the parts cannot."""
        own = "each tile is one event, however many events its parts had"
        return (own, *(f"{p}: {caveat}" for p in self.parts for caveat in p.slo.sli.caveats))

    @property
    def rhythm(self) -> Rhythm:
        """One event a tile, as late as its parts."""
        rhythms = [part.slo.sli.rhythm for part in self.parts]
        return Rhythm(
            settles=any(rhythm.settles for rhythm in rhythms),
            is_weighable=False,
            is_missed=any(rhythm.is_missed for rhythm in rhythms),
        )

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that judges a tile by the recorded events of its parts."""
        busy = [f"{self._events(part, scope)} > 0" for part in self.parts]
        idle = [self._events(part, scope) for part in self.parts]
        head = aggregated("group", scope.by)
        bad = self._mean(scope) if self.is_weighted else self._any_missed(scope)
        return Ledger(
            total_seen=f"{head}(\n{_union(busy)}\n)\nor 0 * {head}(\n{_union(idle)}\n)",
            bad_seen=or_none_bad(bad, scope),
        )

    def _mean(self, scope: LedgerScope) -> str:
        """A part without events has neither a share nor a weight: the others share it."""
        shares = [f"{number_text(p.weight)} * {self._share(p, scope)}" for p in self.parts]
        weights = [
            f"0 * ({self._events(part, scope)} > 0) + {number_text(part.weight)}"
            for part in self.parts
        ]
        head = aggregated("sum", scope.by)
        return f"{head}(\n{_union(shares)}\n)\n  / {head}(\n{_union(weights)}\n)"

    def _any_missed(self, scope: LedgerScope) -> str:
        missed = [
            f"{self._share(part, scope)} > {number_text(part.slo.error_budget)}"
            for part in self.parts
        ]
        return f"{aggregated('group', scope.by)}(\n{_union(missed)}\n)"

    def _share(self, part: SloPart, scope: LedgerScope) -> str:
        bad = self._recorded(names.bad_events(scope.tile.length), part, scope)
        return f"{bad} / ({self._events(part, scope)} > 0)"

    def _events(self, part: SloPart, scope: LedgerScope) -> str:
        return self._recorded(names.total_events(scope.tile.length), part, scope)

    def _recorded(self, name: str, part: SloPart, scope: LedgerScope) -> str:
        series = selector(name, part.identity)
        if tuple(part.slo.by) == scope.by:
            return series
        return f"{aggregated('sum', (*names.IDENTITY, *scope.by))}({series})"

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """Return the parts: all of them are as bad as a tile is, or the first of them alone."""
        if len({part.slo.sli.rhythm.settles for part in self.parts}) > 1:
            return Unprovable("its parts count events at different times")
        series: list[InputSeries] = []
        groups, services = dict(stage.groups), list[str]()
        for place, part in enumerate(self.parts):
            own = Stage(tile=stage.tile, by=part.slo.by, groups=groups)
            is_bad = self.is_weighted or place == 0
            found = part.slo.sli.played(_of_part(part, flows, is_bad=is_bad), own)
            if isinstance(found, Unprovable):
                return Unprovable(f"{part}: {found.reason}")
            if found.interval is not None:
                return Unprovable(f"{part} is played in finer steps than the others")
            series += found.series
            groups = {**groups, **found.groups}
            services += [part.service, *found.services]
        kept = {label: value for label, value in groups.items() if label in stage.by}
        every = united(series)
        if isinstance(every, str):
            return Unprovable(f"its parts ask for two courses of one series of `{every}`")
        return Played(series=every, groups=kept, services=tuple(dict.fromkeys(services)))


def _of_part(part: SloPart, flows: tuple[Flow, ...], *, is_bad: bool) -> tuple[Flow, ...]:
    times = _EVENTS if part.slo.sli.rhythm.is_weighable else 1
    return tuple(
        flow._replace(
            total=None if flow.total is None else flow.total * times,
            bad=flow.bad * times if is_bad else Fraction(0),
        )
        for flow in flows
    )


def _union(parts: Iterable[str]) -> str:
    return indented("\nor ".join(parts))


class CompositeKind:
    """Reads `{composite: {weighted: {SERVICE/SLO: WEIGHT}}}` and `{all_of: [SERVICE/SLO]}`."""

    key: Final = "composite"
    schema: Final[Schema] = mapping(
        {
            "weighted": {
                "type": "object",
                "additionalProperties": {"type": ["number", "string"]},
                "description": "Other SLOs, each with its weight; the mean of their bad shares.",
                "examples": [{"gateway/availability": 0.7, "cart/latency": 0.3}],
            },
            "all_of": listed(
                text(), description="Other SLOs that must all be within their objectives."
            ),
        },
        description="An SLO made of others, tile by tile.",
        examples=[{"all_of": ["gateway/availability", "cart/latency"]}],
    )

    def read(self, node: MappingNode, reader: Reader) -> Sli | None:
        """Read the parts; each is looked up, and read before this one."""
        ways = [word for word in ("weighted", "all_of") if word in node.entries]
        if len(ways) != 1:
            found = "both" if ways else "neither"
            message = f"`composite` takes exactly one of `weighted` and `all_of`, found {found}"
            reader.report(finding(COMPOSITE_PARTS, node.origin, message, _HINT))
            return None
        inner = node.entries[ways[0]].value
        wanted = _weighted(inner, reader) if ways == ["weighted"] else _listed(inner)
        parts = [part for n, w in wanted if (part := reader.slo(n, w)) is not None]
        if len(parts) != len(wanted) or len(wanted) < _written(inner):
            return None
        if len({str(part) for part in parts}) < 2:  # noqa: PLR2004 - one is no composite
            message = f"`{ways[0]}` names fewer than two different SLOs"
            reader.report(finding(COMPOSITE_PARTS, inner.origin, message, _HINT))
            return None
        return Composite(parts=tuple(parts), is_weighted=ways == ["weighted"])


def _written(node: Node) -> int:
    """Return how many parts are written, right or wrong; what is no list at all was found."""
    if isinstance(node, MappingNode):
        return len(node.entries)
    return len(node.items) if isinstance(node, Sequence) else 1


def _listed(node: Node) -> list[tuple[Scalar, Decimal]]:
    items = node.items if isinstance(node, Sequence) else ()
    return [(item, Decimal(1)) for item in items if isinstance(item, Scalar)]


def _weighted(node: Node, reader: Reader) -> list[tuple[Scalar, Decimal]]:
    found = []
    entries = node.entries if isinstance(node, MappingNode) else {}
    # The order of keys has no meaning.
    for name, entry in sorted(entries.items()):
        try:
            weight = parse_number(entry.value.text if isinstance(entry.value, Scalar) else "")
        except ValueError:
            weight = Decimal(0)
        if weight > 0:
            found.append((replace(entry.key, text=name), weight))
            continue
        message = f"weight {entry.value.word} of `{name}` is not a number above 0"
        reader.report(finding(COMPOSITE_PARTS, entry.value.origin, message, "write `0.7`"))
    return found


KIND: Final = CompositeKind()
