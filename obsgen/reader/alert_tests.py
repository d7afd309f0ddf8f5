"""`tests:` of an alert: series that are given, and when it must fire and stay quiet."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from obsgen.artefacts import InputSeries, Run, counted, standing
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import AlertTest
from obsgen.reader.lookup import unknown_metric
from obsgen.reader.matching import UNKNOWN_LABEL
from obsgen.reader.measures import ServiceReader
from obsgen.reader.shape import missing_key, words
from obsgen.reader.values import read_amount, read_text
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.specimens import specimens
from obsgen.units import Duration, Quantity

ALERT_TEST: Final = Code(
    "ALR533",
    "alert-test",
    why="a test plays series and says what the alert does then; what cannot be read plays nothing",
    fix="Write `given: [{metric: errors_total, adds: 6/min}]` and `expect: {4m: quiet, 11m: "
    "firing}`; a gauge has a `value`, any series `values` in promtool's notation.",
)
CODES: Final = (ALERT_TEST,)

_COURSES: Final = ("adds", "value", "values")
_STATES: Final = {"quiet": False, "firing": True}
_RUN: Final = re.compile(
    r"(?P<start>-?\d+(?:\.\d+)?)(?:(?P<sign>[+-])(?P<step>\d+(?:\.\d+)?))?(?:x(?P<times>\d{1,5}))?"
    r"|_(?:x(?P<missing>\d{1,5}))?|(?P<ends>stale)",
    re.ASCII,
)


def read_tests(node: Node | None, reader: ServiceReader) -> tuple[AlertTest, ...]:
    """Read the tests of one alert; those that cannot be read are left out and reported."""
    items = node.items if isinstance(node, Sequence) else ()
    found = (_test(item, reader) for item in items if isinstance(item, MappingNode))
    return tuple(test for test in found if test is not None)


def _test(node: MappingNode, reader: ServiceReader) -> AlertTest | None:
    for key in ("given", "expect"):
        if key not in node.entries:
            reader.report(missing_key(node.origin, key))
            return None
    expected = _expected(node.get("expect"), reader)
    given = node.get("given")
    items = given.items if isinstance(given, Sequence) else ()
    interval = reader.project.scrape_interval
    last = max((at.ms for at, _ in expected), default=0)
    samples = -(-last // interval.ms) + 1
    series = [_series(item, samples, reader) for item in items if isinstance(item, MappingNode)]
    read = tuple(each for each in series if each is not None)
    if not expected or len(read) != len(items):
        return None
    return AlertTest(series=read, expected=expected, interval=interval, origin=node.origin)


def _expected(node: Node | None, reader: ServiceReader) -> tuple[tuple[Duration, bool], ...]:
    found = []
    for key, entry in (node.entries if isinstance(node, MappingNode) else {}).items():
        state = entry.value.text if isinstance(entry.value, Scalar) else ""
        try:
            at = Duration.parse(key)
        except ValueError:
            message = f"`{key}` is not a time after the beginning"
            reader.report(finding(ALERT_TEST, entry.key.origin, message, "write `11m: firing`"))
            continue
        if state in _STATES:
            found.append((at, _STATES[state]))
            continue
        message = f"an alert is `quiet` or `firing`, found {entry.value.word}"
        reader.report(finding(ALERT_TEST, entry.value.origin, message, f"write `{key}: firing`"))
    return tuple(sorted(found))


def _series(node: MappingNode, samples: int, reader: ServiceReader) -> InputSeries | None:
    named = node.get("metric")
    if not isinstance(named, Scalar):
        reader.report(missing_key(node.origin, "metric"))
        return None
    metric = reader.catalogue.metric_of(named.text)
    if metric is None or named.text not in metric.series():
        reader.report(unknown_metric(named.text, named.origin, reader.catalogue))
        return None
    runs = _course(node, metric, samples, reader)
    labels = _labels(node.get("labels"), named.text, metric, reader)
    if runs is None or labels is None:
        return None
    return InputSeries(name=named.text, labels=labels, runs=runs)


def _labels(
    node: Node | None, name: str, metric: Metric, reader: ServiceReader
) -> dict[str, str] | None:
    """Return the labels of a series; those that are not given take values that suit its scope."""
    given = {}
    known = metric.series()[name]
    for label, entry in (node.entries if isinstance(node, MappingNode) else {}).items():
        if label not in known:
            message = f"`{name}` has no label `{label}`"
            hint = f"it has {words(sorted(known))}"
            reader.report(finding(UNKNOWN_LABEL, entry.key.origin, message, hint))
            return None
        given[label] = read_text(entry.value, reader.report)
    found = specimens(metric.label_values, metric.scope, given)
    taken = {} if found is None else found.taken
    return {label: value for label, value in {**taken, **given}.items() if value}


def _course(
    node: MappingNode, metric: Metric, samples: int, reader: ServiceReader
) -> tuple[Run, ...] | None:
    chosen = [key for key in _COURSES if key in node.entries]
    if len(chosen) != 1:
        found = words(chosen, last="and") or "none"
        message = f"a series takes one of {words(list(_COURSES))}, found {found}"
        reader.report(finding(ALERT_TEST, node.origin, message, "write `adds: 6/min`"))
        return None
    value = node.entries[chosen[0]].value
    if not isinstance(value, Scalar):
        return None
    if chosen == ["values"]:
        return _written(value, reader)
    if chosen == ["value"]:
        amount = read_amount(value, metric.unit, reader.report, f"`{metric.name}`")
        return None if amount is None else standing([(samples, Fraction(amount))])
    return _adding(value, samples, reader)


def _adding(value: Scalar, samples: int, reader: ServiceReader) -> tuple[Run, ...] | None:
    try:
        quantity = Quantity.parse(value.text)
    except ValueError:
        quantity = None
    if quantity is None or not quantity.unit.per_seconds:
        message = f"`adds` {value.word} is not a rate"
        reader.report(finding(ALERT_TEST, value.origin, message, "write `adds: 6/min`"))
        return None
    interval = reader.project.scrape_interval
    growth = Fraction(quantity.value) * interval.ms / (1000 * quantity.unit.per_seconds)
    return counted([(samples, growth)])


def _written(value: Scalar, reader: ServiceReader) -> tuple[Run, ...] | None:
    runs = []
    for word in value.text.split():
        match = _RUN.fullmatch(word)
        if match is None:
            hint = "write `0+6x40 _x4 240`: start, step and how often, missing samples, a value"
            message = f"`{word}` is not a run of samples"
            reader.report(finding(ALERT_TEST, value.origin, message, hint))
            return None
        if match["ends"]:
            runs.append(Run(times=1, ends=True))
        elif match["start"] is None:
            runs.append(Run(times=int(match["missing"] or 1)))
        else:
            step = Fraction(match["step"] or 0) * (-1 if match["sign"] == "-" else 1)
            runs.append(
                Run(
                    times=int(match["times"] or 0) + 1,
                    start=Fraction(match["start"]),
                    step=step,
                )
            )
    return tuple(runs)
