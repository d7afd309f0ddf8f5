"""
PromQL as a tree with places: read, checked, asked for its labels, and written again.

Everything here is pure and knows nothing of specs; the catalogue of metrics comes in through the
`Metrics` Protocol.
"""

from __future__ import annotations

from obsgen.promql.durations import duration_text
from obsgen.promql.functions import Type
from obsgen.promql.labels import Labels, Metrics, result_labels, selectors
from obsgen.promql.layout import WIDTH, layout
from obsgen.promql.narrowing import narrowed
from obsgen.promql.newer import NewerSyntaxError
from obsgen.promql.parse import parse
from obsgen.promql.problem import NO_SPAN, LimitError, PromqlError, Span
from obsgen.promql.strings import quote
from obsgen.promql.tree import (
    METRIC_NAME_LABEL,
    Aggregate,
    Binary,
    Call,
    Grouping,
    Label,
    Matcher,
    Matching,
    MatchOp,
    MatrixSelector,
    Node,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    fold,
    is_same_node,
    walk,
    with_children,
    without_parens,
)
from obsgen.promql.typing_rules import result_type
from obsgen.promql.variables import Variable, substitute_variables, variable_names, variables
from obsgen.promql.written import canonical

__all__ = [
    "METRIC_NAME_LABEL",
    "NO_SPAN",
    "WIDTH",
    "Aggregate",
    "Binary",
    "Call",
    "Grouping",
    "Label",
    "Labels",
    "LimitError",
    "MatchOp",
    "Matcher",
    "Matching",
    "MatrixSelector",
    "Metrics",
    "NewerSyntaxError",
    "Node",
    "NumberLiteral",
    "Paren",
    "PromqlError",
    "Span",
    "StringLiteral",
    "Subquery",
    "Type",
    "Unary",
    "Variable",
    "VectorSelector",
    "canonical",
    "duration_text",
    "fold",
    "is_same_node",
    "layout",
    "narrowed",
    "parse",
    "quote",
    "result_labels",
    "result_type",
    "selectors",
    "substitute_variables",
    "variable_names",
    "variables",
    "walk",
    "with_children",
    "without_parens",
]
