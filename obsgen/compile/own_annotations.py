"""Moments that authors want marked: those of a word, and those of their own queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Annotation
from obsgen.diagnostics import Code, Severity, finding
from obsgen.matchers import Matcher
from obsgen.model import AnnotationSpec, DashboardContext
from obsgen.packs._annotations import alert_annotations, deployments, restarts

NO_METRIC: Final = Code(
    "DSH687",
    "annotation-without-metric",
    why="nothing tells when it happened, so nothing would be marked",
    fix="Declare a gauge with `role: build` and a label `version` for `deploys`, and "
    "`process_start_time_seconds` for `restarts`.",
    severity=Severity.WARNING,
)
CODES: Final = (NO_METRIC,)

_COLOR: Final = "blue"
_MISSING: Final = {
    "deploys": "declare a gauge with `role: build` and a label `version`",
    "restarts": "declare the gauge `process_start_time_seconds`",
}


def annotations_of(
    written: Iterable[AnnotationSpec], context: DashboardContext
) -> Iterator[Annotation]:
    """Yield the annotations of a dashboard."""
    for spec in written:
        if spec.word:
            yield from _of_word(spec, context)
        elif spec.asked is not None:
            query = context.query(str(context.project.default_window))
            yield Annotation(
                name=spec.name,
                expr=spec.asked.expr(query).text,
                title=spec.title or spec.name,
                text=spec.text,
                color=spec.color or _COLOR,
                enabled=spec.is_on,
                origin=spec.origin,
            )


def _of_word(spec: AnnotationSpec, context: DashboardContext) -> Iterator[Annotation]:
    """Yield what a word stands for, drawn at first: its author asked for it."""
    found = tuple(_WORDS[spec.word](context))
    if not found:
        message = f"nothing tells of `{spec.word}` of service `{context.service.name}`"
        context.report(finding(NO_METRIC, spec.origin, message, _MISSING.get(spec.word, "")))
    yield from (replace(each, enabled=True, origin=spec.origin) for each in found)


def _deploys(context: DashboardContext) -> Iterator[Annotation]:
    metrics = context.service.catalogue.metrics.values()
    return deployments(metrics, context.service.scrape_interval)


def _restarts(context: DashboardContext) -> Iterator[Annotation]:
    metrics = context.service.catalogue.metrics.values()
    return restarts(metrics, context.service.scrape_interval)


def _alerts(context: DashboardContext) -> Iterator[Annotation]:
    scope = (Matcher("service", "=", context.service.name),)
    return alert_annotations(scope, context.project.severities.names, context.project)


_WORDS: Final[Mapping[str, Callable[[DashboardContext], Iterator[Annotation]]]] = {
    "deploys": _deploys,
    "alerts": _alerts,
    "restarts": _restarts,
}
