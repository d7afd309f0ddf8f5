"""
What holds for some series or columns of a panel, in Grafana's words.

Shapes: `fieldConfig.overrides` of Grafana's dashboard schema; the ids of properties are those of
its standard options, and `custom.…` for what a kind of panel adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final

from obsgen.artefacts import Json, Panel, Target
from obsgen.catalogue import Metric, near
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.matchers import full_match
from obsgen.model import DashboardContext, OverrideSpec, PanelSpec
from obsgen.names import target_letter
from obsgen.panels._data_links import labels_of
from obsgen.panels._texts import mappings_of
from obsgen.panels._thresholds import steps_of
from obsgen.panels._unit_hints import unit_hint
from obsgen.units import COUNT, Quantity, Unit

OF_NOTHING: Final = Code(
    "DSH676",
    "override-of-nothing",
    why="nothing in the panel has that name, so the override changes nothing",
    fix="Write the name as the legend or the header shows it, or count the measures from 1.",
    severity=Severity.WARNING,
)
OTHER_UNIT: Final = Code(
    "DSH686",
    "override-unit",
    why="an override changes what stands behind the number and not the number: 0.2 seconds would "
    "be shown as 0.2 milliseconds",
    fix="Give the unit to the whole panel (`unit: ms`), which scales its queries too.",
)
CODES: Final = (OF_NOTHING, OTHER_UNIT)

_PLACEHOLDER: Final = re.compile(r"\{\{.*?\}\}")
_PARTS: Final = re.compile(r"(\{\{.*?\}\})")


def with_overrides(panel: Panel, spec: PanelSpec, context: DashboardContext) -> Panel:
    """Return the panel with the author's overrides behind those of its kind."""
    overrides: list[Mapping[str, Json]] = []
    units: list[tuple[Mapping[str, Json], Unit]] = []
    for override in spec.overrides:
        held = _held(override, panel, spec, context)
        if not held.is_something and not spec.transformations:
            context.report(_of_nothing(override, panel, held))
            continue
        shown = (held.targets[0].unit if held.targets else None) or panel.unit or COUNT
        matcher = _matcher(override, panel)
        properties = _properties(override, panel, shown, context)
        written: list[Json] = [{"id": id_, "value": value} for id_, value in properties]
        overrides.append({"matcher": matcher, "properties": written})
        measured = shown if held.targets else COUNT
        if override.unit is not None and _can_show(override, override.unit, measured, context):
            units.append((matcher, override.unit))
    return replace(
        panel,
        overrides=(*panel.overrides, *overrides),
        unit_overrides=(*panel.unit_overrides, *units),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """
    What an override holds for, as far as that can be told.

    Attributes:
        targets: The queries whose values it may hold for.
        names: What there is to be named.
        is_something: It holds for something, or that cannot be told.
    """

    targets: tuple[Target, ...] = ()
    names: tuple[str, ...] = ()
    is_something: bool = True


def _held(
    override: OverrideSpec, panel: Panel, spec: PanelSpec, context: DashboardContext
) -> _Held:
    targets = panel.targets
    if override.by == "measure":
        chosen = targets[override.measure - 1 : override.measure]
        return _Held(targets=chosen, is_something=bool(chosen))
    declared = _declared(spec.body.metrics)
    tried = _by_pattern if override.by == "matching" else partial(_by_name, declared)
    is_table = _is_table(panel)
    names = tuple(t.column if is_table else t.legend for t in targets)
    if panel.foreign or not all(names):
        return _Held(targets=targets)
    held = tuple(t for t, name in zip(targets, names, strict=True) if tried(override.name, name))
    labels = labels_of(panel, context) if is_table else frozenset[str]()
    is_label = labels is None or any(tried(override.name, label) for label in labels)
    known = (*names, *sorted(labels or ()))
    return _Held(targets=held, names=known, is_something=bool(held) or is_label)


def _declared(metrics: Iterable[Metric]) -> Mapping[str, tuple[str, ...]]:
    """Return the values of labels that are declared wherever the label is."""
    found: dict[str, tuple[str, ...]] = {}
    for metric in metrics:
        for label, values in metric.label_values.items():
            found[label] = (*found.get(label, ()), *(values or ()))
    is_open = {label for m in metrics for label, values in m.label_values.items() if values is None}
    return {label: values for label, values in found.items() if label not in is_open}


def _by_name(declared: Mapping[str, tuple[str, ...]], name: str, legend: str) -> bool:
    """Say whether a series of a legend may have a name."""

    def pattern(part: str) -> str:
        if not _PLACEHOLDER.fullmatch(part):
            return re.escape(part)
        values = declared.get(part.strip("{} "))
        return ".*" if values is None else f"(?:{'|'.join(map(re.escape, values))}|)"

    parts = _PARTS.split(legend)
    return re.fullmatch("".join(map(pattern, parts)), name, re.DOTALL) is not None


def _by_pattern(pattern: str, legend: str) -> bool:
    """Say whether the name of a series of a legend may match a pattern."""
    return bool(_PLACEHOLDER.search(legend)) or full_match(pattern, legend) is not False


def _of_nothing(override: OverrideSpec, panel: Panel, held: _Held) -> Diagnostic:
    place = override.origin / override.by
    if override.by == "measure":
        message = f"`{panel.title}` has no measure {override.measure}"
        return finding(OF_NOTHING, place, message, f"it has {len(panel.targets)}")
    guess = near(override.name, held.names)
    shown = ", ".join(f"`{name}`" for name in held.names)
    hint = f"did you mean `{guess}`?" if guess else f"it has {shown}"
    message = f"nothing in `{panel.title}` is called `{override.name}`"
    return finding(OF_NOTHING, place, message, hint)


def _matcher(override: OverrideSpec, panel: Panel) -> dict[str, Json]:
    if override.by == "matching":
        # Without the slashes Grafana would anchor `a|b` as `^a|b$`.
        return {"id": "byRegexp", "options": f"/^(?:{override.name})$/"}
    if override.by != "measure":
        return {"id": "byName", "options": override.name}
    index = override.measure - 1
    if _is_table(panel):
        # Its queries are merged, so that its columns are known by their headers alone.
        return {"id": "byName", "options": panel.targets[index].column}
    return {"id": "byFrameRefID", "options": target_letter(index)}


def _is_table(panel: Panel) -> bool:
    return any(target.as_table for target in panel.targets)


def _properties(
    override: OverrideSpec, panel: Panel, unit: Unit, context: DashboardContext
) -> Iterator[tuple[str, Json]]:
    style, report = override.style, context.report
    if override.title:
        yield "displayName", override.title
    if override.color:
        yield "color", {"mode": "fixed", "fixedColor": override.color}
    if style.decimals is not None:
        yield "decimals", style.decimals
    if override.thresholds:
        steps = steps_of(override.thresholds, unit, report)
        shown: list[Json] = [{"color": step.color, "value": step.value} for step in steps]
        yield "thresholds", {"mode": "absolute", "steps": shown}
        if "thresholdsStyle" in panel.custom:
            yield "custom.thresholdsStyle", {"mode": "dashed"}
    if mappings := mappings_of(style.texts, unit, report):
        yield "mappings", [dict(mapping) for mapping in mappings]
    yield from _drawn(override, is_table=_is_table(panel))


def _drawn(override: OverrideSpec, *, is_table: bool) -> Iterator[tuple[str, Json]]:
    """Yield how lines and columns are drawn."""
    style = override.style
    if style.axis_place:
        yield "custom.axisPlacement", style.axis_place
    if style.axis_label:
        yield "custom.axisLabel", style.axis_label
    if override.is_dashed:
        yield "custom.lineStyle", {"fill": "dash", "dash": [10, 10]}
    if override.width is not None:
        yield ("custom.width" if is_table else "custom.lineWidth"), override.width
    if style.fill is not None:
        yield "custom.fillOpacity", style.fill
    if is_table and (override.color or override.thresholds or any(t.color for t in style.texts)):
        yield "custom.cellOptions", {"type": "color-text"}
    if override.is_hidden and is_table:
        yield "custom.hidden", True
    elif override.is_hidden:
        yield "custom.hideFrom", {"legend": True, "tooltip": True, "viz": True}


def _can_show(
    override: OverrideSpec, unit: Unit, measured: Unit, context: DashboardContext
) -> bool:
    """Say whether numbers are the same in another unit, reporting where they are not."""
    factor = Quantity(Decimal(1), measured, "").converted_to(unit)
    if measured == COUNT or factor == 1:
        return True
    message = f"values in `{measured}` would be shown as they are, as `{unit}`"
    hint = f"write `unit: {unit}` beside the panel's kind"
    if factor is None:
        hint = unit_hint(unit, measured)
    context.report(finding(OTHER_UNIT, override.origin / "unit", message, hint))
    return False
