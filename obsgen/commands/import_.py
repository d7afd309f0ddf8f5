"""`obsgen import`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from obsgen.commands.destinations import demand_file, output_file_options
from obsgen.commands.options import (
    FOUND,
    STANDARD_INPUT,
    report_options,
)
from obsgen.commands.servers import access_to, demand_url, server_options

_KINDS: Final = ("preset", "service", "part")
_MOST_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says."""

    source: str
    is_api: bool
    job: str
    globs: tuple[str, ...]
    with_runtime: bool | None
    values: int
    kind: str
    name: str
    service: str
    output: Path | None
    force: bool
    token_file: Path | None
    token_variable: str | None
    ca_file: Path | None
    timeout: float
    format_: str
    report: str | None
    fail_on: str

    @property
    def is_url(self) -> bool:
        return "://" in self.source

    @property
    def given_names(self) -> dict[str, str]:
        """What is given to name the document, by option."""
        return {"name": self.name, "service": self.service}


@click.group(name="import")
def import_() -> None:
    """Make specs of what is already there."""


@import_.command()
@click.argument("source", metavar="FILE|URL")
@click.option("--prometheus", "is_api", is_flag=True, help="URL is that of a Prometheus server.")
@click.option("--job", default="", metavar="NAME", help="Only what Prometheus scrapes as this job.")
@click.option(
    "--match",
    "globs",
    metavar="GLOB",
    multiple=True,
    help="Only metrics of such names, with * and ?; may be given again.",
)
@click.option(
    "--with-runtime/--without-runtime",
    default=None,
    help="Import go_*, process_*, python_* and the like, or not (unless --match asks for them).",
)
@click.option(
    "--values",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Declare the values of labels that have at most N.",
)
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    default="preset",
    show_default=True,
    help="The document that is written.",
)
@click.option(
    "--name", default="", metavar="NAME", help="Its name.", show_default="the job, or imported"
)
@click.option("--service", default="", metavar="NAME", help="The service that a part belongs to.")
@output_file_options
@server_options
@report_options
def metrics(**options: Any) -> None:  # noqa: ANN401 (as click gives them)
    """
    Make a catalogue of metrics.

    FILE holds a page of metrics, in Prometheus's text format or in OpenMetrics; `-` reads standard
    input. URL is where a program exposes it, or the address of a Prometheus server, whose metadata
    and series are asked for. The spec goes to standard output.
    """
    from obsgen import terminal
    from obsgen.diagnostics import ObsgenError

    asked = _Asked(**options)
    _check(asked)
    access = access_to(asked)
    try:
        failed = _import(asked, access)
    except ObsgenError as error:
        terminal.print_error(error, asked.format_)
        failed = True
    sys.exit(FOUND if failed else 0)


def _import(asked: _Asked, access: Any) -> bool:  # noqa: ANN401 (an Access)
    """Import, print and write; say whether it failed."""
    from obsgen import http, terminal
    from obsgen.disk.single import read_file, read_stream, write_file
    from obsgen.importers.document import Head
    from obsgen.importers.kinds import KINDS
    from obsgen.importers.wanted import Wanted
    from obsgen.importing import Importer
    from obsgen.progress import progress

    with_runtime = bool(asked.globs) if asked.with_runtime is None else asked.with_runtime
    wanted = Wanted(globs=asked.globs, with_runtime=with_runtime)
    source = http.shown(asked.source) if asked.is_url else _file_name(asked.source)
    document = KINDS[asked.kind]
    name = document.name_of(asked.given_names, asked.job)
    head = Head(document=document, name=name, source=source, values=asked.values)
    importer = Importer(wanted=wanted, head=head, progress=progress)
    if asked.is_url:
        with http.Client(access) as client:
            if asked.is_api or asked.job:
                imported = importer.from_prometheus(asked.source, client, asked.job)
            else:
                imported = importer.from_url(asked.source, client)
    elif asked.source == STANDARD_INPUT:
        given = read_stream(sys.stdin.buffer, source, most_bytes=_MOST_BYTES)
        imported = importer.from_page(given)
    else:
        imported = importer.from_page(read_file(Path(asked.source), most_bytes=_MOST_BYTES))
    shown = terminal.shown_format(asked.format_, asked.report)
    failed = terminal.print_findings(imported, shown, fail_on=asked.fail_on)
    if not terminal.write_report(imported, asked.format_, asked.report) or failed:
        return True
    if asked.output is None:
        click.echo(imported.text.encode(), nl=False)
    else:
        write_file(asked.output, imported.text.encode(), replace=asked.force)
    terminal.say(imported.summary, shown)
    return False


def _file_name(source: str) -> str:
    return "<stdin>" if source == STANDARD_INPUT else source


def _check(asked: _Asked) -> None:
    """Refuse what contradicts itself, and names that no spec can have."""
    import re

    from obsgen.importers.kinds import KINDS
    from obsgen.importers.wanted import glob_problem

    if asked.is_url:
        demand_url(asked.source, "FILE|URL")
    if not asked.is_url and (asked.is_api or asked.job):
        raise click.UsageError("--prometheus and --job need the URL of a Prometheus server")
    for glob in asked.globs:
        if problem := glob_problem(glob):
            raise click.BadParameter(problem, param_hint="--match")
    demand_file(asked.output, replace=asked.force)
    document = KINDS[asked.kind]
    if document.is_of_service != bool(asked.service):
        raise click.UsageError("--kind part and --service NAME belong together")
    if document.is_of_service and asked.name:
        raise click.UsageError("a part has no --name, but that of its --service")
    name = document.name_of(asked.given_names, asked.job)
    if not re.fullmatch(document.pattern, name):
        message = f"`{name}` is no name of a {document.named}: {document.form}"
        raise click.BadParameter(message, param_hint=f"--{document.name_key}")
