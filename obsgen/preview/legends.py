"""How a series is called: by the legend of its query, or by what tells it from the others."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from obsgen.preview.server import Matrix

AUTO: Final = "__auto"
_NAME: Final = "__name__"
_LABEL: Final = re.compile(r"\{\{\s*(.+?)\s*\}\}")


def titles(matrix: Matrix, legend: str, query: str) -> tuple[str, ...]:
    """
    Return the names of the series of an answer.

    Args:
        legend: Of the query: `{{label}}` is its value; `__auto` or nothing is Grafana's own choice.
        query: Names a series that has no labels.
    """
    if legend and legend != AUTO:
        return tuple(filled(legend, one.labels) for one in matrix)
    return tuple(_auto(one.labels, query) for one in matrix)


def filled(legend: str, labels: Mapping[str, str]) -> str:
    """
    Return a legend with the values of labels; one that is not there is nothing.

    >>> filled("{{method}}/{{code}}", {"method": "GET"})
    'GET/'
    """
    return _LABEL.sub(lambda found: labels.get(found[1], ""), legend)


def _auto(labels: Mapping[str, str], query: str) -> str:
    own = {name: value for name, value in sorted(labels.items()) if name != _NAME}
    if not own:
        return labels.get(_NAME, query)
    if len(own) == 1:
        return next(iter(own.values()))
    pairs = ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in own.items()
    )
    return f"{labels.get(_NAME, '')}{{{pairs}}}"
