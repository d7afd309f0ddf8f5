"""How long 10,000 plain rules take to be checked, and whether twice as many take twice as long."""

from __future__ import annotations

import gc
import time
from typing import Final

from benchmarks.table import Figure
from obsgen.lint import LintOptions, lint

_SIZES: Final = (5_000, 10_000)
_AIM_SECONDS: Final = 10.0
_AIM_TWICE: Final = 2.2
_IN_A_GROUP: Final = 10
_EXPRESSIONS: Final = (
    'sum by (job) (rate(app{n}_requests_total{{code=~"5..",env="prod"}}[5m]))'
    " / sum by (job) (rate(app{n}_requests_total[5m])) > 0.05",
    "histogram_quantile(0.95, sum by (le, job) "
    '(rate(app{n}_latency_seconds_bucket{{job="api"}}[5m]))) > 2',
    'node_memory_MemAvailable_bytes{{job="j{n}"}} / node_memory_MemTotal_bytes{{job="j{n}"}} < 0.1',
    'predict_linear(node_filesystem_avail_bytes{{fstype!~"tmpfs|overlay",job="j{n}"}}[6h], 86400)'
    " < 0 and on (instance, job, device) node_filesystem_readonly == 0",
    'up{{job="job{n}"}} == 0',
)


def figures() -> list[Figure]:
    """Return the time for each size; each has rules of its own, so that no cache helps."""
    _seconds(_IN_A_GROUP, first=0)  # imports
    took = {size: _seconds(size, first=size) for size in _SIZES}
    few, many = (took[size] for size in _SIZES)
    checked = Figure(
        what=f"{_SIZES[1]:,} rules checked",
        measured=f"{_SIZES[1] / many:,.0f} rules/s",
        ratio=many,
        at_most=_AIM_SECONDS,
        unit=" s",
    )
    twice = Figure(
        what="twice the rules",
        measured=f"{many:.2f} s against {few:.2f} s",
        ratio=many / few,
        at_most=_AIM_TWICE,
    )
    return [checked, twice]


def _seconds(count: int, *, first: int) -> float:
    text = _rules(count, first)
    gc.collect()
    gc.disable()  # as the command does
    start = time.process_time()
    built = lint({"rules.yml": text}, LintOptions())
    took = time.process_time() - start
    assert not built.diagnostics
    return took


def _rules(count: int, first: int) -> str:
    lines = ["groups:"]
    for number in range(first, first + count):
        if number % _IN_A_GROUP == 0:
            lines += [f"- name: group-{number}", "  rules:"]
        expr = _EXPRESSIONS[number % len(_EXPRESSIONS)].format(n=number)
        lines += [
            f"  - alert: Alert{number}",
            f"    expr: '{expr}'",
            "    for: 5m",
            "    labels: {severity: page}",
            "    annotations: {summary: 'It is {{ $value | humanize }} at {{ $labels.job }}'}",
        ]
    return "\n".join(lines)
