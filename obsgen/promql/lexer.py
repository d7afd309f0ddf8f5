"""
PromQL as a sequence of words and signs, each with its exact characters.

Syntax: Prometheus 3.x, `promql/parser/lex.go`. Variables of Grafana are tokens too, so that
`substitute_variables` can replace them and the parser can name them.
"""

from __future__ import annotations

import enum
import itertools
import re
from typing import Final, NamedTuple

from obsgen.promql.newer import UNDERSCORE
from obsgen.promql.problem import LimitError, PromqlError, Span, shown
from obsgen.promql.strings import unquote

MAX_LENGTH: Final = 64 * 1024
"""Longest expression in characters; promql-parser takes quadratic time and then crashes."""

TEMPLATE_HINT: Final = "`{{ … }}` belongs into labels and annotations"


class Kind(enum.Enum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    DURATION = "duration"
    STRING = "string"
    SIGN = "sign"
    VARIABLE = "variable"
    END = "end"


class Token(NamedTuple):
    """
    A word or a sign.

    Attributes:
        text: As written.
        value: Of a string, without quotes and escapes; else the text.
        word: The name in lower case, as keywords are compared; empty for anything else.
    """

    kind: Kind
    text: str
    span: Span
    value: str
    word: str = ""

    def is_sign(self, *signs: str) -> bool:
        """Say whether the token is one of these signs."""
        return self.kind is Kind.SIGN and self.text in signs


VARIABLE: Final = re.compile(
    r"\$\{[a-zA-Z_][^{}\n]*\}|\$[a-zA-Z_][a-zA-Z0-9_]*|\[\[[a-zA-Z_]\w*(?::\w+)?\]\]", re.ASCII
)
"""Variables of Grafana: `$name`, `${name:format}`, `[[name]]`."""

_TOKEN: Final = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\\n])*+"|'(?:\\.|[^'\\\n])*+'|`[^`]*`)"""
    rf"|(?P<variable>{VARIABLE.pattern})"
    r"|(?P<duration>(?:[0-9]++(?:ms|[smhdwy]))++(?![a-zA-Z0-9_.]))"
    r"|(?P<number>(?:0[xX][0-9a-fA-F]++|(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)"
    r"(?![a-zA-Z0-9_.]))"
    r"|(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
    r"|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/%^<>=@(){},\[\]])",
    re.ASCII,
)
_BEFORE_TOKENS: Final = frozenset(" \t\r\n#")
_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|\#[^\r\n]*)*")
_IN_BRACKETS: Final = re.compile(r"(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)|(?P<sign>:)", re.ASCII)
_KINDS: Final = {
    "string": Kind.STRING,
    "variable": Kind.VARIABLE,
    "duration": Kind.DURATION,
    "number": Kind.NUMBER,
    "sign": Kind.SIGN,
}
_NUMBER_LIKE: Final = re.compile(r"\.?[0-9][0-9a-zA-Z_.]*", re.ASCII)
# A number of 2.54, with `_` between digits.
_UNDERSCORED: Final = re.compile(r"[0-9]+(?:_[0-9]+)+(?:\.[0-9]*)?(?:[eE][0-9]+)?", re.ASCII)
_FOREIGN: Final = (
    ("&&", "write `and`"),
    ("||", "write `or`"),
    *((sign, "this is LogQL: Loki's ruler reads it, Prometheus does not") for sign in ("|=", "|~")),
    ("|", "this is LogQL, of Loki; in PromQL nothing is piped"),
    ("!", "write `!=`, or `unless` between two vectors"),
    ("“", 'write `"`'),
    ("”", 'write `"`'),
    ("„", 'write `"`'),
    ("‘", "write `'`"),
    ("’", "write `'`"),
    ("–", "write `-`"),
    ("−", "write `-`"),
    ("×", "write `*`"),
    ("÷", "write `/`"),
    ("≥", "write `>=`"),
    ("≤", "write `<=`"),
    ("≠", "write `!=`"),
    ("\xa0", "this is a no-break space: write a plain one"),
    (".", 'a name with dots is quoted in braces: `{"http.requests"}`'),
    ("$", "a variable is `$name` or `${name}`"),
    (";", "an expression ends without a sign"),
)


