"""
No query of a panel, an annotation or a variable fails, and none is empty.

Queries are those that Grafana sends: variables stand at what a dashboard begins with, repeated
panels are repeated. What gives nothing now is looked for in the time range of its panel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from obsgen.artefacts import Dashboard
from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.live.verify.counting import Count, counts, gave
from obsgen.live.verify.documents import dashboards
from obsgen.live.verify.several import answers
from obsgen.live.verify.world import Outcome, World
from obsgen.preview import ranges, variables
from obsgen.preview.expansion import Placed, blocks
from obsgen.preview.variables import Values
from obsgen.promql import PromqlError, parse, selectors

TITLE: Final = "queries of panels"
SERVER: Final = "prometheus"

QUERY_FAILS: Final = Code(
    "LIV721",
    "query-fails",
    why="the panel, or the alert, shows an error where people look for an answer",
    fix="Look at what Prometheus says; often two series of an operand have the same labels.",
)
QUERY_EMPTY: Final = Code(
    "LIV722",
    "query-empty",
    why="a panel without data is right only as long as nothing has happened that it counts",
    fix="Look at its metrics and matchers; where nothing is the usual answer, give the panel a "
    "`no_value:`, and this is worth knowing alone.",
    severity=Severity.WARNING,
)
CODES: Final = (QUERY_FAILS, QUERY_EMPTY)

ALERT_SERIES: Final = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
"""They are there only while something fires."""
_USUAL_SCRAPE: Final = 15_000
_PIXELS: Final = 600

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """
    A query as Grafana sends it.

    Attributes:
        ref: The letter of a panel's query.
        span: The time range of its panel, in milliseconds.
        panel: Tells the queries of one panel from others.
        may_be_empty: Its author says what stands there then.
    """

    place: str
    ref: str = ""
    query: str
    span: int
    panel: object
    origin: Origin
    may_be_empty: bool = False


def check(world: World) -> Outcome:
    """Ask everything that dashboards ask."""
    pairs = zip(world.compiled.dashboards, dashboards(world.compiled), strict=True)
    found = answers(lambda pair: _dashboard(world, *pair), list(pairs))
    asked = [one for queries, _ in found for one in queries]
    findings = [one for _, problems in found for one in problems]
    numbers = counts(world, (one.query for one in asked))
    empty = [one for one in asked if numbers[one.query] == 0 and not is_of_alerts(one.query)]
    earlier = gave(world, ((one.query, one.span) for one in empty))
    told = {one.panel for one in asked if _is_told(one, numbers, earlier)}
    planned = _planned(world)
    for one in asked:
        count = numbers[one.query]
        if isinstance(count, str):
            message = f"{one.place}{_query_words([one])} fails: {count}"
            findings.append(finding(QUERY_FAILS, one.origin, message))
    by_panel: dict[object, list[_Asked]] = {}
    for one in empty:
        if not earlier[one.query, one.span] and not _names(one.query) & planned:
            by_panel.setdefault(one.panel, []).append(one)
    findings += (_empty(every, has_others=key in told) for key, every in by_panel.items())
    return Outcome(looked=len(numbers), what="query", findings=tuple(findings))


def _is_told(
    one: _Asked, numbers: Mapping[str, Count], earlier: Mapping[tuple[str, int], bool]
) -> bool:
    return bool(numbers[one.query]) or earlier.get((one.query, one.span), False)


def _empty(every: Sequence[_Asked], *, has_others: bool) -> Diagnostic:
    """Return what is said of the queries of one panel that give nothing."""
    one = every[0]
    verb = "return" if len(every) > 1 else "returns"
    message = f"{one.place}{_query_words(every)} {verb} nothing"
    if not one.may_be_empty and not has_others:
        return finding(QUERY_EMPTY, one.origin, message)
    return Diagnostic(code=QUERY_EMPTY, message=message, origin=one.origin, severity=Severity.INFO)


def _query_words(every: Sequence[_Asked]) -> str:
    """Name the queries of a panel: `: query A`, `: queries A, B and C`."""
    refs = [one.ref for one in every if one.ref]
    if len(refs) > 1:
        return f": queries {', '.join(refs[:-1])} and {refs[-1]}"
    return f": query {refs[0]}" if refs else ""


def _planned(world: World) -> frozenset[str]:
    """Return the series of metrics that do not exist yet."""
    every = (m for s in world.spec.services for m in s.catalogue.metrics.values() if m.planned)
    return frozenset(name for metric in every for name in metric.series())


def is_of_alerts(query: str) -> bool:
    """Say whether a query reads nothing but the states of alerts."""
    names = _names(query)
    return bool(names) and names <= ALERT_SERIES


def _names(query: str) -> frozenset[str]:
    try:
        found = (selector.metric_name or "" for selector in selectors(parse(query)))
        return frozenset(found)
    except PromqlError:
        return frozenset()


def _dashboard(
    world: World, dashboard: Dashboard, document: Json
) -> tuple[tuple[_Asked, ...], tuple[Diagnostic, ...]]:
    """Return what a dashboard asks, and what is wrong with its variables."""
    time = document.get("time") or {}
    span = ranges.time_range(str(time.get("from")), str(time.get("to")), world.now)
    if span is None:
        span = ranges.TimeRange(world.now - 6 * ranges.HOUR, world.now)
    values = Values(range=span, scrape=_scrape(world))
    listed = (document.get("templating") or {}).get("list") or ()
    own = [one for one in listed if one.get("type") != "datasource"]
    known = variables.chosen(own, world.live, values)
    problems = tuple(
        finding(QUERY_EMPTY, _of_variable(dashboard, name), _without_values(dashboard, name, one))
        for name, one in known.items()
        if one.problem
    )
    values = replace(values, variables=known)
    asked = [*_annotations(dashboard, document, values)]
    for block in blocks(document.get("panels") or (), known):
        for place in block.panels:
            asked += _panel(world, dashboard, place, values)
    return tuple(asked), problems


def _without_values(dashboard: Dashboard, name: str, chosen: variables.Chosen) -> str:
    return f"dashboard `{dashboard.title}`: variable `{name}`: {chosen.problem}"


def _of_variable(dashboard: Dashboard, name: str) -> Origin:
    own = (one.origin for one in dashboard.variables if one.name == name and one.origin.file)
    return next(own, dashboard.origin)


def _scrape(world: World) -> int:
    found = (s.scrape_interval.ms for s in world.compiled.datasources if s.scrape_interval.ms)
    return next(found, _USUAL_SCRAPE)


def _annotations(dashboard: Dashboard, document: Json, values: Values) -> Iterator[_Asked]:
    for one in (document.get("annotations") or {}).get("list") or ():
        if one.get("expr"):
            yield _Asked(
                place=f"dashboard `{dashboard.title}`: annotation `{one.get('name')}`",
                query=values.fill(str(one["expr"])),
                span=values.range.ms,
                panel=object(),
                origin=dashboard.origin,
                # They mark what is rare.
                may_be_empty=True,
            )


def _panel(world: World, dashboard: Dashboard, place: Placed, values: Values) -> Iterator[_Asked]:
    for name, value in place.scope:
        scoped = variables.scoped(values.variables, name, value)
        values = replace(values, variables=scoped)
    panel = place.panel
    relative = values.fill(str(panel.get("timeFrom") or ""))
    span = ranges.panel_range(relative, values.range, world.now)
    least = max(values.scrape, ranges.duration(values.fill(str(panel.get("interval") or ""))))
    pixels = int(panel.get("maxDataPoints") or _PIXELS)
    step = ranges.step(span.ms, pixels, least)
    own = replace(values, range=span, step=step, scrape=least)
    said = ((panel.get("fieldConfig") or {}).get("defaults") or {}).get("noValue")
    key = object()
    for target in panel.get("targets") or ():
        # A query without a datasource of its own asks that of the panel.
        asked = target.get("datasource") or panel.get("datasource") or {}
        if asked.get("type") != "prometheus" or not target.get("expr"):
            continue
        title = own.fill(str(panel.get("title") or "")) or "without a title"
        yield _Asked(
            place=f"dashboard `{dashboard.title}`: panel `{title}`",
            ref=str(target.get("refId")),
            query=own.fill(str(target["expr"])),
            span=span.ms,
            panel=key,
            origin=_origin(dashboard, place.number),
            may_be_empty=bool(said),
        )


def _origin(dashboard: Dashboard, number: int) -> Origin:
    panels = dashboard.panels
    origin = panels[number].origin if 0 <= number < len(panels) else dashboard.origin
    return origin if origin.file else dashboard.origin
