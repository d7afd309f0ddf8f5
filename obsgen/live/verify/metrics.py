"""
Declared metrics: there, of the declared type, with the declared labels, values and buckets.

Everything is counted by the server, so that a million series are answered in a line. Metrics of
shipped presets are looked for only where a rule or a dashboard reads them; planned ones never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from obsgen.artefacts import strings_in
from obsgen.catalogue import TARGET_LABELS, Metric
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.importers import answers
from obsgen.live.verify.documents import dashboards
from obsgen.live.verify.several import answers as answers_of
from obsgen.live.verify.world import Outcome, World
from obsgen.matchers import Matcher, literal_pattern
from obsgen.preview.simulated.rules import words

TITLE: Final = "declared metrics"
SERVER: Final = "prometheus"

METRIC_MISSING: Final = Code(
    "LIV701",
    "metric-not-there",
    why="rules and panels that read it have nothing to say; it may be misspelt, or nothing exposes "
    "it yet",
    fix="Correct the name or the service's `where:`, or write `planned: true` as long as nothing "
    "exposes it.",
    severity=Severity.WARNING,
)
METRIC_TYPE: Final = Code(
    "LIV702",
    "metric-of-another-type",
    why="queries are written for the declared type: the rate of a gauge, or the value of a "
    "counter, is a wrong number",
    fix="Declare the type that the program exposes.",
)
LABEL_MISSING: Final = Code(
    "LIV703",
    "label-not-there",
    why="a query that selects or groups by it finds nothing, or throws everything together",
    fix="Declare the labels that the series have: `obsgen import metrics URL` shows them.",
)
LABEL_UNDECLARED: Final = Code(
    "LIV704",
    "label-undeclared",
    why="queries cannot use it, and its values multiply the series",
    fix="Add it to `labels:`, if it is wanted.",
    severity=Severity.INFO,
)
VALUE_UNDECLARED: Final = Code(
    "LIV705",
    "value-undeclared",
    why="a matcher on the declared values passes over these series in silence",
    fix="Add the value, or declare the label with `any`.",
    severity=Severity.WARNING,
)
BUCKET_MISSING: Final = Code(
    "LIV706",
    "bucket-not-there",
    why="an SLO or a share below this bound counts nothing at all",
    fix="Declare the buckets that the program has, or give it this one.",
)
CODES: Final = (
    METRIC_MISSING,
    METRIC_TYPE,
    LABEL_MISSING,
    LABEL_UNDECLARED,
    VALUE_UNDECLARED,
    BUCKET_MISSING,
)

_AT_ONCE: Final = 50
_SHOWN: Final = 5
_LOOKBACK_SECONDS: Final = 300
_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "counter": frozenset({"counter"}),
    # OpenMetrics' `info` and `stateset` are stored as gauges.
    "gauge": frozenset({"gauge", "info", "stateset"}),
    "histogram": frozenset({"histogram", "gaugehistogram"}),
    "native_histogram": frozenset({"histogram", "gaugehistogram"}),
    "summary": frozenset({"summary"}),
}
_UNTOLD: Final = frozenset({"", "unknown", "untyped"})


def check(world: World) -> Outcome:
    """Look for every declared metric, and compare what is there with its declaration."""
    wanted = _wanted(world)
    there = _there(world, [(m.counted, m.scope) for m in wanted])
    missing = [m for m in wanted if (m.counted, m.scope) not in there]
    elsewhere = _there(world, [(m.counted, ()) for m in missing if m.scope])
    findings = [_missing(m, is_elsewhere=(m.counted, ()) in elsewhere) for m in missing]
    told = answers.mapping(world.live.data("metadata"))
    present = [m for m in wanted if (m.counted, m.scope) in there]
    for found in answers_of(lambda metric: tuple(_problems(world, metric, told)), present):
        findings.extend(found)
    return Outcome(looked=len(wanted), what="metric", findings=tuple(findings))


def _wanted(world: World) -> list[Metric]:
    read: set[str] = set()
    for group in world.groups:
        for rule in group.rules:
            read |= words(rule.expr)
    for text in strings_in(list(dashboards(world.compiled))):
        read |= words(text)
    found: dict[tuple[str, tuple[Matcher, ...]], Metric] = {}
    for service in world.spec.services:
        for metric in service.catalogue.metrics.values():
            # `up` and its like are Prometheus's own; what is recorded belongs to the rules.
            if metric.planned or metric.yields or metric.recorded or metric.type not in _TYPES:
                continue
            if not metric.origin.is_shipped or read & metric.series().keys():
                found.setdefault((metric.name, metric.scope), metric)
    return list(found.values())


def _there(
    world: World, wanted: Sequence[tuple[str, tuple[Matcher, ...]]]
) -> frozenset[tuple[str, tuple[Matcher, ...]]]:
    """Return which names have series now, asked for many at once."""
    by_scope: dict[tuple[Matcher, ...], list[str]] = {}
    for name, scope in wanted:
        by_scope.setdefault(scope, []).append(name)
    questions = [
        (names[first : first + _AT_ONCE], scope)
        for scope, names in by_scope.items()
        for first in range(0, len(names), _AT_ONCE)
    ]

    def ask(
        question: tuple[list[str], tuple[Matcher, ...]],
    ) -> list[tuple[str, tuple[Matcher, ...]]]:
        names, scope = question
        named = f'__name__=~"{"|".join(names)}"'
        inside = ", ".join((named, *map(str, scope)))
        series = world.live.instant(f"count by (__name__) ({{{inside}}})", world.now)
        return [(one.labels.get("__name__", ""), scope) for one in series]

    return frozenset(one for found in answers_of(ask, questions) for one in found)


def _missing(metric: Metric, *, is_elsewhere: bool) -> Diagnostic:
    scope = ", ".join(map(str, metric.scope))
    if is_elsewhere:
        message = f"no series of metric `{metric.name}` is in the scope `{{{scope}}}`"
        return finding(METRIC_MISSING, metric.origin, message, "others have the name")
    return finding(METRIC_MISSING, metric.origin, f"metric `{metric.name}` has no series")


def _problems(world: World, metric: Metric, told: Mapping[str, object]) -> Iterator[Diagnostic]:
    yield from _type_problems(metric, told)
    selector = metric.select(metric.counted, ())
    start = world.now // 1_000 - _LOOKBACK_SECONDS
    params = (("match[]", selector), ("start", str(start)), ("end", str(world.now // 1_000)))
    seen = set(answers.texts(world.live.data("labels", params)))
    declared = metric.all_labels - set(TARGET_LABELS)
    known = declared | {"__name__", "le", "quantile", *TARGET_LABELS}
    for label in sorted(declared - seen):
        message = f"no series of `{metric.name}` has the label `{label}`"
        hint = f"its labels are {', '.join(sorted(seen - {'__name__'}))}"
        yield finding(LABEL_MISSING, metric.origin, message, hint)
    for label in sorted(seen - known):
        message = f"series of `{metric.name}` have the label `{label}`, which is not declared"
        yield finding(LABEL_UNDECLARED, metric.origin, message)
    for label, values in metric.labels.items():
        if values and label in seen:
            yield from _value_problems(world, metric, label, values)
    if metric.buckets:
        yield from _bucket_problems(world, metric)


def _type_problems(metric: Metric, told: Mapping[str, object]) -> Iterator[Diagnostic]:
    # The family of a counter is called without `_total` in OpenMetrics.
    names = (metric.name, metric.name.removesuffix("_total"))
    entries = [entry for name in names for entry in answers.rows(told.get(name))]
    types = {answers.text(entry, "type") for entry in entries} - _UNTOLD
    if types and not types & _TYPES[metric.type]:
        message = f"metric `{metric.name}` is exposed as {' and '.join(sorted(types))}"
        yield finding(METRIC_TYPE, metric.origin, f"{message}, declared as {metric.type}")


def _value_problems(
    world: World, metric: Metric, label: str, values: Sequence[str]
) -> Iterator[Diagnostic]:
    pattern = "|".join(map(literal_pattern, values))
    others = Matcher(label, "!~", pattern), Matcher(label, "!=", "")
    selector = metric.select(metric.counted, others)
    query = f"topk({_SHOWN}, count by ({label}) ({selector}))"
    found = sorted(one.labels.get(label, "") for one in world.live.instant(query, world.now))
    if found:
        shown = ", ".join(f"`{value}`" for value in found)
        message = f"label `{label}` of `{metric.name}` has values that are not declared: {shown}"
        yield finding(VALUE_UNDECLARED, metric.origin, message)


def _bucket_problems(world: World, metric: Metric) -> Iterator[Diagnostic]:
    query = f"group by (le) ({metric.select(f'{metric.name}_bucket', ())})"
    texts = [one.labels.get("le", "") for one in world.live.instant(query, world.now)]
    bounds = {number for number in map(_number, texts) if number is not None}
    for bound in metric.buckets:
        if bound not in bounds:
            message = f"histogram `{metric.name}` has no bucket `{bound:f}`"
            shown = ", ".join(f"{number:f}" for number in sorted(bounds) if number.is_finite())
            yield finding(BUCKET_MISSING, metric.origin, message, f"its buckets are {shown}")


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return None if found.is_nan() else found