def tokenize(text: str) -> tuple[Token, ...]:
    """
    Return the tokens of an expression; the last is an empty one of kind END.

    Raises:
        PromqlError: at the first characters that belong to no token.
    """
    _check_text(text)
    tokens: list[Token] = []
    depth, position = 0, _behind_blanks(text, 0)
    while position < len(text):
        match = (_IN_BRACKETS.match(text, position) if depth else None) or _TOKEN.match(
            text, position
        )
        if match is None or match.lastgroup is None:
            raise _template(tokens) or _unreadable(text, position)
        found, end = match.group(), match.end()
        tokens.append(_token(match.lastgroup, found, Span(position, end)))
        if found == "[":
            depth += 1
        elif found == "]":
            depth = max(0, depth - 1)
        position = _behind_blanks(text, end)
    tokens.append(Token(kind=Kind.END, text="", span=Span(position, position), value=""))
    return tuple(tokens)


def _behind_blanks(text: str, position: int) -> int:
    """Return where the next token begins, behind blanks and comments."""
    if text[position : position + 1] not in _BEFORE_TOKENS:
        return position
    match = _BLANK.match(text, position)
    return position if match is None else match.end()


def _template(tokens: list[Token]) -> PromqlError | None:
    """Blame the braces of a template, not the first sign in it that is not PromQL."""
    for left, right in itertools.pairwise(tokens):
        if left.is_sign("{") and right.is_sign("{"):
            message = "`{{` stands where an operand is expected"
            return PromqlError(message, left.span.to(right.span), TEMPLATE_HINT)
    return None


def _token(group: str, text: str, span: Span) -> Token:
    if group == "name":
        return Token(Kind.NAME, text, span, text, text.lower())
    value = unquote(text, span.start) if group == "string" else text
    return Token(_KINDS[group], text, span, value)


def _check_text(text: str) -> None:
    if len(text) > MAX_LENGTH:
        message = f"the expression has {len(text)} characters, more than {MAX_LENGTH}"
        raise LimitError(message, Span(MAX_LENGTH, len(text)), "record parts of it as own series")
    for position, character in enumerate("" if text.isascii() else text):
        if "\ud800" <= character <= "\udfff":
            message = f"`U+{ord(character):04X}` is half a character"
            raise PromqlError(message, Span(position, position + 1), "write the file in UTF-8")


def _unreadable(text: str, start: int) -> PromqlError:
    rest = text[start:]
    if rest[0] in "\"'`":
        end = rest.find("\n") if rest[0] != "`" else -1
        span = Span(start, start + end if end > 0 else len(text))
        return PromqlError(f"expected `{rest[0]}` to close the string", span, "")
    number = _NUMBER_LIKE.match(rest)
    if number is not None:
        return _bad_number(number.group(), start)
    for foreign, hint in _FOREIGN:
        if rest.startswith(foreign):
            name = "`U+00A0`" if foreign == "\xa0" else shown(foreign)
            return PromqlError(f"{name} is not PromQL", Span(start, start + len(foreign)), hint)
    name = shown(rest[0]) if rest[0].isprintable() else f"`U+{ord(rest[0]):04X}`"
    hint = 'quote a name with other letters: `{"naïve"}`' if rest[0].isalpha() else ""
    return PromqlError(f"{name} is not PromQL", Span(start, start + 1), hint)


def _bad_number(text: str, start: int) -> PromqlError:
    span = Span(start, start + len(text))
    message = f"{shown(text)} is neither a number nor a duration"
    if re.fullmatch(r"[0-9]*\.[0-9]+(?:ms|[smhdwy])", text):
        return PromqlError(message, span, "a duration counts in whole units: `1h30m`")
    if _UNDERSCORED.fullmatch(text):
        return UNDERSCORE.found(text, span)
    if "_" in text:
        return PromqlError(message, span, "a name begins with a letter")
    return PromqlError(message, span, "durations are written `5m`, `1h30m`, `500ms`")
