"""
What is wrong with queries and rules that Prometheus would accept.

Each check is a file of its own and looks at what was compiled, whether from specs or from plain
rule files. Every one says which mistake it finds, why it matters and what to write instead.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Compiled
from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import subject_of
from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Severity, finding
from obsgen.exclusions import Exclusions
from obsgen.model.checks import CheckSettings
from obsgen.reader.checks import CHECK_SETTING

_OF_DASHBOARDS: Final = (
    "dashboards.template_job",
    "dashboards.template_instance",
    "dashboards.template_label_promql",
    "dashboards.panel_datasource",
    "dashboards.panel_title_description",
    "dashboards.panel_units",
    "dashboards.panel_no_targets",
    "dashboards.target_promql",
    "dashboards.target_logql",
    "dashboards.target_logql_auto",
    "dashboards.target_rate_interval",
    "dashboards.target_job",
    "dashboards.target_instance",
    "dashboards.target_counter_agg",
    "dashboards.overlap",
    "dashboards.undefined_variable",
    "dashboards.idle_variable",
    "dashboards.unknown_series",
    "dashboards.other_unit",
    "dashboards.reduction",
    "dashboards.ref_ids",
    "dashboards.crowded",
    "dashboards.recorded_range",
)
KINDS: Final = (
    "selectors",
    "grouping",
    "rate_of_gauge",
    "bare_counter",
    "rate_of_sum",
    "quantile_buckets",
    "quantiles",
    "average_of_quantiles",
    "sum_of_buckets",
    "histogram_as_gauge",
    "ratio_of_series",
    "never",
    "different_units",
    "percent_limits",
    "limits_in_texts",
    "timestamps",
    "rate_limits",
    "scaled_rate",
    "one_minus_rate",
    "nan_in_aggregation",
    "infinite",
    "ranges",
    "regexes",
    "label_writing",
    "features",
    "filesystem",
    "exporter_up",
    "series_of_panel",
    "id_labels",
    "cardinality",
    "recordings",
    "recorded_labels",
    "metric_names",
    "no_condition",
    "bare_alerts",
    "alert_texts",
    "template_functions",
    "topk_in_alert",
    "duplicates",
    "external_labels",
    "policy",
    "default_only",
    "idle_routes",
    "group_labels",
    "swallowing",
    "never_open",
    "route_tests",
    "notification_texts",
    *_OF_DASHBOARDS,
)
"""Every check, by the name of its module."""

__all__ = [
    "KINDS",
    "Check",
    "Example",
    "check",
    "codes",
    "dashboard_rules",
    "load",
    "on_demand",
]


def load(name: str) -> Check:
    """Return the check of a module."""
    found: Check = importlib.import_module(f"obsgen.checks.{name}").KIND
    return found


@functools.cache
def codes() -> Mapping[str, Code]:
    """Return the codes of all findings here, by their ids."""
    modules = (importlib.import_module(f"obsgen.checks.{name}") for name in KINDS)
    return {
        code.id: code
        for module in modules
        for code in (*module.CODES, *(example.code for example in module.KIND.examples))
    }


@functools.cache
def on_demand() -> frozenset[str]:
    """Return the ids of the codes that count only where a Project says how grave they are."""
    names = (name for name in KINDS if load(name).is_opt_in)
    modules = (importlib.import_module(f"obsgen.checks.{name}") for name in names)
    return frozenset(code.id for module in modules for code in module.CODES)


@functools.cache
def dashboard_rules() -> frozenset[str]:
    """Return the names of what is found in dashboards, as `.lint` files call it."""
    modules = (importlib.import_module(f"obsgen.checks.{name}") for name in _OF_DASHBOARDS)
    return frozenset(code.name for module in modules for code in module.CODES)


def check(
    compiled: Compiled, settings: CheckSettings, exclusions: Exclusions | None = None
) -> Iterator[Diagnostic]:
    """
    Yield everything that the checks find, as grave as the settings say.

    Args:
        exclusions: What `.lint` files say of dashboards; they learn what they were good for.
    """
    severities = dict[str, Severity | None]()
    known = codes()
    by_name = {code.name: code.id for code in known.values()}
    for word, severity in settings.severities.items():
        if (found := by_name.get(word, word)) in known:
            severities[found] = severity
        else:
            guess = near(word, (*by_name, *known))
            hint = f"did you mean `{guess}`?" if guess else "`obsgen explain CODE` tells of one"
            place = settings.places.get(word, NOWHERE)
            yield finding(CHECK_SETTING, place, f"check `{word}` is not known", hint)
    subject = subject_of(compiled, settings, exclusions)
    for name in KINDS:
        kind = load(name)
        for diagnostic in kind.run(subject):
            unless_said = None if kind.is_opt_in else diagnostic.severity
            severity = severities.get(diagnostic.code.id, unless_said)
            if severity is not None:
                # What a check is less sure of stays below what its code is set to.
                is_unsure = diagnostic.severity < diagnostic.code.severity
                least = min(severity, diagnostic.severity) if is_unsure else severity
                yield replace(diagnostic, severity=least)
