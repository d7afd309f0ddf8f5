"""Everything that a build compiled, and the files that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsgen.artefacts.alertmanager import AlertmanagerConfig
from obsgen.artefacts.grafana import Dashboard
from obsgen.artefacts.grafana_servers import GrafanaDatasource, GrafanaServer
from obsgen.artefacts.loki import LokiConfig
from obsgen.artefacts.prometheus import PrometheusConfig, RuleFile
from obsgen.artefacts.rule_tests import RuleTestFile, Unproven
from obsgen.artefacts.written import Written
from obsgen.catalogue import Catalogue
from obsgen.diagnostics import Diagnostic
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A Markdown page, below `docs/`."""

    path: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryScope:
    """
    What queries are held to.

    Attributes:
        is_complete: The catalogue holds every metric and label that there is; else only what is
            known of some of them.
        knows_rules: All rules that there are stand in this build.
        written: The PromQL that authors wrote in it.
        scrape_interval: The longest at which its metrics are scraped.
    """

    catalogue: Catalogue
    is_complete: bool = True
    knows_rules: bool = True
    written: tuple[Written, ...] = ()
    scrape_interval: Duration = Duration(15_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """
    Everything that one build compiled, for one environment.

    Attributes:
        log_files: The rules that Loki evaluates, by service; LogQL.
        unproven: The alerts that *rule_tests* do not test.
        scopes: What the queries of each service may ask, by its name.
    """

    rule_files: tuple[RuleFile, ...]
    log_files: tuple[RuleFile, ...] = ()
    loki: LokiConfig = field(default_factory=LokiConfig)
    rule_tests: tuple[RuleTestFile, ...] = ()
    unproven: tuple[Unproven, ...] = ()
    prometheus: PrometheusConfig
    alertmanager: AlertmanagerConfig | None
    dashboards: tuple[Dashboard, ...]
    datasources: tuple[GrafanaDatasource, ...]
    grafana: GrafanaServer = field(default_factory=GrafanaServer)
    pages: tuple[Page, ...] = ()
    scopes: Mapping[str, QueryScope] = field(default_factory=dict)
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """
    A file to write.

    Attributes:
        path: POSIX, relative to the output folder.
        data: All of it, its lines ended by LF.
        sources: The specs that it comes from.
        findings: What was found while it was written.
    """

    path: str
    data: bytes
    sources: tuple[str, ...]
    findings: tuple[Diagnostic, ...] = field(compare=False, repr=False, default=())
