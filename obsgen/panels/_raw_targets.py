"""Queries of a panel in Grafana's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import PROMETHEUS, ForeignTarget, Json, Target
from obsgen.diagnostics import Code, finding
from obsgen.model import Reader
from obsgen.names import target_letter
from obsgen.panels._brackets import fault_in
from obsgen.panels._questions import BRACKETS, LANGUAGES
from obsgen.panels._words_of_grafana import json_of, report_value
from obsgen.source import MappingNode, Node, Scalar, Sequence

TARGET: Final = Code(
    "DSH649",
    "raw-target",
    why="a panel asks one kind of datasource, which the dashboard's variable chooses; queries are "
    "lettered in their order",
    fix="Write `targets: [{expr: …}]` for Prometheus, `[{datasource: loki, expr: …}]` for others.",
)
CODES: Final = (TARGET,)

_TYPE: Final = re.compile(r"[a-z][a-z0-9_-]{0,79}", re.ASCII)
# What the words of a query of Prometheus become here; all others pass through.
_UNDERSTOOD: Final = frozenset(
    {"expr", "legendFormat", "format", "instant", "exemplar", "refId", "datasource"}
)
# Where the query stands in each datasource's own words.
_ASKED_IN: Final = {"loki": "expr", "elasticsearch": "query", "tempo": "query"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The queries of a panel, all to Prometheus or all to another datasource."""

    own: tuple[Target, ...] = ()
    foreign: tuple[ForeignTarget, ...] = ()


def read_targets(node: Node, reader: Reader) -> Targets:
    """Read `targets`; PromQL as everywhere, with variables."""
    if not isinstance(node, Sequence):
        report_value(node.origin, "targets", "a list", node, reader)
        return Targets()
    own: list[Target] = []
    foreign: list[ForeignTarget] = []
    for place, item in enumerate(node.items):
        if not isinstance(item, MappingNode):
            report_value(item.origin, "targets", "mappings", item, reader)
            continue
        _check_letter(item, place, reader)
        source = _source(item, reader)
        if source == PROMETHEUS:
            target = _target(item, reader)
            own += [target] if target is not None else []
        elif source:
            foreign.append(_foreign(item, source, reader))
    sources = dict.fromkeys([*(PROMETHEUS for _ in own), *(each.datasource for each in foreign)])
    if len(sources) > 1:
        asked = " and ".join(f"`{source}`" for source in sources)
        message = f"one panel asks {asked}"
        reader.report(finding(TARGET, node.origin, message, "write a panel for each"))
        return Targets()
    return Targets(own=tuple(own), foreign=tuple(foreign))


def _check_letter(item: MappingNode, place: int, reader: Reader) -> None:
    node = item.get("refId")
    letter = target_letter(place)
    if isinstance(node, Scalar) and node.text != letter:
        message = f"query {place + 1} is called {node.word}"
        hint = f"leave `refId` out: its letter is `{letter}`"
        reader.report(finding(TARGET, node.origin, message, hint))


def _source(item: MappingNode, reader: Reader) -> str:
    """Return the type of the datasource that is asked; empty where that is not told."""
    node = item.get("datasource")
    if node is None:
        if "expr" in item.entries:
            return PROMETHEUS
        hint = "write `expr`, or whom it asks: `datasource: loki`"
        reader.report(finding(TARGET, item.origin, "the query asks no datasource", hint))
        return ""
    if isinstance(node, MappingNode) and (uid := node.entries.get("uid")) is not None:
        hint = "leave it out: the dashboard's variable chooses the datasource"
        reader.report(finding(TARGET, uid.key.origin, "the query has a `uid`", hint))
    source = reader.text(node.get("type") if isinstance(node, MappingNode) else node)
    if _TYPE.fullmatch(source):
        return source
    hint = "write `datasource: loki`"
    reader.report(finding(TARGET, node.origin, "the query asks no type of datasource", hint))
    return ""


def _target(item: MappingNode, reader: Reader) -> Target | None:
    expr = reader.promql(item.get("expr"), with_variables=True)
    if expr is None:
        if item.get("expr") is None:
            hint = "write `expr: up`"
            reader.report(finding(TARGET, item.origin, "the query has no `expr`", hint))
        return None
    form = reader.text(item.get("format"))
    # Tables of this build have headers instead, but whoever writes a legend wants it.
    understood = _UNDERSTOOD - {"legendFormat"} if form == "table" else _UNDERSTOOD
    extra = {
        key: json_of(entry.value, reader)
        for key, entry in sorted(item.entries.items())
        if key not in understood and not key.startswith("x-")
    }
    return Target(
        expr=expr.text,
        legend=reader.text(item.get("legendFormat")),
        instant=_is_true(item.get("instant")),
        as_table=form == "table",
        as_heatmap=form == "heatmap",
        exemplar=_is_true(item.get("exemplar")),
        extra=extra,
        origin=expr.origin,
    )


def _foreign(item: MappingNode, source: str, reader: Reader) -> ForeignTarget:
    query: dict[str, Json] = {
        key: json_of(entry.value, reader)
        for key, entry in sorted(item.entries.items())
        if key not in {"refId", "datasource"} and not key.startswith("x-")
    }
    asked = item.get(_ASKED_IN.get(source, ""))
    if isinstance(asked, Scalar):
        language = LANGUAGES[source]
        fault = fault_in(asked.text, language)
        if fault is not None:
            place = asked.origin.characters(fault.start, fault.end)
            reader.report(finding(BRACKETS, place, f"{fault.message} in the {language.name}"))
    return ForeignTarget(datasource=source, query=query, origin=item.origin)


def _is_true(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.is_true
