"""
What is wrong with queries and rules that Prometheus would accept.

Each check is a file of its own and looks at what was compiled, whether from specs or from plain
rule files. Every one says which mistake it finds, why it matters and what to write instead.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Compiled
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import subject_of
from obsgen.diagnostics import Diagnostic
from obsgen.model.checks import CheckSettings

KINDS: Final = (
    "selectors",
    "rate_of_gauge",
    "bare_counter",
    "rate_of_sum",
    "quantile_buckets",
    "histogram_as_gauge",
    "ratio_of_series",
    "never",
    "different_units",
    "percent_limits",
    "rate_limits",
    "scaled_rate",
    "one_minus_rate",
    "nan_in_aggregation",
    "ranges",
    "regexes",
    "features",
    "filesystem",
    "exporter_up",
    "series_of_panel",
    "id_labels",
    "cardinality",
    "recordings",
    "metric_names",
    "no_condition",
    "alert_texts",
    "topk_in_alert",
    "duplicates",
    "policy",
)
"""Every check, by the name of its module."""

__all__ = ["KINDS", "Check", "Example", "check", "load"]


def load(name: str) -> Check:
    """Return the check of a module."""
    found: Check = importlib.import_module(f"obsgen.checks.{name}").KIND
    return found


def check(compiled: Compiled, settings: CheckSettings) -> Iterator[Diagnostic]:
    """Yield everything that the checks find, as grave as the settings say."""
    subject = subject_of(compiled, settings)
    for name in KINDS:
        for diagnostic in load(name).run(subject):
            severity = settings.severities.get(diagnostic.code.id, diagnostic.severity)
            if severity is not None:
                yield replace(diagnostic, severity=severity)
