"""
`anomaly`: a measure that is far from what is usual for it.

The measure is recorded, since what was usual is told from its own past: from the range before now,
or from the same time of the last weeks. Far is so many standard deviations from the mean (the
z-score), or a ratio to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from obsgen import names
from obsgen.alerts._baselines import (
    ANOMALY,
    NO_ANOMALY,
    OWN,
    WORDS,
    outlasts,
    read_baseline,
)
from obsgen.alerts._cause import Unlimited
from obsgen.alerts._deviations import Deviations
from obsgen.alerts._history import WEEK, Baseline, History
from obsgen.alerts._own import Own, proven_by
from obsgen.alerts._pace import Pace
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import laid_out, one_rule, shown_labels
from obsgen.alerts._steps import evaluations
from obsgen.artefacts import RecordingRule
from obsgen.catalogue import Metric
from obsgen.diagnostics import Diagnostic, finding
from obsgen.matchers import Matcher, selector
from obsgen.model import Alert, AlertParts, AlertRole, Context, Measure, Query, Reader, Schema
from obsgen.promql import variables
from obsgen.promql.build import Expr, aggregate, any_of, binary, call, number
from obsgen.prose import capitalized
from obsgen.schema.shared import ref
from obsgen.source import MappingNode, Node
from obsgen.units import COUNT, RATIO, Duration, number_text

_ZERO: Final = number("0")
_WEEKS_AGO: Final = "weeks_ago"
_MAY_BE_NAN: Final = frozenset({"histogram", "native_histogram", "summary"})
_HOUR: Final = Duration.parse("1h")
_MINUTE: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly(Unlimited):
    """
    Fires for every series that is far from its baseline.

    Attributes:
        limit: How far, as its author wrote it.
    """

    measure: Measure
    baseline: Baseline
    limit: str

    @property
    def role(self) -> AlertRole:
        """No symptom of an SLO: more traffic than usual is not what its page tells."""
        return AlertRole.OUTLOOK

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the measure reads."""
        return self.measure.metrics

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the recording rule and the alert that compares it with its past."""
        query = context.query()
        labels = self.measure.labels
        shown = shown_labels(labels)
        window = self.measure.window(query.window)
        name = names.usual(context.service.name, sorted(shown), self.measure.title, window)
        record = RecordingRule(
            record=name,
            expr=laid_out(self._recorded(query).text),
            labels={},
            groups=tuple(sorted(self._kept)),
            origin=alert.origin,
        )
        own_labels = context.environment.labels.items()
        chosen = selector(name, [Matcher(k, "=", v) for k, v in own_labels])
        compiled = one_rule(alert, context, self._firing(alert, context, chosen))
        parts = replace(compiled, records=(record,))
        return proven_by(parts, alert, context, self._own(alert, context, query))

    def _firing(self, alert: Alert, context: Context, chosen: str) -> Firing:
        baseline = self.baseline
        usual = f"mean of {baseline.over}"
        if baseline.over is None:
            usual = "value a week ago" if baseline.sigma is None else "mean at this time of weeks"
        groups = "".join(
            f", {label} {{{{ $labels.{label} }}}}"
            for label in sorted(shown_labels(self.measure.labels))
        )
        subject = capitalized(self.measure.title)
        far = f"is {{value}} of its {usual}, {WORDS[baseline.comparison]} {{limit}}"
        if baseline.sigma is not None:
            far = f"is {{value}} standard deviations from its {usual}, more than {{limit}}"
        return Firing(
            expr=self._compared(chosen),
            labels=self.measure.labels,
            fallback=f"{subject} {far}{groups}",
            unit=RATIO if baseline.sigma is None else COUNT,
            limit=self.limit,
            window="7d" if baseline.over is None else str(baseline.over),
            diagnostics=tuple(self._never(alert, context)),
        )

    def _never(self, alert: Alert, context: Context) -> Iterator[Diagnostic]:
        lasts = Duration(alert.for_.ms + context.project.evaluation_interval.ms)
        if alert.for_.ms and outlasts(self.baseline, lasts):
            message = f"what lasts {alert.for_} is usual within {self.baseline.over} before it ends"
            hint = "write a shorter `for`, or a longer `baseline`"
            yield finding(NO_ANOMALY, alert.origin / "for", message, hint)

    @property
    def _kept(self) -> frozenset[str]:
        """The labels that the record may carry."""
        if self.measure.labels is not None:
            return self.measure.labels
        return frozenset[str]().union(*(metric.all_labels for metric in self.metrics))

    # --- PromQL --------------------------------------------------------------------------

    def _recorded(self, query: Query) -> Expr:
        expr = self.measure.expr(query)
        types = {metric.type for metric in self.measure.metrics}
        if self.measure.labels is not None and not types & _MAY_BE_NAN:
            return expr
        # Drops NaN, which would make every mean that holds it NaN, too.
        return binary(expr, ">=", number("-Inf"))

    def _compared(self, chosen: str) -> Expr:
        baseline, now = self.baseline, Expr(chosen)
        mean, deviation, count = self._moments(chosen)
        if baseline.sigma is None:
            over = binary(now, "/", binary(mean, ">", _ZERO))
            limit = number(number_text(baseline.ratio))
            far = binary(over, baseline.comparison, limit)
        else:
            score = binary(binary(now, "-", mean), "/", binary(deviation, ">", _ZERO))
            sigma = number_text(baseline.sigma)
            if baseline.direction == "both":
                score = call("abs", score)
            is_below = baseline.direction == "below"
            far = binary(score, *(("<", number(f"-{sigma}")) if is_below else (">", number(sigma))))
        if count is None:
            return far
        return binary(far, "and", binary(count, ">=", number(str(baseline.least))))

    def _moments(self, chosen: str) -> tuple[Expr, Expr, Expr | None]:
        """Return mean, deviation and number of what is compared with."""
        over = self.baseline.over
        if over is not None:
            kinds = ("avg", "stddev", "count")
            mean, deviation, count = (call(f"{k}_over_time", f"{chosen}[{over}]") for k in kinds)
            return mean, deviation, count
        if self.baseline.weeks == 1:
            last = Expr(f"{chosen} offset {WEEK}")
            return last, last, None
        weeks = any_of(
            call("label_replace", f"{chosen} offset {Duration(n * WEEK.ms)}", *_named(n))
            for n in range(1, self.baseline.weeks + 1)
        )
        mean, deviation, count = (
            aggregate(op, weeks, without=(_WEEKS_AGO,)) for op in ("avg", "stddev", "count")
        )
        return mean, deviation, count

    # --- proof ---------------------------------------------------------------------------

    def _own(self, alert: Alert, context: Context, query: Query) -> Own:
        looks = tuple(look for look in self.measure.looks(query) if look.window.ms)
        evaluation = self._evaluation(query, context.project.evaluation_interval)
        lasts, keeps = evaluations(alert, evaluation)
        over = self.baseline.over
        deviations = Deviations(
            history=History(measure=self.measure, query=query, evaluation=evaluation),
            baseline=self.baseline,
            last=lasts,
            keeps=keeps,
            count=0 if over is None else over.ms // evaluation.ms,
        )
        return Own(
            labels=self.measure.labels,
            met=deviations.met,
            plays=deviations.plays,
            holding=deviations.held,
            looks=looks,
            pace=lambda seen: Pace.every(evaluation, alert, context, seen),
        )

    def _evaluation(self, query: Query, usual: Duration) -> Duration:
        """Return a distance at which enough values are recorded, and each is a new one."""
        over = self.baseline.over
        if over is None:
            return _HOUR
        reach = max(look.reach for look in self.measure.looks(query))
        least = -(-5 * reach // (4 * _MINUTE)) * _MINUTE
        most = over.ms // (self.baseline.least + 2) // _MINUTE * _MINUTE
        wanted = 2 * over.ms // (3 * self.baseline.least) // _MINUTE * _MINUTE
        return max(usual, Duration(min(most, max(least, wanted))))


def _named(weeks: int) -> tuple[str, str, str, str]:
    """Return what tells the value of so many weeks ago from the others."""
    return f'"{_WEEKS_AGO}"', f'"{weeks}"', '""', '""'


class AnomalyKind:
    """Reads `anomaly: {<measure>, sigma: 3, baseline: 1d, min_samples: 100}`."""

    key: Final = "anomaly"
    schema: Final[Schema] = ref(
        "unusual_measure", "A measure that is far from what is usual for it."
    )

    def read(self, node: Node, reader: Reader) -> Anomaly | None:
        """Read the measure and what it is compared with."""
        if not isinstance(node, MappingNode):
            return None
        entries: dict[str, Any] = {k: e for k, e in node.entries.items() if k not in OWN}
        measure = reader.measure(replace(node, entries=entries))
        told = read_baseline(node, reader)
        if measure is None or told is None:
            return None
        message = _unusable(measure)
        if message:
            hint = "leave `offset` out, and write a `window` of one length"
            reader.report(finding(ANOMALY, node.origin, message, hint))
            return None
        return Anomaly(measure=measure, baseline=told.baseline, limit=told.limit)


def _unusable(measure: Measure) -> str:
    """Say why a measure cannot be recorded now, or nothing."""
    if found := variables(measure.expr(Query()).text):
        return f"`${found[0].name}` is filled in by Grafana, and a rule is not"
    if all(look.offset.ms for look in measure.looks(Query())):
        return "an anomaly is of now, and its measure is asked about the past"
    return ""


KIND: Final = AnomalyKind()
