"""Links on each value, which carry the labels of the value to the variables of a dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import Link, Panel, Target
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import DashboardContext, LinkSpec, PanelSpec
from obsgen.names import dashboard_uid_of
from obsgen.promql import PromqlError, parse, result_labels, substitute_variables

LINK_LABEL: Final = Code(
    "REF272",
    "unknown-link-label",
    why="a variable that is filled with a label which no value has is filled with nothing",
    fix="Name a label that the panel keeps: one of the measure's `by`.",
)
CODES: Final = (LINK_LABEL,)


def data_links_of(spec: PanelSpec, panel: Panel, context: DashboardContext) -> Iterator[Link]:
    """Yield the links on each value of a panel."""
    for link in spec.data_links:
        _check_labels(link, panel, context)
        yield Link(
            title=link.title,
            url=link.url,
            dashboard=dashboard_uid_of(link.dashboard, context.service.name),
            written=link.dashboard,
            variables=tuple((name, _filled(label, panel)) for name, label in link.set),
            origin=link.origin,
        )


def _filled(label: str, panel: Panel) -> str:
    """Return how Grafana is told a label: of a row in a table, of a series elsewhere."""
    is_table = any(target.as_table for target in panel.targets)
    return f"${{__data.fields.{label}}}" if is_table else f"${{__field.labels.{label}}}"


def _check_labels(link: LinkSpec, panel: Panel, context: DashboardContext) -> None:
    known = labels_of(panel, context)
    for name, label in link.set:
        if known is None or label in known:
            continue
        guess = near(label, known)
        shown = ", ".join(f"`{each}`" for each in sorted(known))
        hint = f"did you mean `{guess}`?" if guess else f"they have {shown or 'no labels'}"
        message = f"the values of `{panel.title}` have no label `{label}`"
        context.report(finding(LINK_LABEL, link.origin / "set" / name, message, hint))


def labels_of(panel: Panel, context: DashboardContext) -> frozenset[str] | None:
    """Return the labels that values of a panel may have; None where that is open."""
    return None if panel.foreign else labels_of_queries(panel, context)


def labels_of_queries(panel: Panel, context: DashboardContext) -> frozenset[str] | None:
    """Return the labels that values of any query of a panel may have; None where that is open."""
    found = frozenset[str]()
    for target in panel.targets:
        labels = labels_of_target(target, context)
        if labels is None:
            return None
        found |= labels
    return found


def labels_of_target(target: Target, context: DashboardContext) -> frozenset[str] | None:
    """Return the labels that values of a query may have; None where that is open."""
    try:
        labels = result_labels(parse(substitute_variables(target.expr)), context.catalogue)
    except PromqlError:  # it was reported where it was read
        return None
    return None if labels.is_open else labels.names
