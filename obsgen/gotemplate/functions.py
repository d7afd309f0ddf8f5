"""The functions of templates: Go's `text/template` and Prometheus' own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MANY: Final = 1_000

FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
    # text/template's own
    "and": (1, MANY),
    "call": (1, MANY),
    "eq": (1, MANY),
    "ge": (2, 2),
    "gt": (2, 2),
    "html": (0, MANY),
    "index": (1, MANY),
    "js": (0, MANY),
    "le": (2, 2),
    "len": (1, 1),
    "lt": (2, 2),
    "ne": (2, 2),
    "not": (1, 1),
    "or": (1, MANY),
    "print": (0, MANY),
    "printf": (1, MANY),
    "println": (0, MANY),
    "slice": (1, 4),
    "urlquery": (0, MANY),
    # Prometheus'
    "args": (0, MANY),
    "externalURL": (0, 0),
    "first": (1, 1),
    "graphLink": (1, 1),
    "humanize": (1, 1),
    "humanize1024": (1, 1),
    "humanizeDuration": (1, 1),
    "humanizePercentage": (1, 1),
    "humanizeTimestamp": (1, 1),
    "label": (2, 2),
    "match": (2, 2),
    "now": (0, 0),
    "parseDuration": (1, 1),
    "pathPrefix": (0, 0),
    "query": (1, 1),
    "reReplaceAll": (3, 3),
    "safeHtml": (1, 1),
    "sortByLabel": (2, 2),
    "stripDomain": (1, 1),
    "stripPort": (1, 1),
    "strvalue": (1, 1),
    "tableLink": (1, 1),
    "title": (1, 1),
    "toDuration": (1, 1),
    "toLower": (1, 1),
    "toTime": (1, 1),
    "toUpper": (1, 1),
    "urlQueryEscape": (1, 1),
    "value": (1, 1),
}
"""Every function, with the fewest and the most arguments it takes."""

SINCE: Final[Mapping[str, str]] = {"now": "3.6", "toDuration": "3.6", "urlQueryEscape": "3.8"}
"""The Prometheus version that brought a function, for those that 2.x has not (its changelog)."""
