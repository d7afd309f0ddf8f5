"""Words of other tools, near misses, and examples as YAML: what hints are made of."""

from __future__ import annotations

import re
from typing import Final

from obsgen.catalogue import near
from obsgen.source import MappingNode, Node

# Words of Sloth, OpenSLO, Pyrra, Alertmanager and Grafana for what has another name here.
FOREIGN: Final = {
    "target": "objective",
    "window": "period",
    "timeWindow": "period",
    "errors": "bad",
    "error_query": "bad",
    "indicator": "sli",
    "grouping": "by",
    "groupBy": "by",
    "alerting": "alerts",
    "match": "where",
    "matchers": "where",
    "selector": "where",
    "filter": "where",
    "match_re": "where",
    "receiver": "to",
    "mute_time_intervals": "mute",
    "active_time_intervals": "active",
    "gt": "above",
    "op": "above",
    "query": "expr",
    "gridPos": "width",
}


def means(node: Node, name: str) -> bool:
    """Say whether a mapping holds a key that means another one: a foreign word, a near miss."""
    keys = node.entries if isinstance(node, MappingNode) else ()
    return any(FOREIGN.get(key) == name or near(key, [name]) for key in keys)


def flow(value: object) -> str:
    """Write an example as YAML, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    return text if re.fullmatch(r"[\w$%][\w $%./-]*", text) else f'"{text}"'
