"""`obsgen verify`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from obsgen.commands.options import (
    FOUND,
    answer_option,
    environment_option,
    fail_option,
    specs_argument,
)
from obsgen.commands.servers import access_to, demand_url, server_options, token_options
from obsgen.commands.specs import compile_paths

_WITH_TOKENS: Final = ("alertmanager", "grafana")
"""The servers that have options of their own for a token, beside Prometheus's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says."""

    paths: tuple[str, ...]
    environment: str | None
    prometheus: str
    alertmanager: str
    grafana: str
    notify_test: bool
    labels: tuple[str, ...]
    format_: str
    fail_on: str
    token_file: Path | None
    token_variable: str | None
    alertmanager_token_file: Path | None
    alertmanager_token_variable: str | None
    grafana_token_file: Path | None
    grafana_token_variable: str | None
    ca_file: Path | None
    timeout: float

    @property
    def urls(self) -> dict[str, str]:
        """The addresses that are given, by the names of servers."""
        every = ("prometheus", "alertmanager", "grafana")
        return {name: url for name in every if (url := getattr(self, name))}

    @property
    def test_labels(self) -> dict[str, str]:
        """The labels of the test alert."""
        return dict(_label(text) for text in self.labels)


@click.command()
@specs_argument
@environment_option
@click.option("--prometheus", default="", metavar="URL", help="The Prometheus that is asked.")
@click.option("--alertmanager", default="", metavar="URL", help="The Alertmanager that is asked.")
@click.option("--grafana", default="", metavar="URL", help="The Grafana that is asked.")
@click.option(
    "--notify-test",
    is_flag=True,
    help="Send a test alert to Alertmanager, too, and tell whom it should reach.",
)
@click.option(
    "--labels",
    multiple=True,
    metavar="NAME=VALUE",
    help="A label of the test alert; may be given again.",
)
@answer_option
@fail_option
@server_options
@token_options("alertmanager-token", "alertmanager_token", "Alertmanager")
@token_options("grafana-token", "grafana_token", "Grafana")
def verify(**options: Any) -> None:  # noqa: ANN401 (as click gives them)
    """
    Compare servers that run with the specs.

    SPECS are files and folders (specs/ unless given). Prometheus: are the declared metrics and the
    scrape targets there, are all rules loaded, healthy and the same, does no query of a panel or an
    alert fail or find nothing. Alertmanager: does it run this configuration. Grafana: are the
    dashboards there, unchanged.
    """
    from obsgen import terminal
    from obsgen.diagnostics import ObsgenError

    asked = _Asked(**options)
    _check(asked)
    places = _places(asked)
    try:
        failed = _verify(asked, places)
    except ObsgenError as error:
        terminal.print_error(error)
        failed = True
    sys.exit(FOUND if failed else 0)


def _check(asked: _Asked) -> None:
    if not asked.urls:
        raise click.UsageError("give a server: --prometheus, --alertmanager or --grafana URL")
    for name, url in asked.urls.items():
        demand_url(url, f"--{name}")
    for name in _WITH_TOKENS:
        has_token = getattr(asked, f"{name}_token_file") or getattr(asked, f"{name}_token_variable")
        if has_token and name not in asked.urls:
            raise click.UsageError(f"--{name}-token-… needs --{name} URL")
    if asked.notify_test and not asked.alertmanager:
        raise click.UsageError("--notify-test needs --alertmanager URL")
    if asked.labels and not asked.notify_test:
        raise click.UsageError("--labels are those of --notify-test")
    if len(asked.test_labels) < len(asked.labels):
        raise click.BadParameter("a label is given twice", param_hint="--labels")


def _label(text: str) -> tuple[str, str]:
    import re

    name, is_given, value = text.partition("=")
    if not is_given or not value or not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name):
        raise click.BadParameter(
            f"`{text}` is no label: write severity=critical", param_hint="--labels"
        )
    return name, value


def _verify(asked: _Asked, places: dict[str, Any]) -> bool:
    """Ask and print; say whether it failed: what is not known is not well."""
    from obsgen import terminal
    from obsgen.live.verify.run import all_findings, verify
    from obsgen.progress import progress

    built = compile_paths(
        asked.paths, asked.environment, outcome="no server was asked", format_=asked.format_
    )
    if built is None:
        return True
    checks = verify(built.specs[0], built.compiled[0], places, progress)
    trial = _trial(asked, built, places["alertmanager"]) if asked.notify_test else None
    _tell(asked, built, checks, trial)
    found = terminal.Told(
        diagnostics=tuple(all_findings(checks)), source_map=built.source_map, sources=()
    )
    return terminal.has_failed(found, asked.fail_on)


def _places(asked: _Asked) -> dict[str, Any]:
    from obsgen.live.verify.run import Place

    places = {}
    for name, url in asked.urls.items():
        own = {"name": f"{name}_token", "option": f"{name}-token"} if name in _WITH_TOKENS else {}
        places[name] = Place(url=url, access=access_to(asked, **own))
    return places


def _tell(asked: _Asked, built: Any, checks: Any, trial: Any) -> None:  # noqa: ANN401
    """Print findings and the table, or one object for programs."""
    from obsgen import tables, terminal
    from obsgen.live.verify.run import all_findings
    from obsgen.live.verify.shown import document, section
    from obsgen.outputs.json import dump

    if asked.format_ == "json":
        more = {} if trial is None else {"test_alert": trial.json}
        terminal.print_data(dump(document(checks, built.source_map, more)))
        return
    found = terminal.Told(
        diagnostics=tuple(all_findings(checks)), source_map=built.source_map, sources=()
    )
    terminal.print_findings(found, "text", fail_on=asked.fail_on, tells_infos=False)
    terminal.print_summary(found, "text", fail_on=asked.fail_on)
    tables.print_sections([section(checks), *([] if trial is None else [trial.section])])


def _trial(asked: _Asked, built: Any, place: Any) -> Any:  # noqa: ANN401 (imported where used)
    from obsgen.http import Client
    from obsgen.live.verify.trial import send

    labels = dict(asked.test_labels)
    if "severity" in labels:
        scheme = built.specs[0].project.severities
        labels["severity"] = scheme.resolve(labels["severity"]) or labels["severity"]
    with Client(place.access) as client:
        return send(built.compiled[0], client, place.url, labels)
