"""
What prices make of a counter: its cost in each tile, and an alert for what has no price.

Increments, not a counter: a sum of counters falls when one of them is reset, and a price that
changes would reprice all of the past. Each tile costs what its prices say at the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Final

from obsgen import names
from obsgen.artefacts import (
    AlertingRule,
    Expected,
    InputSeries,
    RecordingRule,
    RuleTest,
)
from obsgen.artefacts import (
    counted as counter_runs,
)
from obsgen.counting.money import Recorder, counted
from obsgen.matchers import any_value, literal_pattern
from obsgen.model import AlertParts, Context, Price, Proof, Unprovable
from obsgen.promql import layout, parse
from obsgen.specimens import specimens
from obsgen.units import Duration, number_text

_PLAUSIBLE: Final = Fraction(100_000)
"""So many tokens may be what a series had counted when it first appeared: one scrape's worth."""
_UNPRICED_WINDOW: Final = Duration.parse("15m")
_TABLE_LABEL: Final = "metric"


def compile_price(price: Price, context: Context) -> AlertParts:
    """Return the rules of one table."""
    own = {"service", *context.environment.labels}
    recorder = Recorder(
        labels={"service": context.service.name},
        by=tuple(label for label in price.of.labels if label not in own),
        environment=context.environment.labels,
        tile=context.project.tile,
        origin=price.origin,
    )
    records = tuple(_records(price, recorder))
    if not price.unpriced:
        return AlertParts(records=records, is_counted=True)
    rule = _unpriced(price, recorder, context)
    proof = Proof(rule=rule, test=partial(_tested, price, rule, context))
    return AlertParts(records=records, alerts=(rule,), proofs=(proof,), is_counted=True)


def _records(price: Price, recorder: Recorder) -> Iterator[RecordingRule]:
    name, tile = price.metric.name, recorder.tile.length
    called = (names.units_seen(name, tile), names.units_born(name, tile), names.units(name, tile))
    yield from counted(recorder, price.of, (), called, _PLAUSIBLE)
    for values, amount in price.amounts:
        row = dict(zip(price.by, values, strict=True))
        yield RecordingRule(
            record=names.unit_price(name),
            expr=f"vector({number_text(amount)})",
            labels={**recorder.labels, **row},
            origin=price.origin,
        )
    on = f"on ({', '.join(price.by)}) group_left ()"
    units = recorder.of(names.units(name, tile))
    yield recorder.record(
        names.cost(name, tile), f"{units}\n  * {on} {recorder.of(names.unit_price(name))}"
    )


def _unpriced(price: Price, recorder: Recorder, context: Context) -> AlertingRule:
    name, by = price.metric.name, ", ".join(price.by)
    used = recorder.over("sum_over_time", names.units(name, recorder.tile.length), _UNPRICED_WINDOW)
    prices = recorder.of(names.unit_price(name))
    shown = ", ".join(f"{label} {{{{ $labels.{label} }}}}" for label in price.by)
    maximum = context.environment.max_severity
    labels = {
        "service": context.service.name,
        "severity": context.project.severities.capped(price.unpriced, maximum),
        "team": context.service.team,
        "category": "cost",
        _TABLE_LABEL: name,
    }
    present = {label: value for label, value in labels.items() if value}
    return AlertingRule(
        alert=names.UNPRICED_ALERT,
        expr=layout(parse(f"sum by ({by}) ({used} unless on ({by}) {prices}) > 0")),
        labels=present,
        annotations={
            "summary": f"{context.service.title} uses what has no price: {shown}",
            "description": f"{price.of.name} grows, and the table of {name} has no price for it: "
            "what it costs is in no budget. Add the price to the table.",
        },
        carries=frozenset((*present, *price.by)),
        origin=price.origin,
    )


# --- proof -------------------------------------------------------------------------------------

_IDLE: Final = 10
_BUSY: Final = 2
_GROWTH: Final = Fraction(100)


def _tested(price: Price, rule: AlertingRule, context: Context) -> RuleTest | Unprovable:
    """Let something be used that has no price, beside something that has one."""
    tile = context.project.tile
    known = [literal_pattern(value) for value in dict.fromkeys(row[0] for row, _ in price.amounts)]
    other = any_value(price.by[0], known, negated=True)
    scope = price.of.narrowed(())
    unknown = specimens(price.of.label_values, (*scope, other))
    first = dict(zip(price.by, price.amounts[0][0], strict=True))
    priced = specimens(price.of.label_values, scope, first)
    if unknown is None or priced is None:
        return Unprovable(f"everything that `{price.of.name}` may count has a price")
    window = _UNPRICED_WINDOW.ms // tile.length.ms
    # The tile of an evaluation holds the sample that has settled by then.
    starts = _IDLE + 1 - (-tile.settle.ms // tile.length.ms)
    last = starts + _BUSY - 1 + window - 1
    length = last + _IDLE
    course = ((_IDLE, Fraction(0)), (_BUSY, _GROWTH), (length - _IDLE - _BUSY, Fraction(0)))
    taken = {label: unknown.taken[label] for label in price.by if unknown.taken.get(label)}
    alerts = ({**taken, **rule.labels},)
    name = price.of.counted
    turns = ((starts - 1, ()), (starts, alerts), (last, alerts), (last + 1, ()))
    return RuleTest(
        name=f"{rule.alert}: firing when something is used that has no price",
        alert=rule.alert,
        selects={_TABLE_LABEL: price.metric.name},
        interval=tile.length,
        series=(
            InputSeries(name=name, labels=unknown.taken, runs=counter_runs(course)),
            InputSeries(name=name, labels=priced.taken, runs=counter_runs([(length, _GROWTH)])),
        ),
        expected=tuple(
            Expected(at=Duration(index * tile.length.ms), alerts=expected)
            for index, expected in turns
        ),
        evaluation_interval=tile.length,
        origin=rule.origin,
    )
