"""`obsgen sink`."""

from __future__ import annotations

import click

from obsgen.commands.serving import end_in_order, listen_option, serve


@click.command()
@listen_option("127.0.0.1:9201")
def sink(listen: tuple[str, int]) -> None:
    """
    Show what Alertmanager notifies, for demonstrations.

    Webhooks may be sent to any path; `/` lists the last 500 messages, `/api/notifications` gives
    them as JSON.
    """
    import time

    from obsgen.sink import Server, Sink

    end_in_order()
    serve(listen, lambda at: Server(at, Sink(time.time)), "/ shows what is notified")
