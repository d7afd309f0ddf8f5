"""Services between their passes, and whether they keep apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from obsgen.artefacts import ScrapeJob
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, Severity, finding
from obsgen.matchers import Matcher, is_pattern
from obsgen.model import Reports
from obsgen.reader.merge import Effective
from obsgen.reader.probes import ReadProbe
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
        presets: Where the documents begin that were brought in.
    """

    name: str
    effective: Effective
    scope: tuple[Matcher, ...]
    metrics: Mapping[str, Metric]
    scrape: tuple[ScrapeJob, ...]
    probes: tuple[ReadProbe, ...]
    used: tuple[str, ...]
    sources: tuple[str, ...]
    presets: tuple[Origin, ...]
    sink: Reports


def check_shared(drafts: Iterable[ServiceDraft], report: Reports) -> None:
    """Report services that see each other's series: one preset, and nothing keeps them apart."""
    users: dict[Origin, list[tuple[Metric, ServiceDraft]]] = {}
    for draft in drafts:
        for name, metric in draft.metrics.items():
            if name not in draft.effective.unscoped and not _has_where(draft, name):
                users.setdefault(metric.origin, []).append((metric, draft))
    reported: set[tuple[str, str]] = set()
    for sharing in users.values():
        pins = [_pinned(metric.scope) for metric, _ in sharing]
        for first, second in _neighbours(pins):
            (metric, other), (_, draft) = sharing[first], sharing[second]
            pair = (other.name, draft.name)
            if pair not in reported and not _are_apart(pins[first], pins[second]):
                reported.add(pair)
                report(_shared(metric, other, draft))


_Pins = Mapping[str, frozenset[str]]
"""The values that a scope leaves to a label, where they can be told."""

_MOST_COMPARED: Final = 100


def _pinned(scope: tuple[Matcher, ...]) -> _Pins:
    found = {}
    for matcher in scope:
        values = matcher.value.split("|") if matcher.op == "=~" else [matcher.value]
        if matcher.op == "=" or (matcher.op == "=~" and not any(map(is_pattern, values))):
            found[matcher.label] = frozenset(values)
    return found


def _are_apart(one: _Pins, other: _Pins) -> bool:
    return any(label in other and not values & other[label] for label, values in one.items())


def _neighbours(pins: list[_Pins]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that may overlap; where all pin one label, only those of equal values."""
    common = set.intersection(*(set(each) for each in pins))
    if not common:
        yield from combinations(range(min(len(pins), _MOST_COMPARED)), 2)
        return
    label = min(common)
    first: dict[str, int] = {}
    for index, each in enumerate(pins):
        for value in sorted(each[label]):
            earlier = first.setdefault(value, index)
            if earlier != index:
                yield earlier, index


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
