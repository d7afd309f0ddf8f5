"""Texts of dashboards and the variables of Grafana in them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Final

from obsgen.checks._queries import Query
from obsgen.diagnostics import Origin
from obsgen.promql import MatrixSelector

# Grafana documentation, "Variable syntax": `$name`, `${name:format}`, `${name.field}`, `[[name]]`.
# A name never begins with a digit: `$1` is a group of a pattern.
_NAMED: Final = re.compile(
    r"\$(?P<plain>[A-Za-z_]\w*)|\$\{(?P<braced>[A-Za-z_]\w*)[^{}]*\}"
    r"|\[\[(?P<old>[A-Za-z_]\w*)(?::\w+)?\]\]",
    re.ASCII,
)


def names_in(text: str) -> Iterator[str]:
    """
    Yield the names of the variables in a text.

    >>> list(names_in('x{job=~"$job"}[${__range}] $1'))
    ['job', '__range']
    """
    for match in _NAMED.finditer(text):
        yield match["plain"] or match["braced"] or match["old"]


def strings_in(value: object) -> Iterator[str]:
    """Yield all texts of a part of a dashboard, whatever they are for."""
    pending = [value]
    while pending:
        found = pending.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, Mapping):
            pending.extend((*found.keys(), *found.values()))
        elif isinstance(found, list | tuple):
            pending.extend(found)
        elif dataclasses.is_dataclass(found) and not isinstance(found, Origin | type):
            pending.extend(getattr(found, field.name) for field in dataclasses.fields(found))


def range_text(query: Query, node: MatrixSelector) -> str:
    """Return a range as it is compiled, with its brackets: `[$__rate_interval]`."""
    text = query.text[node.span.start : node.span.end]
    return text[text.rindex("[") :].strip() if "[" in text else ""
