"""Scrape jobs: where Prometheus finds the metrics of a service, and how often it asks."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import Final

from obsgen.artefacts import ScrapeJob
from obsgen.catalogue import TARGET_LABELS
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.model import Project, Reports
from obsgen.reader.label_values import read_label_values
from obsgen.reader.merge import named_items
from obsgen.reader.values import read_duration, read_list, read_text
from obsgen.secrets import LITERAL_SECRET, looks_secret, names_secret
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration

SCRAPE_TARGET: Final = Code(
    "SCH114",
    "scrape-target",
    why="Prometheus refuses a target that is no host with a port",
    fix='Write `targets: ["gateway:8080"]`; `scheme: https` and `path: /metrics` stand beside it.',
)
CODES: Final = (SCRAPE_TARGET,)

_TARGET: Final = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?", re.ASCII
)
_LAST_PORT: Final = 65535


def read_scrape(
    node: Node | None, project: Project, everywhere: Iterable[Matcher], report: Reports
) -> tuple[ScrapeJob, ...]:
    """
    Read `scrape:`; a job without an interval of its own is scraped at the Project's.

    Args:
        everywhere: What an environment adds to every query; its plain values become labels of the
            targets, unless these say something else.
    """
    around = plain_labels(everywhere, TARGET_LABELS)
    found = []
    for item in named_items(node):
        job = read_text(item.get("job"), report)
        interval = read_duration(item.get("interval"), report)
        check_secrets(item, report, "a scrape job")
        if not job:
            continue
        found.append(
            ScrapeJob(
                job=job,
                targets=_targets(item.get("targets"), report),
                labels={**around, **read_label_values(item.get("labels"), report)},
                path=read_text(item.get("path"), report),
                scheme=read_text(item.get("scheme"), report),
                interval=interval or project.scrape_interval,
                origin=item.origin,
            )
        )
    return tuple(found)


def plain_labels(everywhere: Iterable[Matcher], taken: Container[str]) -> dict[str, str]:
    """Return labels without which queries of an environment would not find the series."""
    plain = (m for m in everywhere if m.op == "=" and m.label not in taken)
    return {matcher.label: matcher.value for matcher in plain}


def slowest(jobs: tuple[ScrapeJob, ...], scope: tuple[Matcher, ...], least: Duration) -> Duration:
    """
    Return the longest interval at which a service's own metrics are scraped.

    Args:
        scope: Its `where`; jobs that it leaves out do not count.
        least: The Project's interval.
    """
    by_job = [matcher for matcher in scope if matcher.label == "job"]
    own = (job for job in jobs if all(matcher.matches(job.job) for matcher in by_job))
    return max((least, *(job.interval for job in own)))


def _targets(node: Node | None, report: Reports) -> tuple[str, ...]:
    return tuple(target for item in read_list(node) if (target := read_target(item, report)))


def read_target(node: Node | None, report: Reports) -> str:
    """Return a host, with a port or without; empty where there is none."""
    if not isinstance(node, Scalar) or node.is_null:
        return ""
    match = _TARGET.fullmatch(node.text)
    if match is not None and int(match[1] or 0) <= _LAST_PORT:
        return node.text
    if looks_secret(node.text):
        report(finding(LITERAL_SECRET, node.origin, "a scrape target holds a secret"))
        return ""
    hint = "write `host:port`; `scheme: https` and `path: /metrics` stand beside it"
    report(finding(SCRAPE_TARGET, node.origin, f"{node.word} is not a target", hint))
    return ""


def check_secrets(node: MappingNode, report: Reports, what: str) -> None:
    """Report labels of targets that hold secrets."""
    labels = node.get("labels")
    pairs = list(labels.entries.items()) if isinstance(labels, MappingNode) else []
    for key, entry in pairs:
        value = entry.value
        if isinstance(value, Scalar) and (names_secret(key) or looks_secret(value.text)):
            message = f"label `{key}` of {what} holds a secret"
            report(finding(LITERAL_SECRET, value.origin, message, "labels are stored and shown"))
