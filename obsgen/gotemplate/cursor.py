"""A place in the tokens of one action."""

from __future__ import annotations

from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.problem import Wrong, shown


class Cursor:
    """Goes over tokens, of which the last one is the closing `}}`; it is never passed."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def peek(self) -> Token:
        """Return the next token and leave it."""
        return self._tokens[self._next]

    def following(self) -> Token:
        """Return the token after the next; there is one unless the next one closes the action."""
        return self._tokens[self._next + 1]

    def previous(self) -> Token:
        """Return the token taken last; before any was, the closing `}}`."""
        return self._tokens[self._next - 1]

    def take(self) -> Token:
        """Return the next token and go past it."""
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def expect_end(self, after: str) -> None:
        """
        Make sure that nothing follows the keyword *after*.

        Raises:
            Wrong: something does.
        """
        token = self.peek()
        if token.kind != "end":
            raise Wrong(f"`{shown(token.text)}` cannot follow `{after}`", token.start, token.end)
