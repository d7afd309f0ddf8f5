"""`obsgen lint`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from obsgen.commands.options import FOUND, STANDARD_INPUT, report_options
from obsgen.units import Duration


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="RULES...", required=True)
@click.option(
    "--specs",
    "specs",
    multiple=True,
    type=click.Path(),
    metavar="SPECS",
    help="Specs that declare all metrics; may be given several times.",
)
@click.option("--prometheus-version", metavar="X.Y", help="The oldest that runs the rules.")
@click.option("--scrape-interval", metavar="DURATION", help="15s unless known otherwise.")
@click.option("--retention", metavar="DURATION", help="How long samples are kept.")
@report_options
def lint(
    paths: tuple[str, ...],
    specs: tuple[str, ...],
    prometheus_version: str | None,
    scrape_interval: str | None,
    retention: str | None,
    format_: str,
    report: str | None,
    fail_on: str,
) -> None:
    """
    Check plain Prometheus rule files.

    RULES are files and folders of rules, or PrometheusRule objects; `-` reads standard input.
    What is known of metrics comes from --specs, else from the shipped presets and from names.
    """
    from obsgen import rule_files, terminal

    standard_input = sys.stdin.buffer.read() if STANDARD_INPUT in paths else None
    target = rule_files.Target(
        version=_version(prometheus_version),
        scrape_interval=_duration(scrape_interval, "--scrape-interval"),
        retention=_duration(retention, "--retention"),
    )
    checked = rule_files.lint_files(
        [Path(path) for path in paths if path != STANDARD_INPUT],
        standard_input,
        specs=[Path(path) for path in specs],
        target=target,
        cwd=Path.cwd(),
    )
    failed = terminal.tell(checked, format_, report, fail_on=fail_on)
    sys.exit(FOUND if failed else 0)


def _version(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    major, _, minor = text.removeprefix("v").partition(".")
    minor = minor.partition(".")[0]
    if not (major.isdecimal() and minor.isdecimal()):
        raise click.BadParameter("write it as `2.42`", param_hint="--prometheus-version")
    return int(major), int(minor)


def _duration(text: str | None, option: str) -> Duration | None:
    if text is None:
        return None
    try:
        found = Duration.parse(text)
    except ValueError:
        raise click.BadParameter("write it as `30s` or `15d`", param_hint=option) from None
    if not found.ms:
        raise click.BadParameter("it is longer than nothing", param_hint=option)
    return found
