"""
Variables of Grafana, replaced so that a panel's query can be read before Grafana fills it in.

Each variable gives way to a stand-in of the same length that fits its place: a duration in
brackets, a number where a function takes one, else a name. So every span of the tree still points
into the text of the author. Syntax: Grafana documentation, "Variable syntax".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from obsgen.promql.functions import AGGREGATIONS, COMPARISONS, FUNCTIONS, Type
from obsgen.promql.lexer import VARIABLE, Kind, Token, tokenize
from obsgen.promql.problem import PromqlError, Span

_NAME: Final = re.compile(r"\w+", re.ASCII)
_UNITS: Final = frozenset({"ms", "s", "m", "h", "d", "w", "y"})
_LABEL_LISTS: Final = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_NUMBERS: Final = frozenset(
    {"__interval_ms", "__range_ms", "__range_s", "__rate_interval_ms", "__from", "__to"}
)
_SHORTEST_MATCHER: Final = 'x=""'
_SHORTEST_STRING: Final = '""'


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable of Grafana in an expression: `${job:regex}` has the name `job`."""

    name: str
    span: Span


def variables(text: str) -> tuple[Variable, ...]:
    """
    Return the variables of an expression, also those within strings.

    >>> [v.name for v in variables('rate(x{job=~"$job"}[$__rate_interval])')]
    ['job', '__rate_interval']
    """
    return tuple(
        Variable(name=_name(match.group()), span=Span(match.start(), match.end()))
        for match in VARIABLE.finditer(text)
    )


def variable_names(text: str) -> frozenset[str]:
    """
    Return the names of the variables in any text of a dashboard.

    >>> sorted(variable_names("x{job=~'$job'}[${__range}] $1"))
    ['__range', 'job']
    """
    return frozenset(_name(match.group()) for match in VARIABLE.finditer(text))


def substitute_variables(text: str) -> str:
    """
    Return the expression with a stand-in of the same length for every variable.

    A text that has no tokens of PromQL, and a variable that is too short for its place, stay as
    they are: `parse` says what is wrong with them.

    >>> substitute_variables("topk($n, rate(x[$__rate_interval]))")
    'topk(1 , rate(x[5m              ]))'
    """
    if VARIABLE.search(text) is None:
        return text
    try:
        tokens = tokenize(text)
    except PromqlError:
        return text
    places, parts, end = _Places(), [], 0
    for index, token in enumerate(tokens):
        parts.append(text[end : token.span.start])
        parts.append(_replaced(tokens, index, places))
        end = token.span.end
        places.pass_over(tokens, index)
    return "".join(parts)


def _name(text: str) -> str:
    match = _NAME.search(text)
    return match.group() if match else ""


@dataclass(slots=True)
class _Places:
    """The brackets that are open, each with the word before it and the current argument."""

    opened: list[tuple[str, str]] = field(default_factory=list)
    arguments: list[int] = field(default_factory=list)

    def pass_over(self, tokens: tuple[Token, ...], index: int) -> None:
        token = tokens[index]
        if token.is_sign("(", "[", "{"):
            self.opened.append((token.text, _word_before(tokens, index)))
            self.arguments.append(0)
        elif token.is_sign(")", "]", "}") and self.opened:
            self.opened.pop()
            self.arguments.pop()
        elif token.is_sign(",") and self.arguments:
            self.arguments[-1] += 1

    @property
    def innermost(self) -> tuple[str, str]:
        return self.opened[-1] if self.opened else ("", "")

    @property
    def wanted(self) -> Type:
        """The type of the argument that is being read; a vector where nothing says otherwise."""
        sign, word = self.innermost
        if sign != "(":
            return Type.VECTOR
        if word.lower() in AGGREGATIONS and self.arguments[-1] == 0:
            return AGGREGATIONS[word.lower()] or Type.VECTOR
        signature = FUNCTIONS.get(word)
        if signature is None or not signature.arguments:
            return Type.VECTOR
        return signature.argument(self.arguments[-1])


