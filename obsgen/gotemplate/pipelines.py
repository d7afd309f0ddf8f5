"""
Pipelines: `$x := a b | c (d).e`, the commands of an action and what flows through them.

What a value is (`Kind`) is followed through variables, fields and pipes, and given up where only
a run could tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from obsgen.gotemplate.calls import call, call_method
from obsgen.gotemplate.cursor import Cursor
from obsgen.gotemplate.kinds import Kind, Operand
from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.problem import Wrong, near, shown
from obsgen.gotemplate.references import check_function, check_variable, field_of
from obsgen.gotemplate.scope import Scope
from obsgen.gotemplate.template import FunctionReference
from obsgen.gotemplate.uses import Uses

_MAX_DEPTH: Final = 50


@dataclass(slots=True)
class Pipeline:
    """
    What comes out of a pipeline.

    Attributes:
        tokens: Its first and its last.
        declared: The variables that it is kept in.
    """

    kind: Kind
    tokens: tuple[Token, Token]
    declared: list[str] = field(default_factory=list)


class Pipelines:
    """Reads the pipelines of one action."""

    def __init__(self, text: str, cursor: Cursor, scope: Scope, uses: Uses) -> None:
        self._text = text
        self._cursor = cursor
        self._scope = scope
        self._uses = uses
        self._depth = 0

    def read(self, context: str) -> Pipeline:
        """
        Read up to the end of the action or of the parentheses.

        Args:
            context: The keyword before it, or `action`, or `parentheses`.

        Raises:
            Wrong: it cannot be read, or means nothing.
        """
        declared = self._declarations(context)
        start = self._cursor.peek()
        piped: Kind | None = None
        while True:
            kind, called = self._command(context, piped)
            if piped in {Kind.VALUE, Kind.SHOWN} and called is not None:
                self._uses.value_pipes.append(called)
            piped = kind
            if self._cursor.peek().kind != "pipe":
                break
            self._cursor.take()
        for name in declared:
            self._scope.variables[name] = kind
        return Pipeline(kind, (start, self._cursor.previous()), declared)

    def _declarations(self, context: str) -> list[str]:
        declared: list[str] = []
        while self._cursor.peek().kind == "variable":
            name, following = self._cursor.peek(), self._cursor.following()
            if following.kind not in {"declare", "assign", "comma"}:
                if declared:
                    break
                return []
            if following.kind == "assign":
                check_variable(name, self._scope)
            declared.append(name.text)
            # Set before the pipeline is read, as Go does.
            self._scope.variables.setdefault(name.text, Kind.OTHER)
            self._cursor.take()
            self._cursor.take()
            if following.kind != "comma":
                break
            if context != "range":
                message = f"`{shown(following.text)}` cannot follow `{name.text}`"
                raise Wrong(message, following.start, following.end)
            if len(declared) > 1 or self._cursor.peek().kind != "variable":
                message = "`range` declares an index and an element, nothing else"
                raise Wrong(message, following.start, following.end)
        return declared

    def _command(self, context: str, piped: Kind | None) -> tuple[Kind, FunctionReference | None]:
        """
        Read a function with its arguments, or one operand; return what it gives.

        Args:
            piped: What the command before it gives; None where there is none.
        """
        operands = self._operands(context)
        head = operands[0]
        if head.token.kind == "function" and not head.names:
            return call(head.token, operands[1:], piped, self._scope, self._uses)
        if head.token.kind == "nil":
            raise Wrong("`nil` is no command", head.token.start, head.token.end)
        if head.takes:
            call_method(head, operands[1:], piped)
            return head.kind, None
        fixed = head.kind is not Kind.OTHER or head.token.kind in {"bool", "constant", "string"}
        if piped is not None and fixed:
            message = f"`{shown(head.token.text)}` takes nothing from a pipe"
            guess = near(head.token.text, self._scope.dialect.functions)
            hint = f"did you mean `{guess}`?" if guess else ""
            raise Wrong(message, head.token.start, head.token.end, hint)
        if len(operands) > 1 and fixed:
            self._too_many(operands)
        return head.kind, None

    def _too_many(self, operands: list[Operand]) -> None:
        head, following = operands[0].token, operands[1].token
        hint = ""
        if following.kind == "function":
            names = operands[0].names
            end = names[-1].end if names else head.end
            hint = f"write `{shown(self._text[head.start : end])} | {following.text}`"
        message = f"`{shown(following.text)}` stands where `|` or `}}}}` belongs"
        raise Wrong(message, following.start, following.end, hint)

    def _operands(self, context: str) -> list[Operand]:
        operands: list[Operand] = []
        while True:
            token = self._cursor.peek()
            if token.kind in {"end", "pipe"} or (token.kind == "paren" and token.text == ")"):
                break
            if operands and token.start == self._cursor.previous().end:
                message = f"a space is missing before `{shown(token.text)}`"
                raise Wrong(message, token.start, token.end)
            operands.append(self._operand())
            if len(operands) > 1 and operands[-1].takes:
                call_method(operands[-1], [], None)
        token = self._cursor.peek()
        if token.text == ")" and not self._depth:
            raise Wrong("`)` closes nothing", token.start, token.end)
        if not operands:
            self._empty(context, token)
        return operands

    def _empty(self, context: str, token: Token) -> None:
        pipe = self._cursor.previous()
        if pipe.kind == "pipe":
            raise Wrong("nothing follows `|`", pipe.start, pipe.end)
        if context in {"if", "range", "with", "block"}:
            raise Wrong(f"`{context}` has no condition", token.start, token.end)
        raise Wrong("an action that says nothing", token.start, token.end)

    def _operand(self) -> Operand:
        token = self._cursor.take()
        match token.kind:
            case "function":
                check_function(token, self._scope, self._uses)
                kind = Kind.OTHER
            case "variable":
                check_variable(token, self._scope)
                kind = self._scope.variables[token.text]
            case "dot" | "field":
                kind = self._scope.dot
            case "bool" | "constant" | "nil" | "string":
                kind = {"constant": Kind.NUMBER, "string": Kind.TEXT}.get(token.kind, Kind.OTHER)
            case "paren":
                kind = self._parenthesis(token)
            case _:
                message = f"`{shown(token.text)}` stands where a value belongs"
                raise Wrong(message, token.start, token.end)
        names = self._names(token)
        if names and token.kind in {"bool", "constant", "dot", "nil", "string"}:
            message = f"`{shown(token.text)}` has no fields"
            raise Wrong(message, names[0].start, names[0].end)
        if token.kind == "field":
            names = (token, *names)
        operand = self._followed(Operand(kind, token), names)
        if operand.kind is Kind.VALUE:
            self._uses.value = True
        return operand

    def _followed(self, operand: Operand, names: tuple[Token, ...]) -> Operand:
        """Return what the fields of a value are, one after the other."""
        for place, name in enumerate(names, 1):
            if operand.takes:
                call_method(operand, [], None)
            member = field_of(operand.kind, name, self._scope, self._uses)
            operand = Operand(member.gives, operand.token, names[:place], member.takes)
        return operand

    def _names(self, token: Token) -> tuple[Token, ...]:
        """Take the fields that follow without a space."""
        names: list[Token] = []
        end = self._cursor.previous().end if token.kind == "paren" else token.end
        while self._cursor.peek().kind == "field" and self._cursor.peek().start == end:
            names.append(self._cursor.take())
            end = names[-1].end
        return tuple(names)

    def _parenthesis(self, token: Token) -> Kind:
        if self._depth >= _MAX_DEPTH:
            raise Wrong("parentheses nest too deeply", token.start, token.end)
        self._depth += 1
        if self._cursor.peek().text == ")" and self._cursor.peek().kind == "paren":
            raise Wrong("`()` says nothing", token.start, self._cursor.peek().end)
        pipeline = self.read("parentheses")
        closing = self._cursor.take()
        if closing.kind != "paren":
            raise Wrong("`(` is not closed", token.start, token.end, "write `)` at its end")
        self._depth -= 1
        return pipeline.kind
