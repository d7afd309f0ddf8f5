"""A panel of numbers without a unit, or with one that Grafana does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts.grafana_unit_ids import is_unit_id, unit_ids
from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, items_of, mapping_of
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._kinds import OF_NUMBERS
from obsgen.checks.dashboards._rule import Found, of_panels
from obsgen.diagnostics import Code, Severity, finding
from obsgen.names import target_letter

PANEL_UNITS: Final = Code(
    "DSH635",
    "panel-units-rule",
    why="without a unit 0.05 may be a share, seconds or dollars; a unit that Grafana does not know "
    "is written behind the number as it stands",
    fix="Write `unit:` in obsgen's words, or in Grafana's own an id of its list of units.",
    severity=Severity.WARNING,
)
CODES: Final = (PANEL_UNITS,)


def _look(subject: Subject, panel: ShownPanel) -> Found:
    del subject
    if panel.type not in OF_NUMBERS or not panel.targets or _shows_words(panel):
        return
    ids = (*filter(None, (panel.unit_id,)), *_overridden(panel, "unit"))
    for unit in (each for each in ids if not is_unit_id(each)):
        guess = near(unit, unit_ids())
        hint = f"did you mean `{guess}`?" if guess else "write an id of Grafana's list"
        message = f"Grafana has no unit `{unit}`, which panel `{panel.shown_title}` names"
        yield finding(PANEL_UNITS, panel.origin, message, hint)
    has_unit = panel.unit is not None or any(target.unit for target in panel.targets)
    if not ids and not has_unit:
        message = f"panel `{panel.shown_title}` has no unit"
        yield finding(PANEL_UNITS, panel.origin, message, "write one; `short` is a plain number")


def _shows_words(panel: ShownPanel) -> bool:
    """Say whether the values are shown as texts, or not at all."""
    if panel.has_mappings or any(True for _ in _overridden(panel, "mappings")):
        return True
    if mapping_of(panel.options.get("reduceOptions")).get("fields"):
        return True
    # What another datasource tells of may be words: the lines of a log, the spans of a trace.
    is_foreign = not any(target.is_promql for target in panel.targets)
    return panel.type == "table" and (is_foreign or _hides_all_values(panel))


def _hides_all_values(panel: ShownPanel) -> bool:
    hidden = {
        name
        for each in panel.panel.transformations
        for name, is_hidden in mapping_of(
            mapping_of(each.get("options")).get("excludeByName")
        ).items()
        if is_hidden is True
    }
    alone = len(panel.targets) == 1
    values = {"Value" if alone else f"Value #{target_letter(t.index)}" for t in panel.targets}
    return values <= hidden


def _overridden(panel: ShownPanel, key: str) -> Iterator[str]:
    """Yield what overrides set, as texts."""
    for override in panel.overrides:
        for item in items_of(override.get("properties")):
            property_ = mapping_of(item)
            if property_.get("id") == key and property_.get("value"):
                yield str(property_["value"])


KIND: Final = Check(
    run=of_panels(_look),
    examples=(
        Example(
            code=PANEL_UNITS,
            wrong='{"type": "stat", "fieldConfig": {"defaults": {"unit": "seconds"}}}',
            right='{"type": "stat", "fieldConfig": {"defaults": {"unit": "s"}}}',
        ),
    ),
)
