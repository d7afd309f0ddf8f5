"""Raw PromQL: parsed, and narrowed to an environment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from obsgen.catalogue import Catalogue
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.model import Reports
from obsgen.promql import (
    PromqlError,
    VectorSelector,
    narrowed,
    parse,
    substitute_variables,
)
from obsgen.source import Scalar

UNPARSABLE_PROMQL: Final = Code(
    "PQL400",
    "promql-syntax",
    why="Prometheus would refuse the rule or panel",
    fix="Correct the expression where it is underlined.",
)
CODES: Final = (UNPARSABLE_PROMQL,)


def read_promql(node: Scalar, raw: RawReader, *, with_variables: bool = False) -> Scalar | None:
    """
    Read PromQL that parses; what it means is checked when it has been compiled.

    Args:
        with_variables: Variables of Grafana may stand in it.

    Returns:
        The scalar, narrowed to the environment.
    """
    text = substitute_variables(node.text) if with_variables else node.text
    try:
        parse(text, result="vector")
    except PromqlError as error:
        place = node.origin.characters(error.span.start, error.span.end)
        raw.report(finding(UNPARSABLE_PROMQL, place, error.message, error.hint))
        return None
    return replace(node, text=narrowed(node.text, raw.added))


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReader:
    """
    Knows what is added to raw PromQL.

    Attributes:
        everywhere: What an environment adds to every query.
    """

    catalogue: Catalogue
    everywhere: tuple[Matcher, ...]
    report: Reports

    def added(self, selected: VectorSelector) -> Iterable[str]:
        """Return the matchers that the environment adds to a selector."""
        metric = self.catalogue.metric_of(selected.metric_name or "")
        labels = frozenset[str]() if metric is None else metric.all_labels
        asked = {m.label for m in selected.matchers}
        return [str(m) for m in self.everywhere if m.label in labels - asked]
