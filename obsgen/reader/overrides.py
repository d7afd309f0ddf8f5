"""What holds for some series or columns of a panel alone, read node by node."""

from __future__ import annotations

from typing import Final, Literal

from obsgen.diagnostics import Code, finding
from obsgen.model import OverrideSpec, PanelKind, Reader
from obsgen.reader.colors import read_color, read_thresholds
from obsgen.reader.name_patterns import name_pattern_problem
from obsgen.reader.panel_style import NOT_SHOWN, read_style, read_whole, takers
from obsgen.reader.shape import words
from obsgen.reader.units import read_unit
from obsgen.reader.values import read_flag, read_list
from obsgen.source import MappingNode, Node

WHICH: Final = Code(
    "DSH674",
    "override-of-what",
    why="an override holds for what its one matcher takes, and changes something there",
    fix="Write one of `series`, `matching`, `measure`, `column`, and what differs: "
    "`{series: p99, color: red}`.",
)
PATTERN: Final = Code(
    "DSH675",
    "override-pattern",
    why="Grafana would refuse the pattern, or find nothing by it",
    fix="Write a pattern of JavaScript that matches the whole name: `matching: 5..`.",
)
CODES: Final = (WHICH, PATTERN)

_By = Literal["series", "matching", "measure", "column"]
_MATCHERS: Final[tuple[_By, ...]] = ("series", "matching", "measure", "column")
_MOST_MEASURES: Final = 100
_MOST_LINE_PIXELS: Final = 10
_MOST_COLUMN_PIXELS: Final = 2000
# What an override can say that not every kind shows, and the word of the kinds that do.
_NEEDS: Final = ("fill", "axis", "dashed", "hidden", "column")


def read_overrides(node: Node | None, kind: PanelKind, reader: Reader) -> tuple[OverrideSpec, ...]:
    """Read a list of overrides, without those that hold for nothing that can be told."""
    found = (
        _override(item, kind, reader) for item in read_list(node) if isinstance(item, MappingNode)
    )
    return tuple(override for override in found if override is not None)


def _override(node: MappingNode, kind: PanelKind, reader: Reader) -> OverrideSpec | None:
    by = _matcher(node, reader)
    if by is None or not _is_shown(node, kind, reader):
        return None
    name, thresholds = reader.text(node.get(by)), read_thresholds(node.get("thresholds"), reader)
    is_column = "column" in kind.takes
    widest = _MOST_COLUMN_PIXELS if is_column else _MOST_LINE_PIXELS
    measure = read_whole(node.get("measure"), "measure", (1, _MOST_MEASURES), reader)
    if by == "measure" and measure is None:
        return None
    if by == "matching" and (problem := name_pattern_problem(name)):
        place = node.origin / "matching"
        reader.report(finding(PATTERN, place, f"pattern `{name}` cannot be read: {problem}"))
        return None
    return OverrideSpec(
        by=by,
        name=name,
        measure=measure or 0,
        title=reader.text(node.get("title")),
        unit=read_unit(node.get("unit"), reader),
        color=read_color(node.get("color"), reader),
        style=read_style(node, reader),
        thresholds=thresholds.steps,
        alert_limits=thresholds.alerts,
        is_dashed=read_flag(node.get("dashed")),
        is_hidden=read_flag(node.get("hidden")),
        width=read_whole(node.get("width"), "width", (0, widest), reader),
        origin=node.origin,
    )


def _matcher(node: MappingNode, reader: Reader) -> _By | None:
    """Return the one word that says what the override holds for."""
    found = [key for key in _MATCHERS if key in node.entries]
    others = [k for k in node.entries if k not in _MATCHERS and not k.startswith("x-")]
    if len(found) == 1 and others:
        return found[0] if reader.text(node.get(found[0])) else None
    listed = words(list(_MATCHERS))
    if len(found) == 1:
        message, hint = "override changes nothing", "write what differs: `color: red`"
    elif found:
        message = f"override has {words(list(found), last='and')}"
        hint = "write an override for each"
    else:
        message, hint = "override does not say what it holds for", f"it takes one of {listed}"
    reader.report(finding(WHICH, node.origin, message, hint))
    return None


def _is_shown(node: MappingNode, kind: PanelKind, reader: Reader) -> bool:
    """Say whether the kind can show all that the override says, reporting what it cannot."""
    needs = {key: key for key in _NEEDS}
    if not kind.takes & {"dashed", "column"}:
        needs["width"] = "dashed"
    unseen = [key for key, word in needs.items() if key in node.entries and word not in kind.takes]
    for key in unseen:
        message = f"`{key}` has no effect on `{kind.key}`"
        place = (node.origin / key).key()
        reader.report(finding(NOT_SHOWN, place, message, takers(needs[key])))
    return not unseen
