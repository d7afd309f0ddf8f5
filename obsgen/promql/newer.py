"""
Syntax of later versions of Prometheus that is not read here, each with its first version.

Sources: Prometheus CHANGELOG.md 3.16, `promql/parser/generated_parser.y` and
`docs/feature_flags.md`. promql-parser does not know any of it but `fill`, whose meaning for labels
and values is another than that of the operator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from obsgen.promql.problem import PromqlError, Span, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """
    What a later version reads.

    Attributes:
        kind: What it is, for a message.
        since: The first version, and a flag that it takes.
        instead: What to write.
    """

    kind: str
    since: str
    instead: str

    def found(self, text: str, span: Span) -> NewerSyntaxError:
        """Return the complaint that *text* is this syntax."""
        message = f"{shown(text)} is {self.kind} of Prometheus {self.since}, which is not read here"
        error = NewerSyntaxError(message, span, self.instead)
        error.first = min((int(x), int(y)) for x, y in _VERSION.findall(self.since))
        return error


_VERSION: Final = re.compile(r"(\d+)\.(\d+)", re.ASCII)


class NewerSyntaxError(PromqlError):
    """
    A text that is PromQL to a later Prometheus only.

    Attributes:
        first: The first version that reads it, be it with a flag.
    """

    first: tuple[int, int]


DURATION: Final = Syntax(
    kind="a computed duration",
    since="3.14 (3.4 with the flag `promql-duration-expr`)",
    instead="work it out, and write one plain duration, as in `10m`",
)
EXTENDED_RANGE: Final = Syntax(
    kind="a modifier",
    since="3.16 (3.7 with the flag `promql-extended-range-selectors`)",
    instead="leave it out: `rate` and `increase` extrapolate to both ends of the range",
)
FILL: Final = Syntax(
    kind="a modifier",
    since="3.10 (with the flag `promql-binop-fill-modifiers`)",
    instead="give missing series a value with `or`: `a + (b or a * 0)`",
)
TRIM: Final = Syntax(
    kind="an operator",
    since="3.11",
    instead="`histogram_fraction(…)` tells which share of the observations lies within limits",
)
UNDERSCORE: Final = Syntax(
    kind="a number",
    since="2.54",
    instead="leave the `_` out",
)

FILLS: Final = ("fill", "fill_left", "fill_right")
EXTENDED: Final = ("anchored", "smoothed")
"""Modifiers behind a selector; anywhere else they are names like any other."""
DURATION_FUNCTIONS: Final = ("step", "range", "min_of", "max_of", "min", "max")
