"""A text with its actions, one after the other; whatever is wrong with one, the next is read."""

from __future__ import annotations

import re
from typing import Final

from obsgen.gotemplate.lexer import CLOSING, SPACE, Lexer
from obsgen.gotemplate.problem import Wrong, shown
from obsgen.gotemplate.scope import Scope
from obsgen.gotemplate.statements import Statements
from obsgen.gotemplate.template import Template
from obsgen.gotemplate.uses import Uses

_BLOCK_WORD: Final = re.compile(r"\s*(if|range|with|define|block|end)\b")


def parse_template(text: str) -> Template:
    """
    Read the text of a label or an annotation; any text at all can be read.

    >>> template = parse_template("{{ $labels.pod }} at {{ $value | humanizePercent }}")
    >>> [label.name for label in template.labels], template.errors[0].hint
    (['pod'], 'did you mean `humanizePercentage`?')
    """
    if "{{" not in text:
        return Template(text=text)
    reader = _Reader(text)
    reader.run()
    return reader.uses.template(text)


class _Reader:
    """Reads one text; one use."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.uses = Uses()
        self._scope = Scope()

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
        for name in self._scope.called:
            if name.text[1:-1] not in self._scope.templates:
                message = f"template `{shown(name.text[1:-1])}` is not defined in this text"
                self.uses.say(message, name.start, name.end)

    def _comment(self, start: int, at: int) -> int:
        end = self.text.find("*/", at + 2)
        if end < 0:
            self.uses.say("comment is not closed", start, at + 2, "write `*/}}` at its end")
            return len(self.text)
        closing = CLOSING.match(self.text, end + 2)
        if closing is None:
            message = "comment does not end with its action"
            self.uses.say(message, end, end + 2, "write `*/}}`, with nothing between")
            return end + 2
        return closing.end()

    def _action(self, start: int, at: int) -> int:
        """Read one action and return where the text goes on."""
        lexer = Lexer(self.text, start, at)
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
