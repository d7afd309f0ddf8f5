"""Calls of functions: how many arguments, and where the alert's value and labels go."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from obsgen.gotemplate.functions import FUNCTIONS
from obsgen.gotemplate.kinds import VARIABLES, Kind, Operand
from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.problem import Wrong
from obsgen.gotemplate.template import FunctionReference
from obsgen.gotemplate.uses import Uses

_MAP_AND_KEY: Final = 2


def call(
    token: Token, arguments: list[Operand], piped: Kind, uses: Uses, *, is_first: bool
) -> tuple[Kind, FunctionReference]:
    """
    Return what a function gives, and keep what it does to the alert's value and labels.

    Args:
        arguments: Those that stand behind its name.
        piped: What comes from the command before it.
        is_first: There is none.

    Raises:
        Wrong: the number of arguments, the piped one included, does not fit.
    """
    called = FunctionReference(token.text, token.start, token.end)
    _check_count(token, len(arguments) + (not is_first))
    kinds = {argument.kind for argument in arguments}
    of_value = bool(kinds & {Kind.VALUE, Kind.SHOWN})
    if of_value:
        uses.value_pipes.append(called)
    if token.text == "index":
        return _index(arguments, uses, is_first=is_first), called
    if of_value or (not is_first and piped in {Kind.VALUE, Kind.SHOWN}):
        return Kind.SHOWN, called
    return Kind.OTHER, called


def _check_count(token: Token, count: int) -> None:
    fewest, most = FUNCTIONS[token.text]
    if fewest <= count <= most:
        return
    number = fewest if count < fewest else most
    some = {0: "nothing", 1: "1 argument"}.get(number, f"{number} arguments")
    least = "at least " if count < fewest and most > fewest else ""
    message = f"`{token.text}` takes {least}{some}, not {count}"
    hint = f"did you mean `${token.text}`?" if f"${token.text}" in VARIABLES else ""
    raise Wrong(message, token.start, token.end, hint)


def _index(arguments: list[Operand], uses: Uses, *, is_first: bool) -> Kind:
    if not is_first or not arguments:
        return Kind.OTHER
    kind = arguments[0].kind
    if kind not in {Kind.LABELS, Kind.EXTERNAL} or len(arguments) < _MAP_AND_KEY:
        return Kind.OTHER
    key = arguments[1].token
    if key.kind == "string" and "\\" not in key.text:
        uses.refer(kind, replace(key, start=key.start + 1, end=key.end - 1), key.text[1:-1])
    return Kind.TEXT
