"""From a condition to an alerting rule: expression, labels, prose; what the kinds share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from obsgen.alerts._conditions import on_shared
from obsgen.artefacts import QUIET, AlertingRule, Expected, RuleTest, Written
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.matchers import Matcher, selector
from obsgen.model import Alert, AlertParts, Condition, Context
from obsgen.names import VALUE_ANNOTATION, dashboard_uid_of
from obsgen.promql import layout, parse
from obsgen.promql.build import Expr, as_written, binary
from obsgen.prose import capitalized
from obsgen.source import Scalar
from obsgen.units import COUNT, Duration, Unit

UNKNOWN_PLACEHOLDER: Final = Code(
    "ALR523",
    "unknown-placeholder",
    why="texts know `{value}`, `{limit}` and `{window}`; anything else would be shown as it stands",
    fix="Write one of the three, or a Go template: `{{ $labels.job }}`.",
)
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
CODES: Final = (OUTLASTS_HOURS, OVERWRITTEN_LABEL, UNKNOWN_PLACEHOLDER)

_PLACEHOLDER: Final = re.compile(r"(?<![{$])\{([a-z_]+)\}(?!\})")
_KNOWN: Final = ("value", "limit", "window")
_WORDS: Final = {
    ">": "above",
    "<": "below",
    ">=": "at least",
    "<=": "at most",
    "==": "equal to",
    "!=": "other than",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """
    What a kind knows of its alert.

    Attributes:
        labels: The labels that it may carry, None where that is open.
        fallback: A summary for an alert without one.
        bound: When it fires, in words: `above 5%`.
    """

    expr: Expr
    labels: frozenset[str] | None
    fallback: str
    unit: Unit = COUNT
    limit: str = ""
    window: str = ""
    bound: str = ""
    has_value: bool = True
    diagnostics: tuple[Diagnostic, ...] = field(default=())


def one_rule(alert: Alert, context: Context, firing: Firing) -> AlertParts:
    """Return the single alerting rule of an alert, its texts filled in and checked."""
    prose = _Prose(alert, context, firing)
    expr = firing.expr
    if alert.only_when is not None:
        gate = alert.only_when.expr(context.query())
        matching = on_shared(firing.labels, alert.only_when.measure.labels)
        expr = binary(expr, "and", gate, matching=matching)
    if alert.during is not None:
        expr = binary(expr, "and", as_written(alert.during.vector()), matching="on ()")
    rule = AlertingRule(
        alert=alert.name,
        expr=laid_out(expr.text),
        labels=rule_labels(alert, context),
        annotations=prose.annotations(),
        texts={**_label_texts(alert), **prose.texts},
        for_=alert.for_,
        keep_firing_for=alert.keep_firing_for,
        carries=None if firing.labels is None else firing.labels | set(rule_labels(alert, context)),
        limit=firing.bound,
        origin=alert.origin,
    )
    found = (
        *firing.diagnostics,
        *_outlasting(alert),
        *_overwritten(alert, context, firing),
        *prose.diagnostics,
    )
    return AlertParts(alerts=(rule,), diagnostics=found, tests=_written(alert))


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


def _overwritten(alert: Alert, context: Context, firing: Firing) -> Iterable[Diagnostic]:
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


# --- prose -----------------------------------------------------------------------------------


class _Prose:
    """Fills in and checks the texts of one alert."""

    def __init__(self, alert: Alert, context: Context, firing: Firing) -> None:
        self.alert = alert
        self.context = context
        self.firing = firing
        self.diagnostics: list[Diagnostic] = []
        self.texts: dict[str, Written] = {}

    def annotations(self) -> dict[str, str]:
        """Return the annotations: summary first, then the author's own."""
        alert = self.alert
        summary = (
            self._filled("summary", alert.summary)
            if alert.summary
            else self._fill(self.firing.fallback)
        )
        found = {"summary": summary}
        if alert.description:
            found["description"] = self._filled("description", alert.description)
        if said := self._measured():
            found[VALUE_ANNOTATION] = said
        if runbook := alert.runbook or self._runbook():
            found["runbook_url"] = runbook
        if alert.dashboard:
            found.update(self._dashboard())
        for name, text in alert.annotations.items():
            found[name] = self._filled(name, text)
        return found

    def _measured(self) -> str:
        """Return the value against its limit, unless the author's own texts say both."""
        firing, alert = self.firing, self.alert
        if not (firing.has_value and firing.limit and alert.summary):
            return ""
        own = f"{alert.summary.text} {alert.description.text if alert.description else ''}"
        says_value = "{value}" in own or "$value" in own or ".Value" in own
        if says_value and ("{limit}" in own or firing.limit in own):
            return ""
        return self._fill("{value} (limit {limit})")

    def _dashboard(self) -> dict[str, str]:
        """Return a URL as it stands; of a dashboard of these specs, the uid that Grafana knows."""
        reference = self.alert.dashboard
        if "://" in reference:
            return {"dashboard_url": reference}
        return {"dashboard_uid": dashboard_uid_of(reference, self.context.service.name)}

    def _runbook(self) -> str:
        service, environment = self.context.service.name, self.context.environment.name
        return self.context.project.runbook_url(service, self.alert.name, environment)

    def _filled(self, name: str, scalar: Scalar) -> str:
        self._check(scalar)
        filled = self._fill(scalar.text.strip())
        self.texts[name] = Written(text=scalar.text, narrowed=filled, origin=scalar.origin)
        return filled

    def _fill(self, text: str) -> str:
        values = {
            "value": self.firing.unit.value_template if self.firing.has_value else "{{ $value }}",
            "limit": self.firing.limit,
            "window": self.firing.window,
        }
        filled = _PLACEHOLDER.sub(lambda m: values.get(m[1], m[0]), text)
        return "\n".join(line.rstrip() for line in filled.split("\n"))

    def _check(self, scalar: Scalar) -> None:
        for match in _PLACEHOLDER.finditer(scalar.text):
            if match[1] not in _KNOWN:
                place = scalar.origin.characters(*match.span())
                guess = near(match[1], _KNOWN)
                hint = f"did you mean `{{{guess}}}`?" if guess else "write `{value}` or `{limit}`"
                message = f"`{match[0]}` is not filled in"
                self.diagnostics.append(finding(UNKNOWN_PLACEHOLDER, place, message, hint))
