"""Servers whose exporters tell more of a resource than the role of one metric can say."""

from __future__ import annotations

from typing import Final

from obsgen.catalogue import Metric
from obsgen.model import Measure
from obsgen.packs._measures import Panels, total
from obsgen.packs._use_resources import INSTANCE, ResourceKind, Signal
from obsgen.units import Unit

NGINX: Final = "nginx"
POSTGRES: Final = "PostgreSQL"

_CONNECTIONS: Final = Unit.parse("connections/s")


def _dropped(panels: Panels, accepted: Metric, handled: Metric) -> tuple[Measure, ...]:
    came, stayed = (
        f"sum by ({INSTANCE}) (rate({metric.select(metric.name, ())}[$__rate_interval]))"
        for metric in (accepted, handled)
    )
    return (panels.raw(f"{came} - {stayed}", _CONNECTIONS, legend="{{instance}}"),)


SERVER_RESOURCES: Final = (
    ResourceKind(
        title=POSTGRES,
        graphs=(
            Signal(
                title="PostgreSQL: connections by state",
                description="What connections do. Those that are idle in a transaction hold locks "
                "and stop vacuum: find the program that forgets to commit.",
                reads=("pg_stat_activity_count",),
                measures=lambda _, count: (total(count, by=(INSTANCE, "state")),),
            ),
        ),
    ),
    ResourceKind(
        title=NGINX,
        graphs=(
            Signal(
                title="nginx: connections dropped",
                description="Connections that were accepted but not handled, a second: a limit is "
                "reached. Raise worker_connections, or the limit of open files.",
                reads=("nginx_connections_accepted", "nginx_connections_handled"),
                measures=_dropped,
            ),
        ),
    ),
)
