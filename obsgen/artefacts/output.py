"""Everything that a build compiled, and the files that it becomes."""

from __future__ import annotations

from dataclasses import dataclass

from obsgen.artefacts.alertmanager import AlertmanagerConfig
from obsgen.artefacts.grafana import Dashboard, GrafanaDatasource
from obsgen.artefacts.prometheus import PrometheusConfig, RuleFile
from obsgen.artefacts.rule_tests import RuleTestFile, Unproven


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A Markdown page, below `docs/`."""

    path: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """
    Everything that one build compiled, for one environment.

    Attributes:
        unproven: The alerts that *rule_tests* do not test.
    """

    rule_files: tuple[RuleFile, ...]
    rule_tests: tuple[RuleTestFile, ...] = ()
    unproven: tuple[Unproven, ...] = ()
    prometheus: PrometheusConfig
    alertmanager: AlertmanagerConfig | None
    dashboards: tuple[Dashboard, ...]
    datasources: tuple[GrafanaDatasource, ...]
    pages: tuple[Page, ...] = ()
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """
    A file to write.

    Attributes:
        path: POSIX, relative to the output folder.
        data: All of it, its lines ended by LF.
        sources: The specs that it comes from.
    """

    path: str
    data: bytes
    sources: tuple[str, ...]
