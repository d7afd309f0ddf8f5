"""How the values of a panel look, read node by node."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import LegendStyle, PanelKind, PanelStyle, Reader
from obsgen.reader.shape import UNKNOWN_WORD, words
from obsgen.reader.value_texts import read_texts
from obsgen.reader.values import read_flag, read_list
from obsgen.schema.kinds import keys, load
from obsgen.schema.panel_style import BESIDE_KEYS, CALCS, LEGEND, PLACES, SCALES, STYLE_KEYS
from obsgen.source import MappingNode, Node, Scalar

NOT_SHOWN: Final = Code(
    "DSH671",
    "panel-key-without-effect",
    why="this kind of panel cannot show it, so it would be ignored",
    fix="Remove the key, or take a kind that shows it: lines are stacked in a `timeseries`.",
)
WHOLE: Final = Code(
    "DSH672",
    "panel-number",
    why="Grafana ignores, or clips without a word, what is no whole number within these bounds",
    fix="Write a whole number: `decimals: 2` (up to 15), `fill: 20` (up to 100), `per_row: 4`.",
)
LEGEND_WORD: Final = Code(
    "DSH698",
    "legend-word",
    why="a text as `legend` is what each series is called, so all would be called `hidden`",
    fix="Write `legend: {as: hidden}`, `{as: table}` or `{at: right}`; whoever means the name "
    "writes `legend: {text: hidden}`.",
)
CODES: Final = (NOT_SHOWN, WHOLE, LEGEND_WORD)

_MOST_DECIMALS: Final = 15
_ALL: Final = 100
_LOOKS: Final = frozenset({"as", "at", "values"})
_EVERYWHERE: Final = frozenset({"repeat", "per_row"})
_LEGEND_WORDS: Final = {
    word: key for key in ("as", "at") for word in LEGEND["properties"][key]["enum"]
}


def taken(node: MappingNode, kind: PanelKind, reader: Reader) -> MappingNode:
    """Return a panel without what its kind cannot show, reporting it."""
    kept = dict(node.entries)
    for key, entry in node.entries.items():
        is_style = key in STYLE_KEYS or (key in BESIDE_KEYS and key not in _EVERYWHERE)
        if key == "legend":
            is_style = isinstance(entry.value, MappingNode) and bool(
                _LOOKS & set(entry.value.entries)
            )
        if is_style and key not in kind.takes:
            message = f"`{key}` has no effect on `{kind.key}`"
            reader.report(finding(NOT_SHOWN, entry.key.origin.key(), message, takers(key)))
            del kept[key]
    return replace(node, entries=kept)


def takers(word: str) -> str:
    """Say which kinds of panel take what a word says."""
    found = [key for key in keys("panels") if word in load("panels", key).takes]
    return f"{words(found, last='and')} {'shows' if len(found) == 1 else 'show'} it"


def read_style(node: MappingNode, reader: Reader) -> PanelStyle:
    """Read what stands beside a kind, or in an override."""
    axis = node.get("axis")
    place = axis.get("at") if isinstance(axis, MappingNode) else axis
    label = axis.get("label") if isinstance(axis, MappingNode) else None
    interval = node.get("interval")
    return PanelStyle(
        decimals=read_whole(node.get("decimals"), "decimals", (0, _MOST_DECIMALS), reader),
        minimum=_scalar(node.get("min")),
        maximum=_scalar(node.get("max")),
        is_stacked=read_flag(node.get("stacked")),
        fill=read_whole(node.get("fill"), "fill", (0, _ALL), reader),
        log_base=SCALES.get(reader.text(node.get("scale")), 0),
        axis_label=reader.text(label),
        axis_place=_place(place, reader),
        no_value=reader.text(node.get("no_value")),
        texts=read_texts(node.get("texts"), reader),
        has_exemplars=read_flag(node.get("exemplars")),
        min_step=str(reader.duration(interval) or ""),
        legend=_legend(node.get("legend"), reader),
    )


def read_legend_text(node: Node | None, reader: Reader) -> str:
    """Read what each series is called."""
    text = reader.text(node.get("text") if isinstance(node, MappingNode) else node)
    key = _LEGEND_WORDS.get(text)
    if not isinstance(node, Scalar) or key is None:
        return text
    hint = f"write `legend: {{{key}: {text}}}`"
    message = f"`legend: {text}` calls each series `{text}`"
    reader.report(finding(LEGEND_WORD, node.origin, message, hint))
    return ""


def read_whole(node: Node | None, what: str, bounds: tuple[int, int], reader: Reader) -> int | None:
    """
    Read a whole number; None where there is none.

    Args:
        what: The key, for messages.
        bounds: The least and the largest.
    """
    if not isinstance(node, Scalar) or node.is_null:
        return None
    least, most = bounds
    digits = node.text.removesuffix("%") if most == _ALL else node.text
    if re.fullmatch(r"\d{1,4}", digits, re.ASCII) and least <= int(digits) <= most:
        return int(digits)
    message = f"`{what}` is {node.word}, not a whole number from {least} to {most}"
    reader.report(finding(WHOLE, node.origin, message))
    return None


def _scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) and not node.is_null else None


def _place(node: Node | None, reader: Reader) -> str:
    text = reader.text(node)
    if not text or node is None or text in PLACES:
        return text
    hint = f"it takes {words(list(PLACES))}, or {{label: …, at: …}}"
    reader.report(finding(UNKNOWN_WORD, node.origin, f"unknown word `{text}`", hint))
    return ""


def _legend(node: Node | None, reader: Reader) -> LegendStyle | None:
    if not isinstance(node, MappingNode) or not _LOOKS & set(node.entries):
        return None
    calcs = (reader.text(item) for item in read_list(node.get("values")))
    known = tuple(CALCS[calc] for calc in calcs if calc in CALCS)
    # Only a table has room for numbers beside the names.
    display = reader.text(node.get("as")) or ("table" if known else "list")
    placement = reader.text(node.get("at")) or "bottom"
    return LegendStyle(display=display, placement=placement, calcs=known)
