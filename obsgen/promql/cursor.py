"""A place in a sequence of tokens, and the complaints that every reader of tokens needs."""

from __future__ import annotations

from obsgen.promql.lexer import TEMPLATE_HINT, Kind, Token
from obsgen.promql.problem import PromqlError, Span, shown

_VARIABLE_HINT = "variables of Grafana live in dashboards only"


class Cursor:
    """Reads tokens one by one; the last one, END, is never passed."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        """Start at the first token."""
        self._tokens = tokens
        self._index = 0
        self.token = tokens[0]
        """The token to be read."""

    @property
    def next_token(self) -> Token:
        """The one after it."""
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    @property
    def last(self) -> Token:
        """The token that was read last, or the first one."""
        return self._tokens[max(self._index - 1, 0)]

    def take(self) -> Token:
        """Read the token."""
        token = self.token
        if token.kind is not Kind.END:
            self._index += 1
            self.token = self._tokens[self._index]
        return token

    def accept(self, *signs: str) -> Token | None:
        """Read the token if it is one of these signs."""
        return self.take() if self.token.is_sign(*signs) else None

    def accept_word(self, *words: str) -> Token | None:
        """Read the token if it is one of these keywords."""
        return self.take() if self.token.word in words else None

    def close(self, opening: Token, sign: str) -> Token:
        """Read the sign that closes *opening*, or complain."""
        if self.token.is_sign(sign):
            return self.take()
        message = f"expected `{sign}` to close `{opening.text}`"
        if self.token.kind is Kind.END:
            raise PromqlError(message, opening.span)
        raise PromqlError(f"{message}, found {shown(self.token.text)}", self.token.span)

    def unexpected(self, wanted: str, hint: str = "") -> PromqlError:
        """Return the complaint that the token is not what is *wanted*: "an operand"."""
        token = self.token
        if token.kind is Kind.VARIABLE:
            message = f"{shown(token.text)} is a variable, where {wanted} is expected"
            return PromqlError(message, token.span, hint or _VARIABLE_HINT)
        if token.is_sign("{") and self.next_token.is_sign("{"):
            span = token.span.to(self.next_token.span)
            return PromqlError(f"`{{{{` stands where {wanted} is expected", span, TEMPLATE_HINT)
        if token.kind is not Kind.END:
            message = f"{shown(token.text)} stands where {wanted} is expected"
            return PromqlError(message, token.span, hint)
        if self._index == 0:
            return PromqlError("the expression is empty", Span(0, token.span.end), hint)
        message = f"the expression ends after {shown(self.last.text)}, where {wanted} is expected"
        return PromqlError(message, self.last.span, hint)
