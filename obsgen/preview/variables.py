"""
Variables: what they are chosen to be, and texts in which they are filled in.

Chosen is what the dashboard says is current; of a query variable that says nothing, the first
value, as Grafana chooses it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from obsgen.preview.ranges import SECOND, TimeRange, shown
from obsgen.preview.server import Prometheus

ALL: Final = "$__all"

_USE: Final = re.compile(
    r"\$\{(?P<braced>\w+)(?:\.(?P<path>[^:}]+))?(?::(?P<format>[^}]+))?\}"
    r"|\$(?P<plain>\w+)|\[\[(?P<square>\w+)(?::(?P<old>\w+))?\]\]"
)
_LABEL_VALUES: Final = re.compile(
    r"\s*label_values\(\s*(?:(?P<selector>.+?)\s*,)?\s*(?P<label>\w+)\s*\)\s*", re.S
)
_QUERY_RESULT: Final = re.compile(r"\s*query_result\((?P<query>.+)\)\s*", re.S)
_REGEX: Final = re.compile(r"[\\^$*+?.()|\[\]{}/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """
    A variable, and what it is chosen to be.

    Attributes:
        text: As the page says it.
        values: What is chosen; all options where that is `All`.
        everything: The pattern that stands for `All`, or empty.
        is_multi: Several may be chosen, so that a value stands in a regular expression.
        options: All there are.
        problem: Why the options are not known, or empty.
    """

    name: str
    label: str
    text: str
    values: tuple[str, ...]
    everything: str = ""
    is_multi: bool = False
    is_hidden: bool = False
    options: tuple[str, ...] = ()
    problem: str = ""

    def written(self, format_: str = "") -> str:
        """Return the value as it stands in a query, or in another of Grafana's formats."""
        if self.everything and format_ in {"", "regex", "pipe"}:
            return self.everything
        if format_ in _FORMATS:
            return _FORMATS[format_](self.values)
        if not self.is_multi:
            return self.values[0] if self.values else ""
        escaped = [_escaped(value) for value in self.values]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """
    What is filled in: the variables, and those that Grafana makes of the time.

    Attributes:
        step: Milliseconds.
        scrape: Milliseconds between scrapes: the least that a rate may look back is made of it.
    """

    range: TimeRange
    variables: Mapping[str, Chosen] = field(default_factory=dict)
    step: int = 15 * SECOND
    scrape: int = 15 * SECOND

    def fill(self, text: str) -> str:
        """Return a text with all that is known filled in; the rest stays."""
        return _USE.sub(self._one, text)

    def _one(self, use: re.Match[str]) -> str:
        name = use["braced"] or use["plain"] or use["square"] or ""
        format_ = use["format"] or use["old"] or ""
        if use["path"]:
            return use[0]
        if name in self.variables:
            return self.variables[name].written(format_)
        built_in = self._built_in.get(name)
        return use[0] if built_in is None else built_in

    @property
    def _built_in(self) -> Mapping[str, str]:
        # Grafana, "Prometheus template variables": so that a rate always sees four scrapes.
        rate = max(self.step + self.scrape, 4 * self.scrape)
        return {
            "__rate_interval": shown(rate),
            "__interval": shown(self.step),
            "__interval_ms": str(self.step),
            "__range": f"{self.range.ms // SECOND}s",
            "__range_s": str(self.range.ms // SECOND),
            "__range_ms": str(self.range.ms),
            "__from": str(self.range.start),
            "__to": str(self.range.end),
        }


def chosen(
    variables: Sequence[Mapping[str, Any]], server: Prometheus, values: Values
) -> Mapping[str, Chosen]:
    """Return the variables in their order; one may be filled in in the query of the next."""
    found: dict[str, Chosen] = {}
    for variable in variables:
        seen = Values(range=values.range, variables=found, step=values.step, scrape=values.scrape)
        found[variable["name"]] = _chosen(variable, server, seen)
    return found


def scoped(variables: Mapping[str, Chosen], name: str, value: str) -> Mapping[str, Chosen]:
    """Return variables of which one has a single value, as in a repeated panel."""
    before = variables[name]
    one = Chosen(
        name=name, label=before.label, text=value, values=(value,), is_multi=before.is_multi
    )
    return {**variables, name: one}


def _chosen(variable: Mapping[str, Any], server: Prometheus, values: Values) -> Chosen:
    kind = variable.get("type", "query")
    name = variable["name"]
    label = variable.get("label") or name
    current = variable.get("current") or {}
    problem = ""
    options: tuple[str, ...] = ()
    if kind == "query":
        options, problem = _options(variable, server, values)
    elif kind in {"custom", "interval"}:
        options = tuple(one.strip() for one in str(variable.get("query", "")).split(","))
    picked = _texts(current.get("value"))
    if not picked:
        picked = (
            options[:1]
            if kind in {"query", "custom", "interval"}
            else (str(variable.get("query", "")),)
        )
    is_all = picked == (ALL,)
    return Chosen(
        name=name,
        label=label,
        text="All" if is_all else " + ".join(_texts(current.get("text")) or picked),
        values=options if is_all else picked,
        everything=str(variable.get("allValue") or "") if is_all else "",
        is_multi=bool(variable.get("multi") or variable.get("includeAll")),
        # Grafana's `hide: 2`: neither the label nor the value.
        is_hidden=variable.get("hide") == 2,  # noqa: PLR2004
        options=options,
        problem=problem,
    )


def _options(
    variable: Mapping[str, Any], server: Prometheus, values: Values
) -> tuple[tuple[str, ...], str]:
    from obsgen.preview.server import QueryFailed

    asked = variable.get("query", "")
    query = values.fill(str(asked.get("query", "") if isinstance(asked, Mapping) else asked))
    span = values.range
    try:
        if labels := _LABEL_VALUES.fullmatch(query):
            found = server.label_values(
                labels["label"], labels["selector"] or "", span.start, span.end
            )
        elif results := _QUERY_RESULT.fullmatch(query):
            found = tuple(
                f"{json.dumps(dict(one.labels))} {value:g}"
                for one in server.instant(results["query"], span.end)
                for value in one.points.values()
            )
        else:
            return (), f"the preview does not understand `{query}`"
    except QueryFailed as failed:
        return (), str(failed)
    if not found:
        return (), "no values"
    return _through(str(variable.get("regex") or ""), found), ""


def _through(regex: str, found: Sequence[str]) -> tuple[str, ...]:
    """Return what Grafana's `regex` of a variable leaves, its first group where it has one."""
    if not regex:
        return tuple(found)
    try:
        pattern = re.compile(regex.strip("/"))
    except re.error:
        return tuple(found)
    matches = filter(None, map(pattern.search, found))
    return tuple(dict.fromkeys(m[1] if pattern.groups else m.string for m in matches))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return () if value is None or value == "" else (str(value),)


def _escaped(value: str) -> str:
    # Twice: once for the regular expression, once for the string of PromQL that it stands in.
    return _REGEX.sub(lambda found: f"\\\\{found[0]}", value)


_FORMATS: Final[Mapping[str, Callable[[Sequence[str]], str]]] = {
    "raw": ",".join,
    "text": " + ".join,
    "csv": ",".join,
    "pipe": "|".join,
    "regex": lambda values: "|".join(map(re.escape, values)),
    "json": lambda values: json.dumps(list(values)),
    "doublequote": lambda values: ",".join(f'"{value}"' for value in values),
    "singlequote": lambda values: ",".join(f"'{value}'" for value in values),
    "percentencode": lambda values: ",".join(quote(value, safe="") for value in values),
    "queryparam": lambda values: "&".join(quote(value, safe="") for value in values),
}
