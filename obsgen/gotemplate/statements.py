"""Statements: what an action does, by its keyword, and the blocks that it opens and closes."""

from __future__ import annotations

from obsgen.gotemplate.cursor import Cursor
from obsgen.gotemplate.kinds import Kind
from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.pipelines import Pipeline, Pipelines
from obsgen.gotemplate.problem import Wrong
from obsgen.gotemplate.scope import Scope
from obsgen.gotemplate.uses import Uses


class Statements:
    """Reads the statement of one action."""

    def __init__(self, text: str, tokens: list[Token], scope: Scope, uses: Uses) -> None:
        self._cursor = Cursor(tokens)
        self._scope = scope
        self._pipelines = Pipelines(text, self._cursor, scope, uses)

    def read(self, start: int, end: int) -> None:
        """
        Read the action.

        Args:
            start: Of its `{{`.
            end: Of its `}}`.

        Raises:
            Wrong: it cannot be read, or means nothing.
        """
        token = self._cursor.peek()
        if token.kind != "keyword":
            self._pipelines.read("action")
            return
        self._cursor.take()
        match token.text:
            case "if" | "range" | "with":
                self._control(token, start, end)
            case "else":
                self._else(token, start, end)
            case "end":
                self._end(token)
            case "break" | "continue":
                if not any(block.word == "range" for block in self._scope.blocks):
                    message = f"`{token.text}` stands outside of a `range`"
                    raise Wrong(message, token.start, token.end)
                self._cursor.expect_end(token.text)
            case "define" | "block":
                self._define(token, start, end)
            case _:
                self._call_template(token)

    def _control(self, token: Token, start: int, end: int) -> None:
        self._scope.open(token.text, start, end)
        self._head(token.text)

    def _head(self, word: str) -> None:
        """Read the pipeline of `if`, `range` or `with`, and set what `.` means below it."""
        try:
            pipeline = self._pipelines.read(word)
        except Wrong:
            self._scope.dot = self._scope.dot if word == "if" else Kind.OTHER
            raise
        if word == "with":
            self._scope.dot = pipeline.kind
        elif word == "range":
            self._range(pipeline)

    def _range(self, pipeline: Pipeline) -> None:
        """Set what the elements are; the last variable holds them, the one before it their key."""
        dialect = self._scope.dialect
        key, element = dialect.elements.get(pipeline.kind, (Kind.OTHER, Kind.OTHER))
        self._scope.dot = element
        for name, kind in zip(reversed(pipeline.declared), (element, key), strict=False):
            self._scope.variables[name] = kind
        if pipeline.kind in dialect.singles:
            message = f"`range` goes over lists, not over {pipeline.kind.noun}"
            first, last = pipeline.tokens
            raise Wrong(message, first.start, last.end, kind="argument")

    def _else(self, token: Token, start: int, end: int) -> None:
        block = self._scope.blocks[-1] if self._scope.blocks else None
        if block is None or block.word in {"define", "block"}:
            message = "`else` belongs to no `if`, `range` or `with`"
            raise Wrong(message, token.start, token.end)
        if block.has_else:
            message = f"`{block.word}` has an `else` already"
            raise Wrong(message, token.start, token.end, "write `{{ end }}` before")
        self._scope.dot = block.dot
        following = self._cursor.peek()
        if following.kind == "keyword" and following.text in {"if", "with"}:
            self._check_chain(block.word, token, following)
            self._cursor.take()
            self._head(following.text)
            return
        block.has_else = True
        self._cursor.expect_end("else")

    def _check_chain(self, opened: str, token: Token, following: Token) -> None:
        """Make sure that `else if` goes on an `if`, and `else with` a `with` where it may."""
        word, dialect = following.text, self._scope.dialect
        if word == "with" and not dialect.has_else_with:
            message = f"{dialect.server} knows no `else with`"
        elif opened != word:
            message = f"`else {word}` cannot go on a `{opened}`"
        else:
            return
        hint = f"write `{{{{ else }}}}{{{{ {word} … }}}}…{{{{ end }}}}{{{{ end }}}}`"
        raise Wrong(message, token.start, following.end, hint)

    def _end(self, token: Token) -> None:
        if not self._scope.blocks:
            message = "`end` belongs to no `if`, `range` or `with`"
            raise Wrong(message, token.start, token.end)
        self._scope.close()
        self._cursor.expect_end("end")

    def _define(self, token: Token, start: int, end: int) -> None:
        self._scope.open(token.text, start, end)
        if token.text == "define" and len(self._scope.blocks) > 1:
            message = f"`define` stands inside of `{self._scope.blocks[-2].word}`"
            raise Wrong(message, token.start, token.end, "move it out")
        name = self._template_name(token)
        self._scope.templates.add(name.text[1:-1])
        if token.text == "block":
            self._pipelines.read("block")
        else:
            self._cursor.expect_end("define")
        # Another template: it sees what it is given, and none of the variables around it.
        self._scope.variables = {"$": Kind.OTHER}
        self._scope.dot = Kind.OTHER

    def _call_template(self, token: Token) -> None:
        name = self._template_name(token)
        given = None
        if self._cursor.peek().kind != "end":
            given = self._pipelines.read("template").kind
        self._scope.called.append((name, given))

    def _template_name(self, word: Token) -> Token:
        token = self._cursor.take()
        if token.kind != "string":
            hint = f'write {{{{ {word.text} "name" . }}}}'
            raise Wrong(f"`{word.text}` needs a name in quotes", word.start, word.end, hint)
        return token
