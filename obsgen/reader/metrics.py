"""Declared metrics: types, units, labels, buckets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from obsgen.catalogue import DECLARED_TYPES, Catalogue, Metric
from obsgen.diagnostics import Code, Origin, finding
from obsgen.matchers import Matcher
from obsgen.model import Reports
from obsgen.reader.log_metrics import read_log_lines
from obsgen.reader.lookup import declared_at, find_metric
from obsgen.reader.matching import read_matchers
from obsgen.reader.shape import missing_key
from obsgen.reader.values import (
    read_count,
    read_flag,
    read_list,
    read_number,
    read_text,
    read_words,
)
from obsgen.schema.shared import is_label
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import COUNT, Unit, number_text

BUCKET_ORDER: Final = Code(
    "SLO322",
    "bucket-order",
    why="a histogram's buckets have ascending bounds, each once",
    fix="Write them as the program has them, smallest first, without +Inf.",
)
RESERVED_LABEL: Final = Code(
    "REF211",
    "reserved-label",
    why="Prometheus and the exposition format set this label themselves, or PromQL cannot name it",
    fix="Remove it from `labels:`, or give it another name; target labels belong to every metric.",
)
UNREADABLE_UNIT: Final = Code(
    "SCH112",
    "unreadable-unit",
    why="limits are converted to the unit of the metric",
    fix="Write `s`, `ms`, `bytes`, `ratio`, `percent`, `USD`, or a word for what is counted.",
)
LIMIT_UNIT: Final = Code(
    "REF222",
    "metric-limit-unit",
    why="how much of its limit something uses is told by dividing the two; bytes of seconds, or "
    "percents of a ratio, are no part",
    fix="Name the limit that is measured as the metric is, or give the right `unit:`.",
)
CODES: Final = (BUCKET_ORDER, RESERVED_LABEL, UNREADABLE_UNIT, LIMIT_UNIT)

_SUFFIX_UNITS: Final = {
    "seconds": "s",
    "bytes": "bytes",
    "ratio": "ratio",
    "usd": "USD",
    "eur": "EUR",
    "milliseconds": "ms",
    "ms": "ms",
    "celsius": "celsius",
    "percent": "percent",
}
# `generated_parser.y`, `maybe_label`: of all words that PromQL knows, these name no label there.
_NO_GROUPS: Final = frozenset({"inf", "nan", "without"})
_SET_BY_SERVER: Final = frozenset({"le", "quantile", "__name__"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """
    What narrows the queries of a service.

    Attributes:
        own: The `where` of the service; a metric's own replaces it.
        everywhere: The `where` of the environment.
        unscoped: Names that *own* does not reach: metrics of exporters.
    """

    own: tuple[Matcher, ...]
    everywhere: tuple[Matcher, ...]
    unscoped: frozenset[str]


def read_metrics(
    node: Node | None,
    scopes: Scopes,
    target_labels: tuple[str, ...],
    report: Reports,
    cache: dict[tuple[int, tuple[Matcher, ...]], Metric],
) -> Mapping[str, Metric]:
    """
    Read `metrics:`.

    Args:
        cache: What was read before, by node and scope: services share their presets' metrics.
    """
    if not isinstance(node, MappingNode):
        return {}
    metrics = {}
    for name, entry in node.entries.items():
        if name.startswith("x-") or not isinstance(entry.value, MappingNode):
            continue
        narrowed = () if name in scopes.unscoped else scopes.own
        key = (id(entry.value), narrowed)
        if key not in cache:
            reader = _MetricReader(name, entry.value, entry.key.origin, target_labels, report)
            metric = reader.read(narrowed, scopes.everywhere)
            if metric is None:
                continue
            cache[key] = metric
        metrics[name] = cache[key]
    return metrics


def check_limits(node: Node | None, catalogue: Catalogue, report: Reports) -> None:
    """Report a `limit` of a metric that names no gauge, or one in another unit."""
    for name, entry in node.entries.items() if isinstance(node, MappingNode) else ():
        limit = entry.value.get("limit") if isinstance(entry.value, MappingNode) else None
        # What a shipped preset names may have been taken out on purpose.
        if not isinstance(limit, Scalar) or limit.is_null or limit.origin.is_shipped:
            continue
        most = find_metric(limit, ("gauge",), "limit", catalogue, report)
        used = catalogue.metrics.get(name)
        if most is not None and used is not None and not _are_alike(used, most):
            message = f"`{name}` is in `{used.unit}`, its limit `{most.name}` in `{most.unit}`"
            report(finding(LIMIT_UNIT, limit.origin, message, related=declared_at(most)))


def _are_alike(used: Metric, most: Metric) -> bool:
    """Say whether a gauge is measured as its limit is; seconds of work are a part of workers."""
    one, other = used.unit, most.unit
    return used.type != "gauge" or (one.dimension, one.scale) == (other.dimension, other.scale)


class _MetricReader:
    """Reads one metric."""

    def __init__(
        self,
        name: str,
        node: MappingNode,
        origin: Origin,
        target_labels: tuple[str, ...],
        report: Reports,
    ) -> None:
        self.name = name
        self.node = node
        self.origin = origin
        self.target_labels = target_labels
        self.report = report

    def read(self, scope: tuple[Matcher, ...], everywhere: tuple[Matcher, ...]) -> Metric | None:
        node, report = self.node, self.report
        kind = read_text(node.get("type"), report)
        if not kind and "type" not in node.entries:
            hint = "add `type: counter`, `gauge`, `histogram` or `summary`"
            report(missing_key(self.origin, "type", hint))
        metric_type = next((known for known in DECLARED_TYPES if known == kind), None)
        if metric_type is None:
            return None
        labels = self._labels()
        bare = Metric(
            name=self.name, type="counter", labels=labels, target_labels=self.target_labels
        )
        if "where" in node.entries:
            scope = read_matchers(node.get("where"), (bare,), report)
        metric = Metric(
            name=self.name,
            type=metric_type,
            unit=self._unit(),
            has_unit=not self._is_any_unit(),
            labels=labels,
            target_labels=self.target_labels,
            buckets=self._buckets(),
            quantiles=self._numbers("quantiles"),
            role=read_text(node.get("role"), report),
            bad=read_matchers(node.get("bad"), (bare,), report),
            scope=(*scope, *everywhere),
            help=" ".join(read_text(node.get("help"), report).split()),
            cardinality=read_count(node.get("cardinality"), 0, report),
            planned=read_flag(node.get("planned")),
            limit=read_text(node.get("limit"), report),
            refs=read_words(node.get("refs")),
            origin=self.origin,
        )
        lines = read_log_lines(node.get("logs"), metric, everywhere, report)
        return metric if lines is None else replace(metric, lines=lines)

    def _labels(self) -> dict[str, tuple[str, ...] | None]:
        node = self.node.get("labels")
        found: dict[str, tuple[str, ...] | None] = {}
        if isinstance(node, Sequence):
            for item in node.items:
                if isinstance(item, Scalar) and self._may_declare(item.text, item.origin):
                    found[item.text] = None
        elif isinstance(node, MappingNode):
            for label, entry in node.entries.items():
                if not self._may_declare(label, entry.key.origin):
                    continue
                is_any = isinstance(entry.value, Scalar) and entry.value.text == "any"
                values = read_words(entry.value)
                found[label] = None if is_any or not values else values
        return found

    def _may_declare(self, label: str, origin: Origin) -> bool:
        if label.lower() in _NO_GROUPS:
            message = f"PromQL cannot group by a label that is called `{label}`"
            self.report(finding(RESERVED_LABEL, origin, message, "give the label another name"))
            return False
        if label not in _SET_BY_SERVER:
            return is_label(label)
        message = f"label `{label}` of `{self.name}` is set by the exposition itself"
        hint = "remove it; write `buckets:` or `quantiles:`"
        self.report(finding(RESERVED_LABEL, origin, message, hint))
        return False

    def _is_any_unit(self) -> bool:
        node = self.node.get("unit")
        return isinstance(node, Scalar) and node.text == "any"

    def _unit(self) -> Unit:
        node = self.node.get("unit")
        if isinstance(node, Scalar) and not node.is_null and not self._is_any_unit():
            try:
                return Unit.parse(node.text)
            except ValueError:
                message = f"{node.word} is not a unit"
                hint = "write `s`, `ms`, `bytes`, `ratio`, `USD` or a word"
                self.report(finding(UNREADABLE_UNIT, node.origin, message, hint))
                return COUNT
        return unit_from_name(self.name)

    def _numbers(self, key: str) -> tuple[Decimal, ...]:
        items = read_list(self.node.get(key))
        return tuple(n for i in items if (n := read_number(i, self.report)) is not None)

    def _buckets(self) -> tuple[Decimal, ...]:
        items = [
            i
            for i in read_list(self.node.get("buckets"))
            if isinstance(i, Scalar) and i.text.lower() not in {"+inf", "inf", ".inf", "+.inf"}
        ]
        numbers = tuple(n for i in items if (n := read_number(i, self.report)) is not None)
        for item, one, two in zip(items[1:], numbers, numbers[1:], strict=False):
            if two <= one:
                message = f"bucket {number_text(two)} follows {number_text(one)}"
                self.report(finding(BUCKET_ORDER, item.origin, message, "sort them, each once"))
                return tuple(sorted(set(numbers)))
        return numbers


def unit_from_name(name: str) -> Unit:
    """
    Return the unit that a metric's name tells (Prometheus, "Metric and label naming").

    >>> str(unit_from_name("node_cpu_seconds_total")), str(unit_from_name("jobs_total"))
    ('s', 'count')
    """
    words = name.removesuffix("_total").rsplit("_", 1)
    unit = _SUFFIX_UNITS.get(words[-1]) if len(words) > 1 else None
    return Unit.parse(unit) if unit else COUNT
