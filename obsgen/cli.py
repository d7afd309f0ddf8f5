"""
The command line: parses arguments and calls. What is done stands in lower floors.

Whatever a command needs is imported in it, so that `--help` waits for none of that.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

import obsgen

_FORMATS: Final = ("text", "json", "github")
_SEVERITIES: Final = ("error", "warning", "info")
_STANDARD_INPUT: Final = "-"
_FOUND: Final = 1
_BUG: Final = 3
_INTERRUPTED: Final = 130  # what shells show for SIGINT


def main() -> None:
    """Run the command line; a bug ends with exit code 3 and a sentence, not a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that lacks a character of a path still gets the rest of the line.
        sys.stdout.reconfigure(errors="backslashreplace")
    # A run is short and makes no circles of objects; looking for them is a tenth of it.
    gc.disable()
    try:
        sys.exit(commands.main(prog_name="obsgen", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("obsgen: interrupted", err=True)
        sys.exit(_INTERRUPTED)
    except OSError as error:
        click.echo(f"obsgen: error: {error.strerror or error}", err=True)
        sys.exit(_FOUND)
    except Exception as error:
        _fail_on_bug(error)


def _fail_on_bug(error: Exception) -> None:
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = ""
    if where is not None:
        place = f" ({Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno})"
    click.echo(
        f"obsgen: this is a bug in obsgen: {type(error).__name__}: {error}{place}\n"
        "  hint: report it with the spec that caused it",
        err=True,
    )
    sys.exit(_BUG)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(obsgen.__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """
    Compile SLOs, alerts, routing and dashboards from specs.

    Specs are YAML files below specs/; the output is written to generated/.
    """


def _paths(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("paths", nargs=-1, type=click.Path(), metavar="[SPECS]...")(command)


def _report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--format",
        "format_",
        type=click.Choice(_FORMATS),
        default="text",
        show_default=True,
        help="How findings are written, to standard error.",
    )(command)
    return click.option(
        "--fail-on",
        type=click.Choice(_SEVERITIES),
        default="error",
        show_default=True,
        help="The least grave finding that fails.",
    )(command)


@commands.command()
@_paths
@_report_options
def validate(paths: tuple[str, ...], format_: str, fail_on: str) -> None:
    """
    Check specs and report every problem.

    SPECS are files and folders (specs/ unless given); `-` reads standard input. What stands in a
    specs/ folder is checked with all of it; anything else takes the Project from the nearest one.
    """
    from obsgen import terminal, workspace

    standard_input = None
    if _STANDARD_INPUT in paths:
        standard_input = sys.stdin.buffer.read()
    files = [Path(path) for path in paths or ("specs",) if path != _STANDARD_INPUT]
    checked = workspace.check(files, standard_input, cwd=Path.cwd())
    failed = terminal.print_findings(checked, format_, fail_on=fail_on)
    terminal.print_summary(checked, format_)
    sys.exit(_FOUND if failed else 0)


@commands.command()
@_paths
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("generated"),
    show_default=True,
    help="The folder to write to.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if the folder is not up to date.")
@click.option("--env", "environment", metavar="NAME", help="Only this environment.")
@_report_options
def generate(
    paths: tuple[str, ...],
    output: Path,
    check: bool,
    environment: str | None,
    format_: str,
    fail_on: str,
) -> None:
    """
    Compile specs and write what comes out.

    SPECS are files and folders (specs/ unless given). Nothing is written if there is an error.
    With environments, each is written to a folder of its name.
    """
    from obsgen import disk, terminal, workspace

    files = [Path(path) for path in paths or ("specs",)]
    built = workspace.compile_specs(files, environment, cwd=Path.cwd())
    if terminal.print_findings(built, format_, fail_on=fail_on):
        terminal.print_summary(built, format_, outcome=": nothing was written")
        sys.exit(_FOUND)
    is_all = environment is None
    try:
        if check:
            differences = workspace.difference(built, output, is_all=is_all)
            terminal.print_differences(differences, format_)
            sys.exit(_FOUND if differences else 0)
        terminal.print_written(workspace.write(built, output, is_all=is_all), format_)
    except disk.ObsgenError as error:
        terminal.print_error(error, format_)
        sys.exit(_FOUND)


@commands.command()
def schema() -> None:
    """Print the JSON Schema of specs, for editors."""
    from obsgen import schema as language

    click.echo(language.as_json().encode(), nl=False)


@commands.command()
@click.argument("code")
def explain(code: str) -> None:
    """
    Explain a code of a finding.

    CODE is SLO301 or its name, objective-range: what it means, and what to write instead.
    """
    from obsgen import codes

    found = codes.find(code)
    if found is None:
        guess = codes.near_miss(code)
        hint = f"did you mean {guess}?" if guess else "codes look like SLO301"
        raise click.UsageError(f"no code `{code}`; {hint}")
    click.echo(f"{found.id} {found.name} ({found.severity})\n\n{found.why}\n\n{found.fix}")


@commands.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--service", default="my-service", show_default=True, help="The service's name.")
def init(folder: Path, service: str) -> None:
    """
    Start a project for one service.

    The specs are written into FOLDER (here unless given); no file is ever overwritten.
    """
    from obsgen import disk, starter, terminal

    problem = starter.name_problem(service)
    if problem:
        raise click.BadParameter(problem, param_hint="--service")
    try:
        written = starter.write(folder, service)
    except disk.ObsgenError as error:
        terminal.print_error(error)
        sys.exit(_FOUND)
    for path in written:
        click.echo(path)
    click.echo(f"next: edit {written[0]}, then run `obsgen generate`", err=True)
