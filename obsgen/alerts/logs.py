"""
`logs`: so many lines in a log, counted by Loki.

The rule is LogQL, which Loki's ruler evaluates and sends to the same Alertmanager. Syntax: Loki
documentation, "Metric queries" and "Alerting and recording rules". Lines that are not there give no
count, so a limit can only be exceeded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.alerts._cause import Cause
from obsgen.alerts._prose import Firing, Prose
from obsgen.alerts._rule import overwritten, rule_of
from obsgen.catalogue import LogLines, Metric
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.logql import counted, logql_problem
from obsgen.model import Alert, AlertParts, Context, Reader, Reports, Schema
from obsgen.promql.build import Expr
from obsgen.schema.shared import mapping, ref, text
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import COUNT, Duration, number_text

LOGQL: Final = Code(
    "ALR681",
    "logql",
    why="Loki would refuse the rule, and with it all rules of the file",
    fix="Close every bracket and quote, and begin with a selector of streams: "
    '`{job="cart"} |= "error"`.',
)
LOG_LIMIT: Final = Code(
    "ALR682",
    "log-limit",
    why="lines that are not there give no count, so an alert on them fires above a number, or "
    "never",
    fix="Write `above: 0`, or `at_least: 10`.",
)
NOT_OF_LOGS: Final = Code(
    "ALR683",
    "not-of-logs",
    why="Loki evaluates the rule, and asks Prometheus nothing: metrics, hours and series of tests "
    "are unknown to it",
    fix="Remove the key; or record the lines as a metric (`logs:` of a metric), of which "
    "`threshold` makes an alert that takes it.",
)
CODES: Final = (LOGQL, LOG_LIMIT, NOT_OF_LOGS)

_COMPARISONS: Final = {"above": (">", "above"), "at_least": (">=", "at least")}
_KEYS: Final = ("loki", "by", "window", *_COMPARISONS)
_USUAL: Final = Duration(300_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsAlert(Cause):
    """
    Fires where more lines came than a limit allows.

    Attributes:
        comparison: A key of a condition: `above` or `at_least`.
    """

    lines: LogLines
    by: tuple[str, ...]
    comparison: str
    limit: Decimal | Fraction

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """None: lines are no metrics."""
        return ()

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule, for Loki."""
        sign, word = _COMPARISONS[self.comparison]
        limit = number_text(self.limit)
        groups = "".join(f", {label} {{{{ $labels.{label} }}}}" for label in self.by)
        query = counted(self.lines.text, self.lines.window, self.by)
        firing = Firing(
            expr=Expr(f"{query} {sign} {limit}"),
            labels=frozenset(self.by),
            fallback=f"{{value}} log lines within {{window}}{groups}",
            limit=limit,
            window=self.lines.window,
            bound=f"{word} {limit}",
        )
        prose = Prose(alert, context, firing)
        rule = rule_of(alert, context, firing, prose, firing.expr.text)
        found = (*overwritten(alert, context, firing), *_foreign(alert), *prose.diagnostics)
        return AlertParts(log_alerts=(replace(rule, language="logql"),), diagnostics=found)


def _foreign(alert: Alert) -> Iterator[Diagnostic]:
    """Yield a finding for each key that only Prometheus understands."""
    given = {"only_when": alert.only_when, "during": alert.during, "tests": alert.tests}
    for key, value in given.items():
        if value:
            message = f"alert `{alert.name}` is told by Loki, which does not know `{key}`"
            place = (alert.origin / key).key()
            yield finding(NOT_OF_LOGS, place, message, f"remove `{key}`")


class LogsAlertKind:
    """Reads `logs: {loki: LOGQL, by: [LABEL], window: 5m, above: 10}`."""

    key: Final = "logs"
    schema: Final[Schema] = mapping(
        {
            "loki": text("LogQL that selects the lines.", examples=['{job="cart"} |= "error"']),
            "by": ref("label_names", "Labels: the lines of each of their values for themselves."),
            "window": ref("duration", "So far back lines are counted; 5m unless given."),
            "above": text("It fires where there are more.", examples=[10]),
            "at_least": text("It fires where there are as many.", examples=[1]),
        },
        required=("loki",),
        description="Lines of a log, counted by Loki.",
        examples=[{"loki": '{job="cart"} |= "out of memory"', "above": 0}],
    )

    def read(self, node: Node, reader: Reader) -> LogsAlert | None:
        """Read which lines are counted, and how many are too many."""
        if not isinstance(node, MappingNode):
            return None
        lines = read_lines(node, reader.duration(node.get("window")), reader.report)
        chosen = [key for key in _COMPARISONS if key in node.entries]
        others = [k for k in node.entries if k not in _KEYS and not k.startswith("x-")]
        if others and not chosen:
            return None  # a limit of another word, reported as a key that is not known
        if len(chosen) != 1:
            message = "the lines are held to no limit" if not chosen else "there are two limits"
            hint = "write `above: 0`" if not chosen else "keep one of them"
            reader.report(finding(LOG_LIMIT, node.origin, message, hint))
            return None
        limit = reader.amount(node.get(chosen[0]), COUNT)
        if lines is None or limit is None:
            return None
        by = node.get("by")
        labels = by.items if isinstance(by, Sequence) else ()
        return LogsAlert(
            lines=lines,
            by=tuple(dict.fromkeys(i.text for i in labels if isinstance(i, Scalar))),
            comparison=chosen[0],
            limit=limit,
        )


def read_lines(node: MappingNode, window: Duration | None, report: Reports) -> LogLines | None:
    """
    Read the query; None where Loki could not.

    Args:
        window: So far back its lines are counted; 5m where that is not said.
    """
    scalar = node.get("loki")
    if not isinstance(scalar, Scalar) or scalar.is_null:
        return None
    if problem := logql_problem(scalar.text):
        hint = "write a selector of streams, then what its lines hold"
        report(finding(LOGQL, scalar.origin, f"this is no LogQL: {problem}", hint))
        return None
    return LogLines(text=scalar.text, window=str(window or _USUAL), origin=scalar.origin)


KIND: Final = LogsAlertKind()
