"""`logs:` of a metric: the lines that Loki counts and records under its name."""

from __future__ import annotations

from typing import Final

from obsgen.alerts.logs import read_lines
from obsgen.catalogue import LogLines, Metric
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.model import Reports
from obsgen.reader.values import read_duration
from obsgen.source import MappingNode, Node

LOG_METRIC: Final = Code(
    "ALR684",
    "log-metric",
    why="Loki records how many lines its window held, a gauge, with the labels that are declared "
    "and those that every query of the metric asks for; a pattern is no value of a label",
    fix="Write `type: gauge`, and where the service's `where` holds more than plain values, a "
    "`where` of the metric's own (`{}` for none). An environment's `where` holds for all.",
)
CODES: Final = (LOG_METRIC,)


def read_log_lines(
    node: Node | None, metric: Metric, everywhere: tuple[Matcher, ...], report: Reports
) -> LogLines | None:
    """
    Return the lines that are recorded as a metric, reporting what they cannot be.

    Args:
        everywhere: What the environment adds to every query.
    """
    if not isinstance(node, MappingNode):
        return None
    place = node.origin.key()
    hint = "write `type: gauge`"
    if metric.type != "gauge":
        message = f"`{metric.name}` is a {metric.type.replace('_', ' ')}; lines are counted anew"
        report(finding(LOG_METRIC, place, f"{message} in each window", hint))
        return None
    loose = [m for m in metric.scope if m.op != "="]
    if loose:
        message = f"`{metric.name}` is asked for with `{loose[0]}`, which Loki cannot record"
        hint = "give the metric `where: {}`"
        if loose[0] in everywhere:
            hint = f"give `{loose[0].label}` one plain value in the environment's `where`"
        report(finding(LOG_METRIC, place, message, hint))
        return None
    return read_lines(node, read_duration(node.get("window"), report), report)
