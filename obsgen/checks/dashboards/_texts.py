"""How ranges are written in the queries of dashboards."""

from __future__ import annotations

from obsgen.checks._queries import Query
from obsgen.promql import MatrixSelector


def range_text(query: Query, node: MatrixSelector) -> str:
    """Return a range as it is compiled, with its brackets: `[$__rate_interval]`."""
    text = query.text[node.span.start : node.span.end]
    return text[text.rindex("[") :].strip() if "[" in text else ""
