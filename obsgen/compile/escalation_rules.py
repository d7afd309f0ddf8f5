"""
The rule of one step of an escalation, over the alerts that Prometheus itself keeps as series.

`ALERTS_FOR_STATE` holds the time at which an alert became active, before it waited for its `for`
(Prometheus, rules/alerting.go); the time of firing is later by that much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule, alert_path
from obsgen.diagnostics import Origin
from obsgen.matchers import Matcher, selector
from obsgen.model import Environment
from obsgen.names import ESCALATED
from obsgen.promql import layout, parse
from obsgen.promql.build import Expr, any_of, binary, number
from obsgen.units import Duration, number_text

_NOT_ESCALATED: Final = Matcher(ESCALATED, "=", "")
_MOST_SHOWN: Final = 3

Matchers = tuple[Matcher, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    Alerts of one name that are escalated after the same time by one rule.

    Attributes:
        alerts: The rules of the alerts; all have the same `for`.
        ways: What an alert must have, for each entry of the specs.
        apart: What tells the alerts from others of their name.
    """

    alerts: tuple[AlertingRule, ...]
    after: Duration
    ways: tuple[Matchers, ...]
    apart: Matchers
    origin: Origin

    @property
    def fixed(self) -> dict[str, str]:
        """The labels that all the alerts have."""
        first, *others = (set_labels(rule) for rule in self.alerts)
        return {k: v for k, v in first.items() if all(o.get(k) == v for o in others)}

    @property
    def varying(self) -> frozenset[str] | None:
        """The labels in which the alerts differ; None where these are open."""
        found = [rule.carries for rule in self.alerts]
        known = [labels for labels in found if labels is not None]
        return None if len(known) < len(found) else frozenset().union(*known) - self.fixed.keys()


def base_matchers(step: Step, environment: Environment) -> Matchers:
    """Return what names the alerts: other services and environments may share the server."""
    first = step.alerts[0]
    labels = {"alertname": first.alert, "service": first.labels["service"]}
    labels |= {k: first.labels[k] for k in environment.labels if k in first.labels}
    return (*(Matcher(k, "=", v) for k, v in labels.items()), *step.apart, _NOT_ESCALATED)


def escalation_rule(step: Step, base: Matchers, service: str) -> AlertingRule:
    """Return the rule of a step, over the alerts that *base* names."""
    for_ = step.alerts[0].for_
    long_enough = any_of(_elapsed((*base, *way), for_, step.after) for way in step.ways)
    common = step.ways[0] if len(step.ways) == 1 else ()
    is_firing = Matcher("alertstate", "=", "firing")
    firing = Expr(selector("ALERTS", (*base, *common, is_firing)))
    expr = binary(long_enough, "and", firing, matching="ignoring (alertstate)")
    labels = {**step.fixed, ESCALATED: str(step.after)}
    varying = step.varying
    return AlertingRule(
        alert=step.alerts[0].alert,
        expr=layout(parse(expr.text)),
        labels=labels,
        annotations=_annotations(step, service),
        carries=None if varying is None else varying | labels.keys(),
        origin=step.origin,
    )


def _elapsed(matchers: Matchers, for_: Duration, after: Duration) -> Expr:
    """Return for how many seconds alerts have fired, where that is long enough."""
    began = Expr(selector("ALERTS_FOR_STATE", matchers))
    since = binary(Expr("time()"), "-", began)
    if for_.ms:
        since = binary(since, "-", number(number_text(for_.seconds)))
    return binary(since, ">=", number(number_text(after.seconds)))


def _annotations(step: Step, service: str) -> dict[str, str]:
    """Return what the alerts say that does not show their value: here that is a time."""
    set_here = {label for rule in step.alerts for label in rule.labels}
    varying = sorted((step.varying or frozenset()) - set_here)
    shown = varying if len(varying) <= _MOST_SHOWN else ()
    groups = "".join(f", {label} {{{{ $labels.{label} }}}}" for label in shown)
    title = alert_path(service, step.alerts[0].alert, step.fixed)
    first, *others = (rule.annotations for rule in step.alerts)
    same = {
        name: text
        for name, text in first.items()
        if "$value" not in text and all(other.get(name) == text for other in others)
    }
    return {
        "summary": f"{title} fires unresolved for {{{{ $value | humanizeDuration }}}}{groups}",
        "description": same.get("description", f"Nobody has resolved it within {step.after}."),
        **{k: v for k, v in same.items() if k not in {"summary", "description"}},
    }


def set_labels(rule: AlertingRule) -> dict[str, str]:
    """Return the labels whose values are known: not those that are templates."""
    return {label: text for label, text in rule.labels.items() if "{{" not in text}
