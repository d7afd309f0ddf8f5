"""Where commands write: `--output`, and what it cannot be, told before the work begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from obsgen.commands.options import spec_paths

OUTPUT: Final = "--output"
_DASH: Final = "-"
_Command = Callable[..., Any]


def output_file_options(command: _Command) -> _Command:
    """Take the file that an answer goes to, None for standard output, and whether it may go."""
    return output_option("FILE", "Where it goes.", click.Path(path_type=Path))(
        force_option("Replace the file that is there.")(command)
    )


def output_option(
    metavar: str, help_: str, type_: click.Path | None = None
) -> Callable[[_Command], _Command]:
    """Take where an answer goes; None is standard output, and so is `-`."""
    return click.option(
        "-o",
        OUTPUT,
        type=type_,
        metavar=metavar,
        show_default="standard output",
        callback=lambda _context, _option, place: None if str(place) == _DASH else place,
        help=help_,
    )


def force_option(help_: str) -> Callable[[_Command], _Command]:
    """Take whether what is there may go."""
    return click.option("--force", is_flag=True, help=help_)


def output_folder_option(default: str | None, help_: str) -> Callable[[_Command], _Command]:
    """Take the folder that files go to; without a default it must be given."""
    return click.option(
        "-o",
        OUTPUT,
        type=click.Path(path_type=Path),
        default=None if default is None else Path(default),
        required=default is None,
        show_default=True,
        metavar="DIRECTORY",
        help=help_,
    )


def demand_file(path: Path | None, *, replace: bool) -> None:
    """
    Refuse a file that cannot be written; None is standard output.

    Raises:
        BadParameter: it is there and may not go, or its folder allows no file.
    """
    from obsgen.disk.destinations import file_problem

    if path is not None and (problem := file_problem(path, replace=replace)):
        raise click.BadParameter(problem, param_hint=OUTPUT)


def demand_folder(path: Path, specs: tuple[str, ...] = (), *, only_read: bool = False) -> None:
    """
    Refuse a folder that cannot be written to, or that lies within the specs.

    Args:
        specs: The paths of the specs, as they were given.
        only_read: Nothing will be written.

    Raises:
        BadParameter: it is one of these.
    """
    from obsgen.disk.destinations import folder_problem

    for each in spec_paths(specs):
        if each.is_dir() and path.resolve().is_relative_to(each.resolve()):
            message = f"`{path}` lies within the specs in `{each}`: give a folder of its own"
            raise click.BadParameter(message, param_hint=OUTPUT)
    if not only_read and (problem := folder_problem(path)):
        raise click.BadParameter(problem, param_hint=OUTPUT)
