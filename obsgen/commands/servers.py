"""Servers that commands ask: at which address, as whom, whom to trust, how long to wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_Command = Callable[..., Any]


def server_options(command: _Command) -> _Command:
    """Take how servers are asked: as whom, whom to trust, how long to wait."""
    options = (
        click.option(
            "--ca-file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Certificates of who is trusted.",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            default=10,
            show_default=True,
            metavar="SECONDS",
            help="How long one answer may take.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return token_options("bearer-token", "token", "the server")(command)


def token_options(option: str, name: str, server: str) -> Callable[[_Command], _Command]:
    """
    Take the token of a server, which never stands on the command line itself.

    Args:
        option: How the options begin: `bearer-token`.
        name: How the parameters begin: `token` gives `token_file` and `token_variable`.
        server: Who it is sent to, in words.
    """

    def decorate(command: _Command) -> _Command:
        file = click.option(
            f"--{option}-file",
            f"{name}_file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"Holds the token that is sent to {server}.",
        )
        variable = click.option(
            f"--{option}-env",
            f"{name}_variable",
            metavar="VARIABLE",
            help="The environment variable that holds it.",
        )
        return file(variable(command))

    return decorate


def demand_url(url: str, option: str) -> None:
    """
    Refuse an address that nobody can be asked at.

    Raises:
        BadParameter: of this option.
    """
    from obsgen import http

    if problem := http.url_problem(url):
        raise click.BadParameter(problem, param_hint=option)


def access_to(asked: Any, *, name: str = "token", option: str = "bearer-token") -> Any:  # noqa: ANN401 (what a command was told; an Access)
    """
    Return how a server is asked.

    Args:
        asked: Has what `server_options` and `token_options` take, by the names of parameters.
        name: How the parameters of the token begin.
        option: How its options begin.

    Raises:
        UsageError: an option is of no use, or two exclude each other.
    """
    from obsgen import http

    file, variable = getattr(asked, f"{name}_file"), getattr(asked, f"{name}_variable")
    if file and variable:
        raise click.UsageError(f"--{option}-file and --{option}-env exclude each other")
    try:
        token = http.read_token(file, variable)
    except ValueError as error:
        used = f"--{option}-{'file' if file else 'env'}"
        raise click.BadParameter(str(error), param_hint=used) from error
    if problem := http.certificates_problem(asked.ca_file):
        raise click.BadParameter(problem, param_hint="--ca-file")
    return http.Access(
        token=token,
        ca_file=asked.ca_file,
        timeout_seconds=asked.timeout,
        token_option=option,
    )
