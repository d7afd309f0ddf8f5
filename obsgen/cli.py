"""The command line: parses arguments, prints. What is done stands in lower floors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import click

_FORMATS: Final = ("text", "json", "github")
_SEVERITIES: Final = ("error", "warning", "info")
_STDIN: Final = "<stdin>"
_FOUND: Final = 1
_BUG: Final = 3


def main() -> None:
    """Run the command line; a bug ends with exit code 3 and a sentence, not a traceback."""
    try:
        commands(prog_name="obsgen")
    except Exception as error:  # noqa: BLE001 - the last resort of a command-line program
        _fail_on_bug(error)


def _fail_on_bug(error: Exception) -> None:
    from obsgen.disk import ObsgenError  # noqa: PLC0415

    if isinstance(error, ObsgenError):
        click.echo(f"obsgen: error: {error}", err=True)
        sys.exit(_FOUND)
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = "" if where is None else f" ({Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno})"
    click.echo(
        f"obsgen: this is a bug in obsgen: {type(error).__name__}: {error}{place}\n"
        "  hint: report it with the spec that caused it; nothing was written",
        err=True,
    )
    sys.exit(_BUG)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="obsgen", message="%(prog)s %(version)s")
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

    SPECS are files and folders (specs/ unless given); `-` reads standard input. Files checked
    alone take the Project from the nearest specs/.
    """
    from obsgen import workspace  # noqa: PLC0415 - `--help` imports nothing

    standard_input = sys.stdin.buffer.read() if "-" in paths else None
    files = [Path(p) for p in paths if p != "-"]
    if not paths:
        files = [Path("specs")]
    checked = workspace.check(files, standard_input, cwd=Path.cwd())
    _finish(checked, format_, fail_on)


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
    """
    from obsgen import disk, workspace  # noqa: PLC0415 - `--help` imports nothing

    files = [Path(p) for p in paths] or [Path("specs")]
    built = workspace.compile_specs(files, environment, cwd=Path.cwd())
    failed = _report(built, format_, fail_on)
    if failed:
        sys.exit(_FOUND)
    if check:
        _show_differences(disk.difference(built.files, output))
        return
    written = disk.write(built.files, output)
    click.echo(
        f"{output}: {len(written.changed)} written, {len(written.unchanged)} unchanged, "
        f"{len(written.removed)} removed",
        err=True,
    )


def _show_differences(differences: Iterable[Any]) -> None:
    found = tuple(differences)
    for difference in found:
        click.echo(difference.text, nl=not difference.text.endswith("\n"))
    if found:
        count = f"{len(found)} file{'' if len(found) == 1 else 's'}"
        click.echo(f"{count} not up to date: run `obsgen generate`", err=True)
        sys.exit(_FOUND)


@commands.command()
def schema() -> None:
    """Print the JSON Schema of specs, for editors."""
    import json  # noqa: PLC0415

    from obsgen.schema import assemble  # noqa: PLC0415

    click.echo(json.dumps(assemble(), indent=2, ensure_ascii=False))


@commands.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say what a CODE such as SLO301 means, why it matters and what to write instead."""
    from obsgen.catalogue import near  # noqa: PLC0415
    from obsgen.codes import all_codes  # noqa: PLC0415

    codes = all_codes()
    names = {found.name: found for found in codes.values()}
    found = codes.get(code.upper()) or names.get(code.lower())
    if found is None:
        guess = near(code.upper(), codes) or near(code.lower(), names)
        hint = f"did you mean {guess}?" if guess else "codes look like SLO301"
        raise click.UsageError(f"no code {code!r}; {hint}")
    click.echo(f"{found.id} {found.name} ({found.severity})\n\n{found.why}\n\n{found.fix}")


@commands.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--service", default="my-service", show_default=True, help="The service's name.")
def init(folder: Path, service: str) -> None:
    """Write a starter project for one service into FOLDER (here unless given)."""
    from obsgen import starter  # noqa: PLC0415

    problem = starter.name_problem(service)
    if problem:
        raise click.BadParameter(problem, param_hint="--service")
    for path in starter.write(folder, service):
        click.echo(path)
    click.echo("next: edit the service's spec, then run `obsgen generate`", err=True)


def _finish(built: Any, format_: str, fail_on: str) -> None:
    failed = _report(built, format_, fail_on)
    if format_ == "text":
        from obsgen.report import summary  # noqa: PLC0415

        click.echo(summary(built.diagnostics), err=True)
    sys.exit(_FOUND if failed else 0)


def _report(built: Any, format_: str, fail_on: str) -> bool:
    """Print findings; say whether one is as grave as *fail_on*."""
    from obsgen.diagnostics import Severity  # noqa: PLC0415
    from obsgen.report import FORMATS  # noqa: PLC0415

    text = FORMATS[format_](built.diagnostics, built.source_map, color=sys.stderr.isatty())
    click.echo(text, err=True, nl=False)
    least = Severity[fail_on.upper()]
    return any(d.severity >= least for d in built.diagnostics)
