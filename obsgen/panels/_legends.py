"""Names of series that stand on labels: those that the values have."""

from __future__ import annotations

import re
from typing import Final

from obsgen.artefacts import Panel
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Origin, finding
from obsgen.model import DashboardContext, PanelSpec
from obsgen.panels._data_links import labels_of_queries, labels_of_target

LEGEND_LABEL: Final = Code(
    "REF290",
    "unknown-legend-label",
    why="Grafana writes nothing for a label that the values do not have: the series are told apart "
    "by less, or all are called the same",
    fix="Name a label that the query keeps: one of the measure's `by`.",
)
CODES: Final = (LEGEND_LABEL,)

# Grafana's legend format: the name of a label in two braces, and nothing else.
_LABEL: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_OF_ALL: Final = frozenset({"__name__", "le"})


def check_legends(spec: PanelSpec, panel: Panel, context: DashboardContext) -> None:
    """Report names of series that stand on a label which is summed away."""
    reported: set[tuple[Origin, str]] = set()
    # One legend may serve several queries.
    shared = labels_of_queries(panel, context) if spec.legend else frozenset()
    for target in panel.targets:
        is_shared = bool(spec.legend) and target.legend == spec.legend
        known = shared if is_shared else labels_of_target(target, context)
        if known is None or target.as_table:
            continue
        place = (spec.origin if is_shared else target.origin) / "legend"
        for label in dict.fromkeys(_LABEL.findall(target.legend)):
            if label in known | _OF_ALL or (place, label) in reported:
                continue
            reported.add((place, label))
            guess = near(label, known)
            shown = ", ".join(f"`{each}`" for each in sorted(known)) or "no labels"
            hint = f"did you mean `{guess}`?" if guess else f"add it to `by`: they have {shown}"
            message = f"the series of `{panel.title}` have no label `{label}`, which names them"
            context.report(finding(LEGEND_LABEL, place, message, hint))
