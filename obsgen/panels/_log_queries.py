"""Queries that count log lines, or reckon with a number in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obsgen.artefacts import Json

# Grafana fills it in: the step of a range query, the whole time range of an instant one.
_WINDOW: Final = "[$__auto]"

# LogQL documentation, "Unwrapped range aggregations": a sum takes no `by` of its own.
_SUMMED_OUTSIDE: Final = frozenset({"sum"})


def counted_lines(logql: str, by: Sequence[str]) -> str:
    """
    Return the LogQL that counts lines.

    >>> counted_lines('{app="a"}', ["level"])
    'sum by (level) (count_over_time({app="a"} [$__auto]))'
    """
    return f"sum{_by(by)}(count_over_time({_ranged(logql)}))"


def aggregated(operation: str, field: str, logql: str, by: Sequence[str]) -> str:
    """
    Return the LogQL of an aggregation of a number in each line.

    Args:
        operation: `avg`, `min`, `max` or `sum`.

    >>> aggregated("avg", "ms", '{app="a"} | json', ["path"])
    'avg_over_time({app="a"} | json | unwrap ms [$__auto]) by (path)'
    """
    found = f"{operation}_over_time({_ranged(logql, f' | unwrap {field}')})"
    if operation in _SUMMED_OUTSIDE:
        return f"sum{_by(by)}({found})"
    return f"{found} by ({', '.join(by)})"


def terms(fields: Sequence[str], size: int, order_by: str, first_id: int) -> list[Json]:
    """
    Return Elasticsearch's buckets, one in the other (its `Terms` aggregation).

    Args:
        order_by: `_count`, or the id of a metric; the largest come first.
        first_id: Of the outermost; those of metrics are smaller.
    """
    settings: dict[str, Json] = {
        "min_doc_count": "1",
        "order": "desc",
        "orderBy": order_by,
        "size": str(size),
    }
    return [
        {"id": str(number), "type": "terms", "field": field, "settings": dict(settings)}
        for number, field in enumerate(fields, first_id)
    ]


def _by(labels: Sequence[str]) -> str:
    return f" by ({', '.join(labels)}) " if labels else ""


def _ranged(logql: str, stage: str = "") -> str:
    # A comment at the end would swallow what is put after it.
    text = logql.strip()
    line = "\n" if "#" in text.rpartition("\n")[2] else ""
    return f"{text}{line}{stage} {_WINDOW}".replace("\n ", "\n")
