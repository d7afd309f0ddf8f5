"""Options that are lengths of time, written as Prometheus writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from obsgen.units import Duration

_Command = Callable[..., Any]


def duration_option(
    name: str, help_: str, *, default: str | None = None, takes_none: bool = False
) -> Callable[[_Command], _Command]:
    """
    Take a length of time; None where none is given, and there is no default.

    Args:
        takes_none: `0s` is one, too.
    """

    def read(
        _context: click.Context, _option: click.Parameter, text: str | None
    ) -> Duration | None:
        if text is None:
            return None
        try:
            duration = Duration.parse(text)
        except ValueError:
            duration = None
        if duration is None or not (duration.ms or takes_none):
            raise click.BadParameter(f"`{text}` is no length of time: write `90m` or `4w`")
        return duration

    return click.option(
        name,
        default=default,
        show_default=default is not None,
        metavar="DURATION",
        callback=read,
        help=help_,
    )
