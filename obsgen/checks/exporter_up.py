"""`up` of an exporter says that the exporter answers, not that what it watches does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query, Use
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Call, VectorSelector

EXPORTER_UP: Final = Code(
    "PQL446",
    "up-of-an-exporter",
    why="an exporter goes on answering while its database is down: `up` stays 1, and the alert is "
    "silent in the very outage that it is for",
    fix='Alert on the exporter\'s own gauge as well: `pg_up == 0 or up{job="postgresql"} == 0`.',
    severity=Severity.WARNING,
)
CODES: Final = (EXPORTER_UP,)

_GAUGES: Final = {
    "postgres": "pg_up",
    "pgsql": "pg_up",
    "mysql": "mysql_up",
    "mariadb": "mysql_up",
    "redis": "redis_up",
    "memcached": "memcached_up",
    "mongo": "mongodb_up",
    "nginx": "nginx_up",
    "haproxy": "haproxy_up",
    "elasticsearch": "elasticsearch_cluster_health_up",
    "rabbit": "rabbitmq_up",
    "blackbox": "probe_success",
}


def _look(query: Query, node: VectorSelector) -> Iterator[Diagnostic]:
    # That the exporter itself is gone is another question, which only `up` answers.
    is_absence = any(isinstance(up, Call) and "absent" in up.function for up in query.above(node))
    if query.use is not Use.ALERT or node.metric_name != "up" or is_absence:
        return
    for matcher in node.matchers:
        gauge = _gauge_of(matcher.value) if matcher.label == "job" and matcher.op in "=~" else ""
        if gauge and all(s.metric_name != gauge for s in query.nodes(VectorSelector)):
            message = f'`up` of job "{matcher.value}" tells of the exporter, not of the server'
            hint = f"alert on `{gauge} == 0` as well"
            yield query.finding(EXPORTER_UP, node, message, hint)
            return


def _gauge_of(job: str) -> str:
    lowered = job.lower()
    return next((gauge for word, gauge in _GAUGES.items() if word in lowered), "")


KIND: Final = Check(
    run=of_nodes(VectorSelector, _look),
    lints=("L20",),
    examples=(
        Example(
            code=EXPORTER_UP,
            wrong='up{job="postgresql"} == 0',
            right='pg_up{job="postgresql"} == 0 or up{job="postgresql"} == 0',
        ),
    ),
)
