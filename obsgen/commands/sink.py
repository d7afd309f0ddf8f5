"""`obsgen sink`."""

from __future__ import annotations

import sys

import click

from obsgen.commands.options import listen_address

_TERMINATED = 143  # what shells show for SIGTERM


@click.command()
@click.option(
    "--listen",
    default="127.0.0.1:9201",
    show_default=True,
    metavar="HOST:PORT",
    help="Where it serves.",
)
def sink(listen: str) -> None:
    """
    Show what Alertmanager notifies, for demonstrations.

    Webhooks may be sent to any path; `/` lists the last 500 messages, `/api/notifications` gives
    them as JSON.
    """
    import signal
    import time

    from obsgen import terminal
    from obsgen.sink import Server, Sink

    address = listen_address(listen)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    try:
        server = Server(address, Sink(time.time))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"cannot listen on {listen}: {reason}; choose another: `--listen HOST:PORT`"
        raise click.UsageError(message) from error
    with server:
        host, port = server.server_address[:2]
        terminal.say(f"http://{host!s}:{port}/ shows what is notified; Ctrl-C ends", "text")
        server.serve_forever(poll_interval=0.1)
