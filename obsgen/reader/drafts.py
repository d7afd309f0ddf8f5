"""Services between their passes, and whether they keep apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import ScrapeJob
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, Severity, finding
from obsgen.matchers import Matcher
from obsgen.model import Reports
from obsgen.reader.merge import Effective
from obsgen.source import MappingNode

SHARED_SERIES: Final = Code(
    "REF219",
    "shared-series",
    why="two services of one preset would count each other's series: one outage, two alerts, and "
    "neither budget right",
    fix="Give each service a `where` that only its own series match, such as `where: {job: cart}`; "
    "a metric that both really share says so with a `where` of its own, `where: {}` too.",
    severity=Severity.WARNING,
)
CODES: Final = (SHARED_SERIES,)


@dataclass(slots=True)
class ServiceDraft:
    """
    A service between its passes.

    Attributes:
        effective: Its document with everything that was brought in.
        used: The services whose metrics and measures it uses.
    """

    name: str
    effective: Effective
    scope: tuple[Matcher, ...]
    metrics: Mapping[str, Metric]
    scrape: tuple[ScrapeJob, ...]
    used: tuple[str, ...]
    sources: tuple[str, ...]
    sink: Reports


def check_shared(drafts: Iterable[ServiceDraft], report: Reports) -> None:
    """Report services that see each other's series: one preset, and nothing keeps them apart."""
    first: dict[tuple[Origin, tuple[Matcher, ...]], ServiceDraft] = {}
    reported: set[tuple[str, str]] = set()
    for draft in drafts:
        for name, metric in draft.metrics.items():
            if name in draft.effective.unscoped or _has_where(draft, name):
                continue
            other = first.setdefault((metric.origin, metric.scope), draft)
            pair = (other.name, draft.name)
            if other is not draft and pair not in reported:
                reported.add(pair)
                report(_shared(metric, other, draft))


def _shared(metric: Metric, other: ServiceDraft, draft: ServiceDraft) -> Diagnostic:
    place = draft.effective.document.origin / "name"
    related = (Related("the preset declares it here", metric.origin),)
    message = f"`{draft.name}` and `{other.name}` see the same series of `{metric.name}`"
    hint = f"give each a `where` of its own: `where: {{job: {draft.name}}}`"
    return finding(SHARED_SERIES, place, message, hint, related=related)


def _has_where(draft: ServiceDraft, name: str) -> bool:
    metrics = draft.effective.document.get("metrics")
    node = metrics.get(name) if isinstance(metrics, MappingNode) else None
    return isinstance(node, MappingNode) and "where" in node.entries
