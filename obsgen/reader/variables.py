"""The variables of a dashboard, read node by node: labels to filter by, windows to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Related, finding
from obsgen.model import CHOSEN_INTERVAL, Reader, VariableSpec
from obsgen.reader.shape import words
from obsgen.reader.values import read_flag, read_list
from obsgen.source import MappingNode, Node, Scalar

UNKNOWN_VARIABLE: Final = Code(
    "REF261",
    "unknown-variable",
    why="a variable filters by a label; one that no metric of the service has filters nothing",
    fix="Name a label of a declared metric, or declare the label.",
)
TAKEN_NAME: Final = Code(
    "DSH679",
    "variable-name-taken",
    why="the variable has the name of its label, and the dashboard has one of that name already",
    fix="Leave the label out of `variables`, or `intervals` out of the dashboard.",
)
DEFAULT: Final = Code(
    "DSH680",
    "variable-default",
    why="a value that the label never has leaves every panel empty at first",
    fix="Write a value that the label has: `{label: endpoint, default: /api}`.",
)
INTERVALS: Final = Code(
    "DSH681",
    "short-interval",
    why="a rate needs two samples, and one scrape may be missed: over less than four scrapes a "
    "graph has gaps, or nothing at all",
    fix="Take windows of at least four scrape intervals: `intervals: [1m, 5m, 1h]`.",
)
CODES: Final = (UNKNOWN_VARIABLE, TAKEN_NAME, DEFAULT, INTERVALS)

_DATASOURCE: Final = "datasource"


def read_variables(node: MappingNode, reader: Reader) -> tuple[VariableSpec, ...]:
    """Read the labels of a dashboard's `variables`, each once."""
    taken = {_DATASOURCE: "it chooses the datasource"}
    if node.get("intervals") is not None:
        taken[CHOSEN_INTERVAL.removeprefix("$")] = "`intervals` makes it"
    found: dict[str, VariableSpec] = {}
    for item in read_list(node.get("variables")):
        label = item.get("label") if isinstance(item, MappingNode) else item
        name = reader.text(label)
        if not name or label is None or not _is_known(name, label, reader):
            continue
        if name in taken:
            message = f"variable `{name}` is there already: {taken[name]}"
            reader.report(finding(TAKEN_NAME, label.origin, message))
            continue
        if name in found:
            message = f"variable `{name}` stands twice"
            related = (Related("first written here", found[name].origin),)
            reader.report(
                finding(TAKEN_NAME, label.origin, message, "write it once", related=related)
            )
            continue
        found[name] = _variable(name, item, reader)
    return tuple(found.values())


def read_intervals(node: Node | None, reader: Reader) -> tuple[str, ...]:
    """Read the windows to choose from."""
    found: dict[str, None] = {}
    least = reader.project.shortest_window
    for item in read_list(node):
        window = reader.duration(item)
        if window is None:
            continue
        if window < least:
            message = f"a window of {window} holds fewer than four scrapes"
            hint = f"begin with `{least}` or more"
            reader.report(finding(INTERVALS, item.origin, message, hint))
        found[str(window)] = None
    return tuple(found)


def _is_known(name: str, label: Node, reader: Reader) -> bool:
    metrics = reader.catalogue.metrics.values()
    known = sorted({label for metric in metrics for label in metric.all_labels})
    if name in known:
        return True
    guess = near(name, known)
    hint = f"did you mean `{guess}`?" if guess else ""
    message = f"variable `{name}` is a label that no metric here has"
    reader.report(finding(UNKNOWN_VARIABLE, label.origin, message, hint))
    return False


def _variable(name: str, item: Node, reader: Reader) -> VariableSpec:
    if not isinstance(item, MappingNode):
        return VariableSpec(label=name, origin=item.origin)
    multi = item.get("multi")
    return VariableSpec(
        label=name,
        title=reader.text(item.get("title")),
        multi=multi is None or read_flag(multi),
        default=_default(name, item, reader),
        origin=item.origin,
    )


def _default(name: str, item: MappingNode, reader: Reader) -> tuple[str, ...]:
    """Read what is chosen at first."""
    items = [each for each in read_list(item.get("default")) if isinstance(each, Scalar)]
    multi = item.get("multi")
    if len(items) > 1 and multi is not None and not read_flag(multi):
        message = f"of `{name}` one value can be chosen, and {len(items)} are the default"
        hint = "write one of them, or leave `multi` out"
        reader.report(finding(DEFAULT, item.origin / "default", message, hint))
    declared = _declared(name, reader)
    for each in items:
        if declared is None or each.text in declared:
            continue
        guess = near(each.text, declared)
        hint = f"did you mean `{guess}`?" if guess else f"it has {words(list(declared)[:12])}"
        message = f"label `{name}` never has the value {each.word}"
        reader.report(finding(DEFAULT, each.origin, message, hint))
    return tuple(each.text for each in items)


def _declared(name: str, reader: Reader) -> Iterable[str] | None:
    """Return all values that a label has, or None where any may come."""
    metrics = reader.catalogue.metrics.values()
    found: dict[str, None] = {}
    for metric in metrics:
        if name in metric.all_labels:
            values = metric.label_values[name]
            if values is None:
                return None
            found.update(dict.fromkeys(values))
    return found
