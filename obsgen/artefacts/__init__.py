"""
What is compiled: rules, an Alertmanager configuration, dashboards, files.

Plain frozen values, free of specs and of output formats. Each carries the place of the spec that
caused it, so that a finding about an artefact points at what its author wrote.
"""

from __future__ import annotations

from obsgen.artefacts.alert_names import alert_path, alert_title
from obsgen.artefacts.alertmanager import (
    AlertmanagerConfig,
    AlertmanagerMatcher,
    AlertRef,
    InhibitRule,
    ReceiverConfig,
    Route,
    RouteTest,
    TimeInterval,
)
from obsgen.artefacts.grafana import (
    DEFAULT_REFRESH,
    DEFAULT_TIME,
    INTERVAL,
    PROMETHEUS,
    Annotation,
    Dashboard,
    ForeignTarget,
    Link,
    Panel,
    Section,
    Target,
    Threshold,
    Variable,
    datasource_variable,
)
from obsgen.artefacts.grafana_servers import GrafanaDatasource, GrafanaServer, SecretFile
from obsgen.artefacts.json import Json
from obsgen.artefacts.loki import SINGLE_TENANT, LokiConfig
from obsgen.artefacts.output import Compiled, OutputFile, Page, QueryScope
from obsgen.artefacts.probes import Probe
from obsgen.artefacts.prometheus import (
    AlertingRule,
    PrometheusConfig,
    RecordingRule,
    RuleFile,
    RuleGroup,
    ScrapeJob,
)
from obsgen.artefacts.rule_tests import (
    ENDS,
    QUIET,
    Expected,
    InputSeries,
    Number,
    RuleTest,
    RuleTestFile,
    Run,
    Unproven,
    counted,
    exact,
    standing,
    united,
)
from obsgen.artefacts.texts import strings_in
from obsgen.artefacts.written import Written

__all__ = [
    "DEFAULT_REFRESH",
    "DEFAULT_TIME",
    "ENDS",
    "INTERVAL",
    "PROMETHEUS",
    "QUIET",
    "SINGLE_TENANT",
    "AlertRef",
    "AlertingRule",
    "AlertmanagerConfig",
    "AlertmanagerMatcher",
    "Annotation",
    "Compiled",
    "Dashboard",
    "Expected",
    "ForeignTarget",
    "GrafanaDatasource",
    "GrafanaServer",
    "InhibitRule",
    "InputSeries",
    "Json",
    "Link",
    "LokiConfig",
    "Number",
    "OutputFile",
    "Page",
    "Panel",
    "Probe",
    "PrometheusConfig",
    "QueryScope",
    "ReceiverConfig",
    "RecordingRule",
    "Route",
    "RouteTest",
    "RuleFile",
    "RuleGroup",
    "RuleTest",
    "RuleTestFile",
    "Run",
    "ScrapeJob",
    "SecretFile",
    "Section",
    "Target",
    "Threshold",
    "TimeInterval",
    "Unproven",
    "Variable",
    "Written",
    "alert_path",
    "alert_title",
    "counted",
    "datasource_variable",
    "exact",
    "standing",
    "strings_in",
    "united",
]