def _word_before(tokens: tuple[Token, ...], index: int) -> str:
    before = tokens[index - 1] if index else None
    if before is None or not before.is_sign(")"):
        return before.text if before is not None and before.kind is Kind.NAME else ""
    # `topk by (job) (5, x)`: the aggregation stands before its list of labels.
    opening = index - 1
    while opening > 0 and not tokens[opening].is_sign("("):
        opening -= 1
    is_grouping = opening >= 2 and tokens[opening - 1].word in ("by", "without")  # noqa: PLR2004 - two words
    return tokens[opening - 2].text if is_grouping else ""


def _replaced(tokens: tuple[Token, ...], index: int, places: _Places) -> str:
    token = tokens[index]
    if token.kind is Kind.STRING:
        return VARIABLE.sub(lambda match: "x" * len(match.group()), token.text)
    if token.kind is not Kind.VARIABLE:
        return token.text
    length = len(token.text)
    stand_in = _stand_in(tokens, index, places)
    return stand_in.ljust(length) if len(stand_in) <= length else token.text


def _stand_in(tokens: tuple[Token, ...], index: int, places: _Places) -> str:
    token, after = tokens[index], tokens[index + 1]
    before = tokens[index - 1] if index else token
    length = len(token.text)
    sign, word = places.innermost
    if _touch(token, after) and after.text in _UNITS:
        return "1".rjust(length, "0")
    if sign == "[" or _follows_offset(tokens, index):
        return "5m"
    if before.is_sign("@"):
        return "1"
    if _is_part_of_a_name(before, token) or _is_part_of_a_name(token, after):
        return "x" * length
    if sign == "{":
        return _in_braces(before, after, length)
    if sign == "(" and word.lower() in _LABEL_LISTS:
        return "x" * length
    return _operand(tokens, index, places)


def _operand(tokens: tuple[Token, ...], index: int, places: _Places) -> str:
    token, after = tokens[index], tokens[index + 1]
    length = len(token.text)
    if after.word in ("by", "without"):
        return "sum"
    if after.is_sign("("):
        return "rate" if _closes_behind_a_range(tokens, index + 1) else "abs"
    if after.is_sign("{", "["):
        return "x" * length
    if places.wanted is Type.STRING:
        return _string(length)
    is_limit = index > 0 and tokens[index - 1].text in COMPARISONS
    if places.wanted is Type.SCALAR or is_limit or _name(token.text) in _NUMBERS:
        return "1"
    return "x" * length


def _touch(left: Token, right: Token) -> bool:
    return left.span.end == right.span.start


def _is_part_of_a_name(left: Token, right: Token) -> bool:
    is_word = {left.kind, right.kind} <= {Kind.NAME, Kind.VARIABLE}
    return left is not right and is_word and _touch(left, right)


def _follows_offset(tokens: tuple[Token, ...], index: int) -> bool:
    words = [token for token in tokens[max(0, index - 2) : index] if not token.is_sign("-", "+")]
    return bool(words) and words[-1].word == "offset"


def _in_braces(before: Token, after: Token, length: int) -> str:
    if before.is_sign("=", "!=", "=~", "!~"):
        return _string(length)
    if after.is_sign("=", "!=", "=~", "!~"):
        return "x" * length
    return _SHORTEST_MATCHER[:-1] + "x" * (length - len(_SHORTEST_MATCHER)) + '"'


def _string(length: int) -> str:
    return '"' + "x" * (length - len(_SHORTEST_STRING)) + '"'


def _closes_behind_a_range(tokens: tuple[Token, ...], opening: int) -> bool:
    depth = 0
    for index in range(opening, len(tokens)):
        depth += tokens[index].is_sign("(") - tokens[index].is_sign(")")
        if depth == 0:
            return tokens[index - 1].is_sign("]")
    return False
