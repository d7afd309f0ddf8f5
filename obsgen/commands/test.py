"""`obsgen test`."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import click

from obsgen.commands.options import (
    FOUND,
    environment_option,
    fail_option,
    spec_paths,
    specs_argument,
)


def _pattern(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> re.Pattern[str] | None:
    try:
        return None if value is None else re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise click.BadParameter(f"`{value}` is no regular expression: {error}") from error


def _processors() -> int:
    from obsgen.processes import processors

    return processors()


@click.command()
@specs_argument
@environment_option
@click.option(
    "-k",
    "pattern",
    metavar="PATTERN",
    callback=_pattern,
    help="Only alerts in whose name it is found: service/slo/Alert, service/Alert.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    default=_processors,
    show_default="the processors",
    metavar="N",
    help="How many files are tested at once.",
)
@click.option("--promtool", metavar="PATH", help="The promtool to run, instead of that on PATH.")
@click.option("-v", "--verbose", is_flag=True, help="Show all that promtool says, too.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "junit")),
    default="text",
    show_default=True,
    help="How the outcome is written, to standard output.",
)
@fail_option
def test(
    paths: tuple[str, ...],
    environment: str | None,
    pattern: re.Pattern[str] | None,
    jobs: int,
    promtool: str | None,
    verbose: bool,
    format_: str,
    fail_on: str,
) -> None:
    """
    Run the unit tests of all alerts.

    SPECS are files and folders (specs/ unless given). The rules and their tests are compiled and
    run by the real promtool, of Prometheus; nothing is written. Every alert must be seen firing,
    and seen quiet.
    """
    from dataclasses import replace

    from obsgen import disk, terminal, tools, unit_tests, workspace
    from obsgen.diagnostics import has_errors
    from obsgen.progress import progress

    built = workspace.compile_specs(
        spec_paths(paths), environment, cwd=Path.cwd(), with_files=False
    )
    suites: tuple[unit_tests.Suite, ...] = ()
    if not has_errors(built.diagnostics):
        names = (spec.environment.name for spec in built.specs)
        suites = unit_tests.suites(zip(names, built.compiled, strict=True), pattern)
        if pattern is not None and not any(suite.alerts for suite in suites):
            raise click.UsageError(f"no alert is named like `{pattern.pattern}`")
        found = unit_tests.findings(suites)
        built = replace(built, diagnostics=(*built.diagnostics, *found))
    findings_format = "json" if format_ == "json" else "text"
    failed = terminal.print_findings(built, findings_format, fail_on=fail_on, tells_infos=False)
    if has_errors(built.diagnostics):
        terminal.print_summary(built, findings_format, outcome=": no test was run")
        sys.exit(FOUND)
    start = time.perf_counter()
    files: tuple[unit_tests.FileResult, ...] = ()
    try:
        if total := sum(suite.count for suite in suites):
            executable = tools.find_promtool(promtool)
            with progress("running unit tests", total) as report:
                files = unit_tests.run(suites, executable, jobs=jobs, report=report)
    except disk.ObsgenError as error:
        terminal.print_error(error, findings_format)
        sys.exit(FOUND)
    outcome = unit_tests.outcome(suites, files, seconds=time.perf_counter() - start)
    if verbose:
        terminal.print_raw(file.output for file in files)
    click.echo(unit_tests.FORMATS[format_](outcome, built.source_map), nl=False)
    sys.exit(FOUND if failed or not outcome.has_passed else 0)
