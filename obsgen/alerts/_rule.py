"""From a condition to an alerting rule: expression, labels, prose; what the kinds share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.alerts._conditions import on_shared
from obsgen.alerts._prose import Firing, Prose
from obsgen.artefacts import QUIET, AlertingRule, Expected, RuleTest, Written
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.matchers import Matcher, selector
from obsgen.model import Alert, AlertParts, Condition, Context
from obsgen.promql import layout, parse
from obsgen.promql.build import Expr, as_written, binary
from obsgen.prose import capitalized
from obsgen.units import Duration

OVERWRITTEN_LABEL: Final = Code(
    "ALR525",
    "overwritten-label",
    why="the rule sets the label to one value; series that differ in it alone become equal, and "
    "Prometheus refuses the whole result: the alert never fires",
    fix="Aggregate the label away, or fix it with `where`.",
)
OUTLASTS_HOURS: Final = Code(
    "ALR609",
    "for-outlasts-hours",
    why="outside of its hours the condition does not count, and `for` begins anew each time: the "
    "alert never fires",
    fix="Write a shorter `for`, or an interval of longer hours.",
)
CODES: Final = (OUTLASTS_HOURS, OVERWRITTEN_LABEL)

_WORDS: Final = {
    ">": "above",
    "<": "below",
    ">=": "at least",
    "<=": "at most",
    "==": "equal to",
    "!=": "other than",
}


def one_rule(alert: Alert, context: Context, firing: Firing) -> AlertParts:
    """Return the single alerting rule of an alert, its texts filled in and checked."""
    prose = Prose(alert, context, firing)
    expr = firing.expr
    if alert.only_when is not None:
        gate = alert.only_when.expr(context.query())
        matching = on_shared(firing.labels, alert.only_when.measure.labels)
        expr = binary(expr, "and", gate, matching=matching)
    if alert.during is not None:
        expr = binary(expr, "and", as_written(alert.during.vector()), matching="on ()")
    rule = rule_of(alert, context, firing, prose, laid_out(expr.text))
    found = (
        *firing.diagnostics,
        *_outlasting(alert),
        *overwritten(alert, context, firing),
        *prose.diagnostics,
    )
    return AlertParts(alerts=(rule,), diagnostics=found, tests=_written(alert))


def rule_of(
    alert: Alert, context: Context, firing: Firing, prose: Prose, expr: str
) -> AlertingRule:
    """Return the alerting rule of an expression, as the file shows it."""
    labels = rule_labels(alert, context)
    return AlertingRule(
        alert=alert.name,
        expr=expr,
        labels=labels,
        annotations=prose.annotations(),
        texts={**_label_texts(alert), **prose.texts},
        for_=alert.for_,
        keep_firing_for=alert.keep_firing_for,
        carries=None if firing.labels is None else firing.labels | set(labels),
        limit=firing.bound,
        origin=alert.origin,
    )


def _label_texts(alert: Alert) -> dict[str, Written]:
    """Return the labels that the author wrote: they may be templates, too."""
    place = alert.origin / "labels"
    return {name: Written(text=text, origin=place / name) for name, text in alert.labels.items()}


def _written(alert: Alert) -> tuple[RuleTest, ...]:
    """Return the tests of the author's own."""
    return tuple(
        RuleTest(
            name=f"{title_of(alert)}: test {number} of the specs",
            alert=alert.name,
            selects=alert.telling,
            interval=test.interval,
            series=test.series,
            expected=tuple(
                Expected(at=at, alerts=None if fires else QUIET) for at, fires in test.expected
            ),
            origin=test.origin,
        )
        for number, test in enumerate(alert.tests, 1)
    )


def title_of(alert: Alert) -> str:
    """
    Return what an alert is called in the names of tests.

    What tells it from others of its name stands in braces: `ProbeDown{probe="health"}`.
    """
    return selector(alert.name, [Matcher(k, "=", v) for k, v in alert.telling.items()])


def _outlasting(alert: Alert) -> Iterable[Diagnostic]:
    """Yield a finding where the hours of each week are over before `for` is."""
    hours = alert.during
    if hours is None or not alert.for_.ms or hours.weekly_share is None:
        return
    longest = max((end.ms - since.ms for since, end in hours.first), default=0)
    if alert.for_.ms < longest:
        return
    name, shown = hours.interval.name, Duration(longest)
    message = (
        f"interval `{name}` lasts {shown} at most, and alert `{alert.name}` waits {alert.for_}"
    )
    hint = f"write `for` shorter than {shown}"
    yield finding(OUTLASTS_HOURS, alert.origin / "for", message, hint)


def overwritten(alert: Alert, context: Context, firing: Firing) -> Iterable[Diagnostic]:
    """Yield a finding for each label that the result has and the rule sets anew."""
    fixed = {m.label for m in context.service.scope if m.op == "="}
    own = rule_labels(alert, context)
    scopes = [m.scope for m in alert.body.metrics]
    fixed |= {k for k, v in own.items() if scopes and all(Matcher(k, "=", v) in s for s in scopes)}
    set_here = {*own, *context.environment.labels}
    for label in sorted((firing.labels or frozenset()) & set_here - fixed):
        message = f"alert `{alert.name}` keeps label `{label}` of its series and sets it, too"
        hint = f"leave `{label}` out of `by`, or sum it away: `sum`, `max`, `by: […]`"
        yield finding(OVERWRITTEN_LABEL, alert.origin / "name", message, hint)


def laid_out(text: str) -> str:
    """Return the canonical text of an expression, over lines where it is long."""
    return layout(parse(text))


def rule_labels(alert: Alert, context: Context) -> dict[str, str]:
    """Return the labels of an alert's rules."""
    severities = context.project.severities
    labels = {
        "service": context.service.name,
        "severity": severities.capped(alert.severity, context.environment.max_severity),
        "team": alert.team,
        "category": alert.category,
        **alert.labels,
    }
    return {k: v for k, v in labels.items() if v}


# --- conditions ------------------------------------------------------------------------------


def condition_firing(condition: Condition, context: Context, expr: Expr) -> Firing:
    """Return what is known of an alert on one condition."""
    measure = condition.measure
    labels = measure.labels
    subject = capitalized(measure.title)
    word = _WORDS[condition.comparison]
    groups = "".join(
        f", {label} {{{{ $labels.{label} }}}}" for label in sorted(shown_labels(labels))
    )
    return Firing(
        expr=expr,
        labels=labels,
        fallback=f"{subject} is {{value}}, {word} {{limit}}{groups}",
        unit=measure.unit,
        limit=condition.limit.text,
        bound=f"{word} {condition.limit.text}",
        window=measure.window(context.query().window),
    )


_MAX_SHOWN: Final = 3


def shown_labels(labels: frozenset[str] | None) -> frozenset[str]:
    """Return the labels that a summary should name: the groups, or just the instance."""
    if labels is None:
        return frozenset()
    return labels if len(labels) <= _MAX_SHOWN else labels & {"instance"}
