"""The command line: parses arguments, prints. What is done stands in lower floors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NoReturn

import click

import obsgen

_FORMATS: Final = ("text", "json", "github")
_SEVERITIES: Final = ("error", "warning", "info")
_STANDARD_INPUT: Final = "-"
_FOUND: Final = 1
_BUG: Final = 3


def main() -> None:
    """Run the command line; a bug ends with exit code 3 and a sentence, not a traceback."""
    # A terminal that lacks a character of a path still gets the rest of the line.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a text file
    try:
        commands(prog_name="obsgen")
    except Exception as error:  # noqa: BLE001 - the last resort of a command-line program
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
    from obsgen import workspace  # noqa: PLC0415 - `--help` imports nothing

    standard_input = None
    if _STANDARD_INPUT in paths:
        standard_input = click.get_binary_stream("stdin").read()
    files = [Path(path) for path in paths or ("specs",) if path != _STANDARD_INPUT]
    checked = workspace.check(files, standard_input, cwd=Path.cwd())
    failed = _report(checked, format_, fail_on)
    _say(_summary(checked), format_)
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
    from obsgen import disk, workspace  # noqa: PLC0415 - `--help` imports nothing

    files = [Path(path) for path in paths or ("specs",)]
    built = workspace.compile_specs(files, environment, cwd=Path.cwd())
    if _report(built, format_, fail_on):
        _say(f"{_summary(built)}: nothing was written", format_)
        sys.exit(_FOUND)
    is_all = environment is None
    try:
        if check:
            _show(workspace.difference(built, output, is_all=is_all), format_)
        else:
            _tell(workspace.write(built, output, is_all=is_all), format_)
    except disk.ObsgenError as error:
        _fail(error, format_)


def _show(differences: tuple[Any, ...], format_: str) -> None:
    """Print what is not up to date, and fail if anything is."""
    for difference in differences:
        # The bytes of the files, whatever the terminal calls its encoding.
        click.echo(difference.text.encode(), nl=False)
    if differences:
        count = f"{len(differences)} file{'' if len(differences) == 1 else 's'}"
        _say(f"{count} not up to date: run `obsgen generate`", format_)
        sys.exit(_FOUND)


def _tell(written: Iterable[tuple[Path, Any]], format_: str) -> None:
    for folder, did in written:
        counts = {"written": did.changed, "unchanged": did.unchanged, "removed": did.removed}
        words = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items())
        _say(f"{folder}: {words}", format_)


@commands.command()
def schema() -> None:
    """Print the JSON Schema of specs, for editors."""
    from obsgen import schema as language  # noqa: PLC0415 - `--help` imports nothing

    click.echo(language.as_json().encode(), nl=False)


@commands.command()
@click.argument("code")
def explain(code: str) -> None:
    """
    Explain a code of a finding.

    CODE is SLO301 or its name, objective-range: what it means, and what to write instead.
    """
    from obsgen import codes  # noqa: PLC0415 - `--help` imports nothing

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
    from obsgen import disk, starter  # noqa: PLC0415 - `--help` imports nothing

    problem = starter.name_problem(service)
    if problem:
        raise click.BadParameter(problem, param_hint="--service")
    try:
        written = starter.write(folder, service)
    except disk.ObsgenError as error:
        _fail(error)
    for path in written:
        click.echo(path)
    click.echo(f"next: edit {written[0]}, then run `obsgen generate`", err=True)


def _report(built: Any, format_: str, fail_on: str) -> bool:
    """Print findings; say whether one is as grave as *fail_on*."""
    from obsgen.diagnostics import Severity  # noqa: PLC0415 - `--help` imports nothing
    from obsgen.report import FORMATS  # noqa: PLC0415

    text = FORMATS[format_](built.diagnostics, built.source_map, color=_is_colored())
    click.echo(text, err=True, nl=False)
    least = Severity[fail_on.upper()]
    return any(d.severity >= least for d in built.diagnostics)


def _fail(error: Any, format_: str = "text") -> NoReturn:
    """Print why the system does not let obsgen go on."""
    from obsgen.report import FORMATS  # noqa: PLC0415 - `--help` imports nothing
    from obsgen.source import SourceMap  # noqa: PLC0415

    text = FORMATS[format_]((error.diagnostic,), SourceMap(()), color=_is_colored())
    click.echo(text, err=True, nl=False)
    sys.exit(_FOUND)


def _is_colored() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def _summary(built: Any) -> str:
    from obsgen.report import summary  # noqa: PLC0415 - `--help` imports nothing

    return summary(built.diagnostics)


def _say(sentence: str, format_: str) -> None:
    """Print a sentence for people, where nothing but findings is read by a program."""
    if format_ == "text":
        click.echo(sentence, err=True)
