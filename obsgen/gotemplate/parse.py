"""A text with its actions, one after the other; whatever is wrong with one, the next is read."""

from __future__ import annotations

import functools
import re
from typing import Final

from obsgen.gotemplate.calls import fits
from obsgen.gotemplate.dialect import Dialect
from obsgen.gotemplate.functions import RULES
from obsgen.gotemplate.kinds import Kind
from obsgen.gotemplate.lexer import CLOSING, SPACE, Lexer, Token
from obsgen.gotemplate.problem import Wrong, near, shown
from obsgen.gotemplate.scope import Scope
from obsgen.gotemplate.statements import Statements
from obsgen.gotemplate.template import Template
from obsgen.gotemplate.uses import Uses

# Several checks read each text, and alerts of one kind share theirs.
_CACHED: Final = 4_096
_BLOCK_WORD: Final = re.compile(r"\s*(if|range|with|define|block|end)\b")


def parse_template(text: str, dialect: Dialect = RULES) -> Template:
    """
    Read the text of a label, an annotation or a notification; any text at all can be read.

    Args:
        dialect: Whose template it is; that of rules unless told.

    >>> template = parse_template("{{ $labels.pod }} at {{ $value | humanizePercent }}")
    >>> [label.name for label in template.labels], template.errors[0].hint
    (['pod'], 'did you mean `humanizePercentage`?')
    """
    return _parsed(text, dialect) if "{{" in text else Template(text=text)


@functools.lru_cache(maxsize=_CACHED)
def _parsed(text: str, dialect: Dialect) -> Template:
    reader = _Reader(text, dialect)
    reader.run()
    return reader.uses.template(text)


class _Reader:
    """Reads one text; one use."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.uses = Uses()
        self._dialect = dialect
        self._scope = Scope.at_start(dialect)

    def run(self) -> None:
        """Read all actions of the text."""
        at = 0
        while (start := self.text.find("{{", at)) >= 0:
            at = start + 2
            if self.text[at : at + 1] == "-" and self.text[at + 1 : at + 2] in tuple(SPACE):
                at += 2
            at = (
                self._comment(start, at)
                if self.text.startswith("/*", at)
                else self._action(start, at)
            )
        for block in self._scope.blocks:
            hint = "write `{{ end }}` where it ends"
            self.uses.say(f"`{block.word}` has no `end`", block.start, block.end, hint)
        for name, given in self._scope.called:
            self._check_call(name, given)

    def _check_call(self, token: Token, given: Kind | None) -> None:
        """Make sure that a template exists and is given what it needs."""
        name = token.text[1:-1]
        if name in self._scope.templates:
            return
        known = self._dialect.templates
        if name not in known:
            guess = near(name, (*known, *self._scope.templates))
            hint = f"did you mean `{guess}`?" if guess else ""
            message = f"template `{shown(name)}` is not defined{self._dialect.own_text}"
            self.uses.say(message, token.start, token.end, hint, "template")
        elif (wanted := known[name]) is not Kind.OTHER and given is None:
            hint = f"write {{{{ template {token.text} . }}}}"
            message = f"template `{shown(name)}` is given nothing"
            self.uses.say(message, token.start, token.end, hint, "argument")
        elif given is not None and not fits(given, wanted):
            message = f"template `{shown(name)}` needs {wanted.noun}, not {given.noun}"
            self.uses.say(message, token.start, token.end, "", "argument")

    def _comment(self, start: int, at: int) -> int:
        end = self.text.find("*/", at + 2)
        if end < 0:
            hint = "write `*/}}` at its end"
            self.uses.say("comment is not closed", start, at + 2, hint, "unclosed")
            return len(self.text)
        closing = CLOSING.match(self.text, end + 2)
        if closing is None:
            message = "comment does not end with its action"
            self.uses.say(message, end, end + 2, "write `*/}}`, with nothing between")
            return end + 2
        return closing.end()

    def _action(self, start: int, at: int) -> int:
        """Read one action and return where the text goes on."""
        lexer = Lexer(self.text, start, at, self._dialect.label_hint)
        try:
            tokens = lexer.tokens()
        except Wrong as wrong:
            self.uses.errors.append(wrong.error)
            self._keep_blocks(start, at)
            return self._after_wrong_action(lexer.at)
        end = tokens[-1].end
        try:
            Statements(self.text, tokens, self._scope, self.uses).read(start, end)
        except Wrong as wrong:
            self.uses.errors.append(wrong.error)
        return end

    def _after_wrong_action(self, at: int) -> int:
        """Go on after the next `}}`, or at the next `{{` if that one is nearer."""
        closing, opening = self.text.find("}}", at), self.text.find("{{", at)
        if closing < 0 or 0 <= opening < closing:
            return opening if opening >= 0 else len(self.text)
        return closing + 2

    def _keep_blocks(self, start: int, at: int) -> None:
        """Count the block that an unreadable action opens, so that its `end` is not blamed too."""
        match = _BLOCK_WORD.match(self.text, at)
        if match and match[1] != "end":
            self._scope.open(match[1], start, match.end())
        elif match and self._scope.blocks:
            self._scope.close()
