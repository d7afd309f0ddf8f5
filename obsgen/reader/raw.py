"""Raw PromQL: parsed, and narrowed to an environment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from obsgen.catalogue import Catalogue
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.matchers import Matcher
from obsgen.model import Reports
from obsgen.promql import (
    LimitError,
    NewerSyntaxError,
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
NEWER_SYNTAX: Final = Code(
    "PQL443",
    "newer-syntax",
    why="later versions of Prometheus read more than obsgen does, and what is not read is neither "
    "checked nor narrowed to an environment",
    fix="Write it in the syntax that older versions read, too; the finding says how.",
)
PROMQL_LIMIT: Final = Code(
    "PQL460",
    "promql-limit",
    why="Prometheus may take the expression; obsgen reads none that is so long or so deep, so that "
    "no text takes for ever, and what is not read is not checked",
    fix="Record parts of it as series of their own, and read those.",
)
CODES: Final = (UNPARSABLE_PROMQL, NEWER_SYNTAX, PROMQL_LIMIT)


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
        raw.report(unparsable(error, node))
        return None
    return replace(node, text=narrowed(node.text, raw.added))


def unparsable(error: PromqlError, node: Scalar) -> Diagnostic:
    """Return what is to be said of PromQL that does not parse, at its own characters."""
    code = UNPARSABLE_PROMQL
    if isinstance(error, NewerSyntaxError | LimitError):
        code = NEWER_SYNTAX if isinstance(error, NewerSyntaxError) else PROMQL_LIMIT
    place = node.origin.characters(error.span.start, error.span.end)
    return finding(code, place, error.message, error.hint)


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
