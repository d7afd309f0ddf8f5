"""A panel that shows seconds as bytes, or a share as a number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts.grafana_unit_ids import unit_of_id
from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget, Words, items_of, mapping_of
from obsgen.checks._queries import Query
from obsgen.checks.dashboards._kinds import OF_NUMBERS
from obsgen.checks.dashboards._rule import Found, of_panel_queries
from obsgen.diagnostics import Code, Severity, finding
from obsgen.names import target_letter
from obsgen.promql import Binary, VectorSelector
from obsgen.units import Unit

OTHER_UNIT: Final = Code(
    "DSH654",
    "shown-in-other-unit",
    why="Grafana writes whatever unit it is told behind the number: 0.05 of a share becomes 0.05%, "
    "and two seconds two bytes",
    fix="Show the unit that the query yields, or convert in the query; `unit:` of obsgen's own "
    "panels converts by itself.",
    severity=Severity.WARNING,
)
CODES: Final = (OTHER_UNIT,)

_OTHER_TYPES: Final = frozenset({"histogram", "heatmap", "piechart"})
_ONE: Final = Decimal(1)


def _look(query: Query, panel: ShownPanel, target: ShownTarget) -> Found:
    if panel.type not in OF_NUMBERS | _OTHER_TYPES or panel.has_mappings:
        return
    meaning = query.meanings.whole
    shown, unit = _shown(panel, target), meaning.unit
    if unit is None or shown is None or meaning.sample.is_cumulative:
        return
    if not _differ(unit, shown, is_share=_is_share(query)):
        return
    message = f"{query.subject} shows {_said(unit)} as {_said(shown)}"
    diagnostic = finding(OTHER_UNIT, target.origin, message, f"show it as {_said(unit)}")
    selected = (query.meaning(node).series for node in query.nodes(VectorSelector))
    if any(series is not None and series.is_guessed for series in selected):
        diagnostic = replace(diagnostic, severity=Severity.INFO)
    yield diagnostic


def _is_share(query: Query) -> bool:
    """Say whether a ratio is one: a share times a length of time is that, a quotient a factor."""
    high = query.meanings.whole.bounds.high
    if high is not None and high <= _ONE:
        return True
    found = (query.meaning(node).series for node in query.nodes(VectorSelector))
    is_recorded = any(series is not None and series.source is not None for series in found)
    return not is_recorded and not query.nodes(Binary)


def _shown(panel: ShownPanel, target: ShownTarget) -> Unit | None:
    """Return the unit in which Grafana shows the values; None where nobody knows."""
    for override in reversed(panel.overrides):
        if not _is_about(mapping_of(override.get("matcher")), target, len(panel.targets)):
            continue
        for item in items_of(override.get("properties")):
            found = mapping_of(item)
            if found.get("id") == "unit":
                return unit_of_id(str(found.get("value")))
    if target.unit is not None:
        return target.unit
    return unit_of_id(panel.unit_id) if panel.unit_id else panel.unit


def _is_about(matcher: Words, target: ShownTarget, count: int) -> bool:
    """Say whether an override is for all values of a query."""
    name = matcher.get("options")
    match matcher.get("id"):
        case "byFrameRefID":
            return name == target.ref
        case "byName":
            value = f"Value #{target_letter(target.index)}" if count > 1 else "Value"
            return name in {target.name, value} - {""}
    return False


def _differ(found: Unit, shown: Unit, *, is_share: bool) -> bool:
    """Say whether a unit surely says something else than what a query yields."""
    if found.dimension == shown.dimension:
        if found.dimension == "money":
            return found.name != shown.name
        is_rate = bool(found.per_seconds) is not bool(shown.per_seconds)
        return found.dimension != "count" and (found.scale != shown.scale or is_rate)
    if found.dimension == "ratio":
        return is_share
    if shown.dimension == "count":
        return not shown.per_seconds
    # Whoever declares no unit of a metric may still know it.
    return found.dimension != "count" or bool(found.per_seconds)


def _said(unit: Unit) -> str:
    return {"ratio": "a share of 1", "count": "a plain number"}.get(str(unit), f"`{unit}`")


KIND: Final = Check(
    run=of_panel_queries(_look),
    examples=(
        Example(
            code=OTHER_UNIT,
            wrong="- stat: {expr: 'avg(rate(latency_seconds_sum[5m]) / "
            "rate(latency_seconds_count[5m]))', unit: bytes}",
            right="- stat: {expr: 'avg(rate(latency_seconds_sum[5m]) / "
            "rate(latency_seconds_count[5m]))', unit: s}",
            of_panels=True,
        ),
    ),
)
