"""All codes of diagnostics, for `obsgen explain`; each is declared where it is reported."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Final

from obsgen import checks
from obsgen.catalogue import near
from obsgen.diagnostics import Code

MODULES: Final = (
    "obsgen.source.problems",
    "obsgen.formatting",
    "obsgen.reader.alert_tests",
    "obsgen.reader.alerts",
    "obsgen.reader.annotations",
    "obsgen.reader.categories",
    "obsgen.reader.changes",
    "obsgen.reader.checks",
    "obsgen.reader.colors",
    "obsgen.reader.dashboards",
    "obsgen.reader.datasources",
    "obsgen.reader.documents",
    "obsgen.reader.drafts",
    "obsgen.reader.escalations",
    "obsgen.reader.grafana",
    "obsgen.reader.intervals",
    "obsgen.reader.label_values",
    "obsgen.reader.layers",
    "obsgen.reader.limits",
    "obsgen.reader.links",
    "obsgen.reader.lookup",
    "obsgen.reader.matching",
    "obsgen.reader.measures",
    "obsgen.reader.merge",
    "obsgen.reader.metrics",
    "obsgen.reader.modifiers",
    "obsgen.reader.names",
    "obsgen.reader.overrides",
    "obsgen.reader.panel_style",
    "obsgen.reader.panels",
    "obsgen.reader.probe_alerts",
    "obsgen.reader.probes",
    "obsgen.reader.prices",
    "obsgen.reader.profiles",
    "obsgen.reader.project",
    "obsgen.reader.raw",
    "obsgen.reader.references",
    "obsgen.reader.repeats",
    "obsgen.reader.route_checks",
    "obsgen.reader.route_matchers",
    "obsgen.reader.routes",
    "obsgen.reader.integrations",
    "obsgen.reader.route_tests",
    "obsgen.reader.routing",
    "obsgen.reader.runbooks",
    "obsgen.reader.scenarios",
    "obsgen.reader.scrape",
    "obsgen.reader.severities",
    "obsgen.reader.shape",
    "obsgen.reader.sinks",
    "obsgen.reader.slo_alerts",
    "obsgen.reader.slos",
    "obsgen.reader.spec",
    "obsgen.reader.transformations",
    "obsgen.reader.units",
    "obsgen.reader.value_texts",
    "obsgen.reader.values",
    "obsgen.reader.variables",
    "obsgen.measures.count",
    "obsgen.measures.expr",
    "obsgen.measures.quantile",
    "obsgen.measures._parts",
    "obsgen.measures._recorded",
    "obsgen.measures.share",
    "obsgen.measures.slo",
    "obsgen.slis._sides",
    "obsgen.slis.composite",
    "obsgen.slis.latency",
    "obsgen.slis.queries",
    "obsgen.slis.time_slice",
    "obsgen.alerts._baselines",
    "obsgen.alerts._conditions",
    "obsgen.alerts._rule",
    "obsgen.alerts._spend_levels",
    "obsgen.alerts._spend_read",
    "obsgen.alerts.down",
    "obsgen.alerts.forecast",
    "obsgen.alerts.heartbeat",
    "obsgen.alerts.watchdog",
    "obsgen.secrets",
    "obsgen.receivers._findings",
    "obsgen.receivers._forms",
    "obsgen.receivers._templates",
    "obsgen.probes._findings",
    "obsgen.panels._alert_limits",
    "obsgen.panels._data_links",
    "obsgen.panels._measured",
    "obsgen.panels._log_columns",
    "obsgen.panels._log_fields",
    "obsgen.panels._overrides",
    "obsgen.panels._own_keys",
    "obsgen.panels._questions",
    "obsgen.panels._raw",
    "obsgen.panels._raw_targets",
    "obsgen.panels._states",
    "obsgen.panels._style",
    "obsgen.panels._texts",
    "obsgen.panels._thresholds",
    "obsgen.panels._words_of_grafana",
    "obsgen.panels.gauge",
    "obsgen.panels.heatmap",
    "obsgen.panels.panel",
    *(f"obsgen.checks.{name}" for name in checks.KINDS),
    "obsgen.exclusions",
    "obsgen.compile.dashboard_checks",
    "obsgen.compile.ready_dashboards",
    "obsgen.compile.alert_links",
    "obsgen.compile.datasources",
    "obsgen.compile.escalation_checks",
    "obsgen.compile.link_variables",
    "obsgen.compile.own_annotations",
    "obsgen.compile.past_intervals",
    "obsgen.compile.own_dashboards",
    "obsgen.compile.same_alerts",
    "obsgen.compile.heard",
    "obsgen.compile.slo_pages",
    "obsgen.compile.project",
    "obsgen.compile.rule_tests",
    "obsgen.compile.services",
    "obsgen.outputs.configmaps",
    "obsgen.ignores",
    "obsgen.lint.documents",
    "obsgen.live.verify.configuration",
    "obsgen.live.verify.dashboards",
    "obsgen.live.verify.datasources",
    "obsgen.live.verify.metrics",
    "obsgen.live.verify.panels",
    "obsgen.live.verify.rules",
    "obsgen.live.verify.selectors",
    "obsgen.live.verify.targets",
    "obsgen.live.verify.versions",
    "obsgen.pipeline",
    "obsgen.disk.problems",
    "obsgen.http.problems",
    "obsgen.importers.complaints",
    "obsgen.importers.content",
    "obsgen.importers.families",
    "obsgen.importers.prometheus",
    "obsgen.importing",
    "obsgen.live.reports.asking",
    "obsgen.preview.page",
    "obsgen.starter",
    "obsgen.demo",
    "obsgen.tools",
    "obsgen.unit_tests.guards",
)


def all_codes() -> Mapping[str, Code]:
    """Return every code by its id, in order."""
    found: dict[str, Code] = {}
    for name in MODULES:
        for code in importlib.import_module(name).CODES:
            found[code.id] = code
    return dict(sorted(found.items()))


def find(word: str) -> Code | None:
    """Return the code of an id or a name, however it is spelled: `slo301`, `Objective-range`."""
    codes = all_codes()
    names = {code.name: code for code in codes.values()}
    return codes.get(word.upper()) or names.get(word.lower())


def near_miss(word: str) -> str:
    """Return the id or the name that may have been meant, or an empty text."""
    codes = all_codes()
    return near(word.upper(), codes) or near(word.lower(), [c.name for c in codes.values()])
