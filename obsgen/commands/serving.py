"""What commands share that run until somebody ends them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from socketserver import TCPServer
from typing import Any, Final

import click

_SIGNALLED: Final = 128
"""What shells add to the number of the signal that ended a program."""
_PORTS: Final = 65_536
_LOOK_SECONDS: Final = 0.1

_Command = Callable[..., Any]


def end_in_order() -> None:
    """
    Let the signals of a supervisor and of a closed terminal end a run as Ctrl-C does.

    Else what the run has started would outlive it: other programs, and files half written.
    """
    import signal

    for each in (signal.SIGTERM, signal.SIGHUP):
        # Who ignores it, as nohup does, wants the run to go on.
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, lambda number, _: sys.exit(_SIGNALLED + number))


def listen_option(default: str) -> Callable[[_Command], _Command]:
    """Take where it serves, as a host and a port."""

    def read(_context: click.Context, _option: click.Parameter, text: str) -> tuple[str, int]:
        host, colon, written = text.rpartition(":")
        port = read_port(written)
        if not colon or port is None:
            raise click.BadParameter(f"`{text}` is no host with a port: write `{default}`")
        return host.strip("[]"), port

    return click.option(
        "--listen",
        default=default,
        show_default=True,
        metavar="HOST:PORT",
        callback=read,
        help="Where it serves.",
    )


def read_port(text: str) -> int | None:
    """Return a port, where 0 is any that is free; None for what is none."""
    port = int(text) if text.isascii() and text.isdigit() else _PORTS
    return port if port < _PORTS else None


def serve(
    address: tuple[str, int], server: Callable[[tuple[str, int]], TCPServer], says: str
) -> None:
    """
    Serve until the run is ended.

    Args:
        server: Binds an address.
        says: What is there, beginning with its path: `/ shows notifications`.

    Raises:
        UsageError: nothing can be served at the address.
    """
    from obsgen import terminal

    try:
        bound = server(address)
    except OSError as error:
        where, reason = f"{address[0]}:{address[1]}", (error.strerror or str(error)).lower()
        message = f"cannot listen on {where}: {reason}; choose another: `--listen HOST:PORT`"
        raise click.UsageError(message) from error
    with bound:
        host, port = bound.server_address[:2]
        terminal.say(f"http://{host!s}:{port}{says}; Ctrl-C ends", "text")
        bound.serve_forever(poll_interval=_LOOK_SECONDS)
