"""Raw PromQL: parsed, its metrics and labels checked, held to the scope of its service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from obsgen.catalogue import Catalogue, near
from obsgen.diagnostics import Code, Origin, Severity, finding
from obsgen.matchers import Matcher
from obsgen.model import Reports
from obsgen.promql import (
    METRIC_NAME_LABEL,
    PromqlError,
    VectorSelector,
    narrowed,
    parse,
    selectors,
    substitute_variables,
)
from obsgen.reader.lookup import unknown_metric
from obsgen.reader.matching import UNKNOWN_LABEL
from obsgen.reader.shape import words
from obsgen.source import Scalar

UNPARSABLE_PROMQL: Final = Code(
    "PQL400",
    "promql-syntax",
    why="Prometheus would refuse the rule or panel",
    fix="Correct the expression where it is underlined.",
)
OUT_OF_SCOPE: Final = Code(
    "PQL406",
    "expr-out-of-scope",
    why="raw PromQL stands as it is written: without the service's `where` it takes in the series "
    "of other services too",
    fix="Write the service's `where` into the selector, or use a kind of measure, which adds it.",
    severity=Severity.WARNING,
)
CODES: Final = (UNPARSABLE_PROMQL, OUT_OF_SCOPE)


def read_promql(node: Scalar, raw: RawReader, *, with_variables: bool = False) -> Scalar | None:
    """
    Read PromQL that parses; its metrics and labels are checked.

    Args:
        with_variables: Variables of Grafana may stand in it.

    Returns:
        The scalar, narrowed to the environment.
    """
    text = substitute_variables(node.text) if with_variables else node.text
    try:
        tree = parse(text, result="vector")
    except PromqlError as error:
        place = node.origin.characters(error.span.start, error.span.end)
        raw.report(finding(UNPARSABLE_PROMQL, place, error.message, error.hint))
        return None
    known = [raw.knows(selected, node.origin) for selected in selectors(tree)]
    if not all(known):
        return None
    return replace(node, text=narrowed(node.text, raw.added))


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReader:
    """
    Checks the selectors of raw PromQL.

    Attributes:
        everywhere: What an environment adds to every query.
    """

    catalogue: Catalogue
    everywhere: tuple[Matcher, ...]
    report: Reports

    def knows(self, selected: VectorSelector, origin: Origin) -> bool:
        """Say whether the metric and its labels exist, reporting what does not."""
        name = selected.metric_name
        if not name:
            return True
        start = selected.span.start
        if not self.catalogue.knows(name):
            place = origin.characters(start, start + len(name))
            self.report(unknown_metric(name, place, self.catalogue))
            return False
        labels = self.catalogue.labels_of(name)
        if labels is None:
            return True
        self._check_scope(selected, name, origin)
        return self._check_labels(selected, name, labels, origin)

    def _check_labels(
        self, selected: VectorSelector, name: str, labels: frozenset[str], origin: Origin
    ) -> bool:
        unknown = [m for m in selected.matchers if m.label not in {*labels, METRIC_NAME_LABEL}]
        for one in unknown:
            guess = near(one.label, labels)
            hint = f"did you mean `{guess}`?" if guess else f"it has {words(sorted(labels))}"
            place = origin.characters(one.span.start, one.span.end)
            message = f"`{name}` has no label `{one.label}`"
            self.report(finding(UNKNOWN_LABEL, place, message, hint))
        return not unknown

    def _check_scope(self, selected: VectorSelector, name: str, origin: Origin) -> None:
        metric = self.catalogue.metric_of(name)
        asked = {m.label for m in selected.matchers}
        added = {m.label for m in self.everywhere}
        scope = () if metric is None else metric.scope
        missing = [m for m in scope if m.label not in asked | added]
        if missing:
            shown = ",".join(map(str, missing))
            place = origin.characters(selected.span.start, selected.span.start + len(name))
            message = f"`{name}` is not narrowed to the service's `where`"
            hint = f"write `{name}{{{shown}}}`, or a kind of measure, which adds it"
            self.report(finding(OUT_OF_SCOPE, place, message, hint))

    def added(self, selected: VectorSelector) -> Iterable[str]:
        """Return the matchers that the environment adds to a selector."""
        metric = self.catalogue.metric_of(selected.metric_name or "")
        labels = frozenset[str]() if metric is None else metric.all_labels
        asked = {m.label for m in selected.matchers}
        return [str(m) for m in self.everywhere if m.label in labels - asked]
