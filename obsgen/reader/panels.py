"""Panels, read node by node: one kind, and what every panel takes beside it."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import PanelKind, PanelSpec, Reader
from obsgen.names import COLUMNS
from obsgen.panels._raw import read_raw
from obsgen.reader.colors import read_thresholds
from obsgen.reader.links import read_links
from obsgen.reader.overrides import read_overrides
from obsgen.reader.panel_style import read_legend_text, read_style, read_whole, taken
from obsgen.reader.titles import read_title
from obsgen.reader.transformations import read_transformations
from obsgen.reader.units import read_unit
from obsgen.schema.dashboard import COMMON_PANEL_KEYS
from obsgen.schema.kinds import keys, load
from obsgen.source import Entry, MappingNode, Node, Sequence

PANEL_KIND: Final = Code(
    "DSH601",
    "panel-kind",
    why="a panel shows one thing in one way; its kind is the one key that says which",
    fix="Write exactly one of the kinds: `{timeseries: {rate: http_requests_total}}`.",
)
WIDTH: Final = Code(
    "DSH603",
    "panel-width",
    why="panels flow over the width of the dashboard, so each takes a share of it",
    fix="Write a fraction up to 1: `width: 1/2`.",
)
TIME: Final = Code(
    "DSH604",
    "dashboard-time",
    why="Grafana shows its own default, without a word, for a time that it cannot read",
    fix="Write `now-6h`, `now-30d`, `now/d` (today) or `now-1d/d` (since yesterday).",
)
HEIGHT: Final = Code(
    "DSH607",
    "panel-height",
    why="a height is counted in whole grid rows; more than a screenful is never seen at once",
    fix="Write a whole number from 1 to 40: `height: 8`.",
)
CODES: Final = (PANEL_KIND, WIDTH, TIME, HEIGHT)

# Grafana documentation, "Time units and relative ranges".
_TIME: Final = re.compile(
    r"now(?=[-/])(?:-\d+[smhdwMQy])?(?:/f?[smhdwMQy])?|\d+[smhdwMQy]", re.ASCII
)
_HIGHEST: Final = 40


def read_panel(node: MappingNode, reader: Reader) -> PanelSpec | None:
    """Read a panel; None where it has no kind, or its kind cannot be read."""
    entry = _kind_entry(node, reader)
    if entry is None:
        return None
    kind: PanelKind = load("panels", entry.key.text)
    body = kind.read(entry.value, reader)
    node = taken(node, kind, reader)
    if body is None:
        return None
    thresholds = read_thresholds(node.get("thresholds"), reader)
    return PanelSpec(
        body=body,
        title=read_title(node.get("title"), reader),
        description=reader.text(node.get("description")),
        width=_width(node.get("width"), reader),
        height=_height(node.get("height"), reader),
        unit=read_unit(node.get("unit"), reader),
        thresholds=thresholds.steps,
        alert_limits=thresholds.alerts,
        time=read_time(node.get("time"), reader).removeprefix("now-"),
        links=read_links(node.get("links"), reader),
        legend=read_legend_text(node.get("legend"), reader),
        style=read_style(node, reader),
        overrides=read_overrides(node.get("overrides"), kind, reader),
        transformations=read_transformations(node.get("transformations"), reader),
        data_links=read_links(node.get("data_links"), reader),
        repeat=reader.text(node.get("repeat")),
        per_row=read_whole(node.get("per_row"), "per_row", (1, COLUMNS), reader) or 0,
        raw=read_raw(node.get("raw"), reader),
        refs=texts_of(node.get("refs"), reader),
        origin=node.origin,
    )


def read_time(node: Node | None, reader: Reader) -> str:
    """Read a time, written as Grafana's own `now-30d` or as the bare `30d`."""
    text = reader.text(node)
    if not text or node is None:
        return ""
    if _TIME.fullmatch(text):
        return text
    hint = "write it as `now-6h`, `now-30d` or `now/d`"
    reader.report(finding(TIME, node.origin, f"Grafana reads no time in `{text}`", hint))
    return ""


def items_of(node: Node | None) -> tuple[Node, ...]:
    """Return the items of a list, and nothing for anything else."""
    return node.items if isinstance(node, Sequence) else ()


def texts_of(node: Node | None, reader: Reader) -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(text for item in items_of(node) if (text := reader.text(item)))


def _kind_entry(node: MappingNode, reader: Reader) -> Entry | None:
    """Return the one entry that says the panel's kind."""
    known = keys("panels")
    found = [entry for key, entry in node.entries.items() if key in known]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"`{key}`" for key in known)
    if found:
        both = " and ".join(f"`{entry.key.text}`" for entry in found)
        place, message = found[1].key.origin, f"one panel is {both}"
        reader.report(finding(PANEL_KIND, place, message, "write a panel for each"))
    elif not _has_unknown_keys(node):
        hint = f"it takes one of {listed}"
        reader.report(finding(PANEL_KIND, node.origin, "panel has no kind", hint))
    return None


def _has_unknown_keys(node: MappingNode) -> bool:
    """Say whether the shape is wrong already: a mistyped kind needs no second finding."""
    return any(k not in COMMON_PANEL_KEYS and not k.startswith("x-") for k in node.entries)


def _width(node: Node | None, reader: Reader) -> Fraction | None:
    text = reader.text(node)
    if not text or node is None:
        return None
    try:
        width = Fraction(text) if re.fullmatch(r"\d{1,3}/\d{1,3}|[01]?\.?\d{1,6}", text) else None
    except (ValueError, ZeroDivisionError):
        width = None
    if width is not None and 0 < width < Fraction(1, COLUMNS):
        message = f"width `{text}` is less than one of the {COLUMNS} columns of the grid"
        hint = f"write `1/{COLUMNS}` or more: `1/6`"
        reader.report(finding(WIDTH, node.origin, message, hint))
        return None
    if width is not None and 0 < width <= 1:
        return width
    message = f"width `{text}` is not a share of the dashboard's width"
    reader.report(finding(WIDTH, node.origin, message, "write a fraction up to 1: `1/2`"))
    return None


def _height(node: Node | None, reader: Reader) -> int | None:
    text = reader.text(node)
    if not text or node is None:
        return None
    if re.fullmatch(r"[1-9]\d?", text, re.ASCII) and int(text) <= _HIGHEST:
        return int(text)
    message = f"height `{text}` is not a number of grid rows from 1 to {_HIGHEST}"
    reader.report(finding(HEIGHT, node.origin, message, "a graph has 8, a stat 4"))
    return None
