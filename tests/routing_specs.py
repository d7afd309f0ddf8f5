"""Builders for the tests of receivers, routes and the Alertmanager configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from obsgen.artefacts import AlertingRule, AlertmanagerConfig, Compiled, PrometheusConfig
from obsgen.compile.alertmanager import compile_alertmanager
from obsgen.diagnostics import Diagnostic
from obsgen.model import CATEGORIES, Project, Routing, SeverityLevel, SeverityScheme
from obsgen.outputs.alertmanager import files
from obsgen.reader.routing import read_routing
from obsgen.source import MappingNode, read_source
from obsgen.units import Duration

SEVERITIES = SeverityScheme(
    (
        SeverityLevel(name="critical", respond_within=Duration.parse("5m"), page=True),
        SeverityLevel(name="high", respond_within=Duration.parse("15m"), page=True),
        SeverityLevel(name="medium", respond_within=Duration.parse("1h"), aliases=("warning",)),
        SeverityLevel(name="low", respond_within=Duration.parse("24h"), aliases=("info",)),
    )
)

THREE_RECEIVERS = """
receivers:
  chat: {webhook: {url: "http://chat:8080/"}}
  oncall: {webhook: {url: "http://oncall:8080/"}}
  security: {webhook: {url: "http://security:8080/"}}
default_receiver: chat
"""


@dataclass(frozen=True)
class Read:
    routing: Routing | None
    found: tuple[Diagnostic, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(d.code.id for d in self.found)

    @property
    def messages(self) -> tuple[str, ...]:
        return tuple(d.message for d in self.found)

    @property
    def ok(self) -> Routing:
        assert (self.found, self.routing is None) == ((), False), self.messages
        assert self.routing is not None
        return self.routing


def a_project(
    *,
    version: tuple[int, int] = (0, 25),
    severities: SeverityScheme = SEVERITIES,
    teams: tuple[str, ...] | None = None,
    external_labels: dict[str, str] | None = None,
) -> Project:
    return Project(
        name="systems",
        prometheus_version=(2, 42),
        scrape_interval=Duration.parse("15s"),
        evaluation_interval=Duration.parse("30s"),
        retention=Duration.parse("60d"),
        external_labels=external_labels or {},
        target_labels=(),
        alertmanager_version=version,
        alertmanagers=(),
        datasources=(),
        severities=severities,
        teams=teams,
        categories=(*CATEGORIES, "audit"),
        outputs=(),
    )


def documents(text: str) -> tuple[MappingNode, ...]:
    source, found = read_source("specs/routing.yaml", text)
    assert found == ()
    return tuple(d for d in source.documents if isinstance(d, MappingNode))


def read(text: str, project: Project | None = None) -> Read:
    found: list[Diagnostic] = []
    routing = read_routing(documents(text), project or a_project(), found.append)
    return Read(routing, tuple(found))


def a_rule(
    alert: str, *, by: tuple[str, ...] = (), is_open: bool = False, **labels: str
) -> AlertingRule:
    carries = None if is_open else frozenset((*labels, *by))
    return AlertingRule(
        alert=alert, expr="vector(1)", labels=labels, annotations={}, carries=carries
    )


def a_config(
    text: str, rules: tuple[AlertingRule, ...] = (), project: Project | None = None
) -> AlertmanagerConfig:
    config = compile_alertmanager(read(text, project).ok, rules, project or a_project())
    assert config is not None
    return config


def placed(config: AlertmanagerConfig, folder: Path) -> Path:
    """Write the configuration and its templates below a folder; return the configuration."""
    for path, text in written(config).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder / "alertmanager/alertmanager.yml"


def written(config: AlertmanagerConfig | None) -> dict[str, str]:
    """Return the files by path."""
    project = a_project()
    compiled = Compiled(
        rule_files=(),
        prometheus=PrometheusConfig(
            scrape_interval=project.scrape_interval,
            evaluation_interval=project.evaluation_interval,
            retention=project.retention,
            external_labels={},
            alertmanagers=(),
            jobs=(),
            sources=(),
        ),
        alertmanager=config,
        dashboards=(),
        datasources=(),
        sources=(),
    )
    return {file.path: file.data.decode() for file in files(compiled)}
