"""
What the rules of SLOs read and store, beside what plain range queries would read.

Samples are counted in the compiled rules themselves (`reads`), as Prometheus counts them: one a
series for an instant selector, all in the range for a range selector, each selector anew. How many
series there are is assumed (`series`), or told.
"""

from __future__ import annotations

from obsgen.costs.series import DEFAULT_GROUPS, DEFAULT_SERIES, Assumptions, known_metrics
from obsgen.costs.slos import SloCost, costs, total
from obsgen.costs.views import as_json, sections

__all__ = [
    "DEFAULT_GROUPS",
    "DEFAULT_SERIES",
    "Assumptions",
    "SloCost",
    "as_json",
    "costs",
    "known_metrics",
    "sections",
    "total",
]
