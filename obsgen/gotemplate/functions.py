"""The templates of rules: Prometheus' functions and variables, and those of `text/template`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.gotemplate.dialect import Dialect
from obsgen.gotemplate.kinds import Kind, Member

MANY: Final = 1_000

GO_FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
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
}
"""Those of `text/template` itself."""

FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
    **GO_FUNCTIONS,
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

SINCE: Final[Mapping[str, tuple[int, int]]] = {
    "now": (3, 6),
    "toDuration": (3, 6),
    "urlQueryEscape": (3, 8),
}
"""The Prometheus version that brought a function, for those that 2.x has not (its changelog)."""

# Prometheus puts the variables' definitions before each text: rules/alerting.go, `expand`.
RULES: Final = Dialect(
    server="Prometheus 2",
    functions=FUNCTIONS,
    root=Kind.ROOT,
    variables={
        "$": Kind.ROOT,
        "$labels": Kind.LABELS,
        "$externalLabels": Kind.EXTERNAL,
        "$externalURL": Kind.TEXT,
        "$value": Kind.VALUE,
    },
    members={
        Kind.ROOT: {
            "Labels": Member(Kind.LABELS),
            "ExternalLabels": Member(Kind.EXTERNAL),
            "ExternalURL": Member(Kind.TEXT),
            "Value": Member(Kind.VALUE),
        }
    },
    maps=frozenset({Kind.LABELS, Kind.EXTERNAL}),
    label_hint="$labels",
    foreign={"tmpl": 'write {{ template "name" . }}: `tmpl` exists in console templates only'},
    own_text=" in this text",
)
"""What stands in labels and annotations of rules."""
