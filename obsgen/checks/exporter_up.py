"""`up` of an exporter says that the exporter answers, not that what it watches does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
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


def _run(subject: Subject) -> Iterator[Diagnostic]:
    watched = frozenset(
        selected.metric_name
        for query in subject.alerts
        for selected in query.nodes(VectorSelector)
        if selected.metric_name in _GAUGES.values()
    )
    for query in subject.alerts:
        for node in query.nodes(VectorSelector):
            yield from _look(query, node, watched)


def _look(
    query: Query, node: VectorSelector, watched: frozenset[str | None]
) -> Iterator[Diagnostic]:
    # That the exporter itself is gone is another question, which only `up` answers.
    is_absence = any(isinstance(up, Call) and "absent" in up.function for up in query.above(node))
    if node.metric_name != "up" or is_absence:
        return
    for matcher in node.matchers:
        is_job = matcher.label == "job" and matcher.op in {"=", "=~"}
        gauge = _gauge_of(matcher.value) if is_job else ""
        # Whoever speaks of the exporter means the exporter.
        is_meant = "exporter" in query.texts.lower()
        if gauge and gauge not in watched and not is_meant:
            message = f'`up` of job "{matcher.value}" tells of the exporter, not of the server'
            hint = f"alert on `{gauge} == 0` as well"
            yield query.finding(EXPORTER_UP, node, message, hint)
            return


def _gauge_of(job: str) -> str:
    words = _WORD.findall(job.lower())
    # What stands behind the name says another program: `nginx-ingress-controller`.
    known = [word for word in words if word not in _BESIDE]
    last = known[-1] if known else ""
    return next((gauge for word, gauge in _GAUGES.items() if last.startswith(word)), "")


_WORD: Final = re.compile(r"[a-z0-9]+", re.ASCII)
_BESIDE: Final = frozenset(
    {"exporter", "server", "db", "database", "primary", "replica", "master", "slave", "prod"}
    | {"staging", "dev", "metrics"}
)


KIND: Final = Check(
    run=_run,
    lints=("L20",),
    examples=(
        Example(
            code=EXPORTER_UP,
            wrong='up{job="postgresql"} == 0',
            right='pg_up{job="postgresql"} == 0 or up{job="postgresql"} == 0',
        ),
    ),
)
