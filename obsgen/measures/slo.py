"""`slo`: what is recorded of an SLO: its error ratio, budget, burn rate, objective, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen import names
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.measures._recorded import Recorded, knows_number
from obsgen.model import (
    Domain,
    Look,
    ModifierNodes,
    Query,
    Reader,
    Scene,
    Slo,
    Vector,
    World,
    grouped,
)
from obsgen.promql.build import Expr, aggregate, call
from obsgen.schema.shared import one_of_words, text
from obsgen.source import MappingNode, Scalar
from obsgen.units import COUNT, RATIO, Duration, Unit

UNRECORDED_WINDOW: Final = Code(
    "SLO335",
    "unrecorded-window",
    why="an SLO records its error ratio over the windows of its alerts, over 5m, 1h and 6h, and "
    "over its period; nothing else is there to be read",
    fix="Write one of the windows that the hint lists.",
)
CODES: Final = (UNRECORDED_WINDOW,)

_EVENTS: Final = Unit("events", "count")
_DEFAULT_WINDOW: Final = "5m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """
    One number of an SLO.

    Attributes:
        words: What it is called in titles.
        domain: The values that it takes.
    """

    words: str
    unit: Unit
    domain: Callable[[Slo], Domain]


def _burn_rates(slo: Slo) -> Domain:
    return Domain(low=Decimal(0), high=1 / Fraction(slo.error_budget), exact=None)


def _ratios(slo: Slo) -> Domain:
    del slo
    return Domain(low=Decimal(0), high=Decimal(1), exact=None)


def _one_objective(slo: Slo) -> Domain:
    ratio = slo.objective / 100
    return Domain(low=ratio, high=ratio, exact=None)


def _one_budget(slo: Slo) -> Domain:
    return Domain(low=slo.error_budget, high=slo.error_budget, exact=None)


SHOWN: Final[Mapping[str, Shown]] = {
    "error_ratio": Shown(words="error ratio", unit=RATIO, domain=_ratios),
    "period_error_ratio": Shown(words="error ratio of the period", unit=RATIO, domain=_ratios),
    "budget_remaining": Shown(
        words="error budget left",
        unit=RATIO,
        domain=lambda _: Domain(high=Decimal(1), exact=None),
    ),
    "burn_rate": Shown(words="burn rate", unit=COUNT, domain=_burn_rates),
    "objective": Shown(words="objective", unit=RATIO, domain=_one_objective),
    "error_budget": Shown(words="error budget", unit=RATIO, domain=_one_budget),
    "events": Shown(
        words="events", unit=_EVENTS, domain=lambda _: Domain(low=Decimal(0), exact=())
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvents(Recorded):
    """All events within a window: the sum of the tiles that the SLO records."""

    over: Duration

    def expr(self, query: Query) -> Expr:
        """Return the PromQL; the range is a millisecond short, so that it holds whole tiles."""
        selected = self.selector(self.metric.name, query)
        window = self.over.minus_a_millisecond()
        summed = call("sum_over_time", f"{selected}[{window}]{self.offset}")
        return self.topped(aggregate("max", summed, by=self.by))

    @property
    def title(self) -> str:
        """Of which SLO, and in how long."""
        return self.titled(f"{self.words} in {self.over}")

    def look(self, query: Query) -> Look:
        """Return the window, without its last millisecond."""
        return Look(self.over.minus_a_millisecond(), Duration.parse(self.modifiers.offset or "0s"))

    def values(self, query: Query, world: World) -> Vector:
        """Return the sums."""
        name, matchers = self.metric.name, self.matchers(query)
        return grouped(world.smoothed("sum", name, matchers, self.look(query)), self.by, max)

    def parts_of(self, scene: Scene) -> int:
        """Return the samples in a window."""
        return -(-self.over.ms // scene.interval.ms)


class SloKind:
    """Reads `{slo: [SERVICE/]NAME, show: NUMBER}`."""

    key: Final = "slo"
    modifiers: Final = frozenset({"where", "window", "offset", "top", "legend"})
    schema: Final[Mapping[str, Any]] = {
        "slo": text("An SLO, of another service with its name.", examples=["gateway/availability"]),
        "show": one_of_words(tuple(SHOWN), "Which of its numbers."),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Recorded, ...]:
        """Read the SLO and which number of it is meant."""
        named, shown = node.get("slo"), node.get("show")
        if not isinstance(named, Scalar) or not isinstance(shown, Scalar) or named.is_null:
            return ()
        part, word = reader.slo(named, Decimal(1)), shown.text
        if part is None or not knows_number(shown, str(part), SHOWN, reader):
            return ()
        fixed = {"service": (part.service,), "slo": (part.slo.name,)}
        bare = Metric(
            name=word,
            type="gauge",
            unit=SHOWN[word].unit,
            labels={**fixed, **dict.fromkeys((*part.labels, *part.slo.by))},
            target_labels=(),
            scope=part.identity,
            origin=part.slo.origin,
        )
        read = reader.modifiers(modifiers, (bare,))
        name = _series(word, part.slo, read.window)
        if not name:
            message = f"{part} records no {SHOWN[word].words} over {read.window}"
            place = modifiers.nodes["window"].origin
            reader.report(finding(UNRECORDED_WINDOW, place, message, _windows(word, part.slo)))
            return ()
        own = Recorded(
            metric=replace(bare, name=name),
            modifiers=replace(read, window=""),
            origin=node.origin,
            words=f"{SHOWN[word].words} of {part}",
            counts=SHOWN[word].unit,
            takes=SHOWN[word].domain(part.slo),
            groups=part.slo.by,
        )
        if word != "events":
            return (own,)
        over = Duration.parse(read.window or _DEFAULT_WINDOW)
        return (
            RecordedEvents(
                metric=own.metric,
                modifiers=own.modifiers,
                origin=own.origin,
                words=own.words,
                counts=own.counts,
                takes=own.takes,
                groups=own.groups,
                over=over,
            ),
        )


def _series(word: str, slo: Slo, window: str) -> str:
    """Return the name of the series that has a number over a window; empty where there is none."""
    if window.startswith("$"):
        return ""
    over = Duration.parse(window or _DEFAULT_WINDOW)
    if word == "error_ratio":
        return names.error_ratio(over) if over in slo.windows else ""
    if word == "events":
        tile = slo.tile.length if over <= names.COARSE_FROM else names.COARSE_TILE
        return names.total_events(tile) if over.ms % tile.ms == 0 else ""
    return "" if window else _ALWAYS[word]


_ALWAYS: Final[Mapping[str, str]] = {
    "period_error_ratio": names.PERIOD_ERROR_RATIO,
    "budget_remaining": names.BUDGET_REMAINING,
    "burn_rate": names.BURN_RATE,
    "objective": names.OBJECTIVE,
    "error_budget": names.ERROR_BUDGET,
}


def _windows(word: str, slo: Slo) -> str:
    """Say which windows there are."""
    if word == "error_ratio":
        shown = ", ".join(map(str, slo.windows))
        return f"it has {shown}; for its period write `show: period_error_ratio`"
    if word == "events":
        return f"write a multiple of {slo.tile.length}, above 6h of {names.COARSE_TILE}"
    return "leave `window` out"


KIND: Final = SloKind()
