"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

FOUND: Final = 1
"""The exit code of a run that found something."""
STANDARD_INPUT: Final = "-"

_Command = Callable[..., Any]
_FORMATS: Final = ("text", "json", "github", "sarif", "junit")
_SEVERITIES: Final = ("error", "warning", "info")


def specs_argument(command: _Command) -> _Command:
    """Take any number of files and folders."""
    return click.argument("paths", nargs=-1, type=click.Path(), metavar="[SPECS]...")(command)


def spec_paths(paths: tuple[str, ...]) -> list[Path]:
    """Return the files and folders that were given, `specs/` where there are none."""
    return [Path(path) for path in paths or ("specs",) if path != STANDARD_INPUT]


def environment_option(command: _Command) -> _Command:
    """Take the name of one environment."""
    option = click.option("--env", "environment", metavar="NAME", help="Only this environment.")
    return option(command)


def report_options(command: _Command) -> _Command:
    """Take how and where findings are written, and which of them fail."""
    how = click.option(
        "--format",
        "format_",
        type=click.Choice(_FORMATS),
        default="text",
        show_default=True,
        help="How findings are written, to standard error or the --report.",
    )
    where = click.option(
        "--report",
        type=click.Path(dir_okay=False, allow_dash=True),
        metavar="FILE",
        help="Write findings to this file (`-`: standard output), text to standard error.",
    )
    return fail_option(how(where(command)))


def answer_option(command: _Command) -> _Command:
    """Take how an answer is written."""
    option = click.option(
        "--format",
        "format_",
        type=click.Choice(("text", "json")),
        default="text",
        show_default=True,
        help="How it is written, to standard output.",
    )
    return option(command)


def fail_option(command: _Command) -> _Command:
    """Take which findings fail."""
    option = click.option(
        "--fail-on",
        type=click.Choice(_SEVERITIES),
        default="error",
        show_default=True,
        help="The least grave finding that fails.",
    )
    return option(command)


_MOST_SPEED: Final = 3600


def speed_option(command: _Command) -> _Command:
    """Take by what every duration is divided."""
    option = click.option(
        "--speed",
        type=click.IntRange(1, _MOST_SPEED),
        default=1,
        metavar="N",
        help="Divide every duration by this, for demonstrations.",
    )
    return option(command)


@contextmanager
def refusing_speed() -> Iterator[None]:
    """Say as wrong usage that durations cannot be divided by so much."""
    from obsgen.speed import TooFast

    try:
        yield
    except TooFast as error:
        raise click.BadParameter(str(error), param_hint="--speed") from error


def at_speed(built: Any, speed: int) -> Any:  # noqa: ANN401 (a Built)
    """Divide the durations of what was built; BadParameter where that is too much."""
    from obsgen.pipeline import at_speed as divided

    with refusing_speed():
        return divided(built, speed)
