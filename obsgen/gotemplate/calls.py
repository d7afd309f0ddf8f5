"""Calls of functions and methods: how many arguments and which, and where values and labels go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obsgen.gotemplate.kinds import Kind, Operand
from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.problem import Wrong, shown
from obsgen.gotemplate.scope import Scope
from obsgen.gotemplate.template import FunctionReference, TemplateQuery
from obsgen.gotemplate.uses import Uses

_MAP_AND_KEY: Final = 2
_COMPARING: Final = frozenset({"eq", "ge", "gt", "le", "lt", "ne"})
_CHOOSING: Final = frozenset({"and", "or"})
_COUNTED: Final = frozenset(
    {Kind.ALERTS, Kind.ALERT_LIST, Kind.PAIRS, Kind.TEXTS, Kind.LABELS, Kind.GROUPS}
)


def call(
    token: Token,
    arguments: list[Operand],
    piped: Kind | None,
    scope: Scope,
    uses: Uses,
) -> tuple[Kind, FunctionReference]:
    """
    Return what a function gives, and keep what it does to the alert's value and labels.

    Args:
        arguments: Those that stand behind its name.
        piped: What comes from the command before it; None where there is none.

    Raises:
        Wrong: the number of arguments, the piped one included, does not fit, or what they are.
    """
    called = FunctionReference(token.text, token.start, token.end)
    given = [argument.kind for argument in arguments] + ([] if piped is None else [piped])
    _check_count(token, len(given), scope)
    _check_kinds(token, arguments, given, scope)
    kinds = {argument.kind for argument in arguments}
    of_value = bool(kinds & {Kind.VALUE, Kind.SHOWN})
    if of_value:
        uses.value_pipes.append(called)
    if token.text == "query" and arguments:
        _ask(arguments[0].token, uses)
    if token.text == "index":
        return _index(arguments, piped, scope, uses), called
    if of_value or piped in {Kind.VALUE, Kind.SHOWN}:
        return Kind.SHOWN, called
    if token.text in _CHOOSING and len(set(given)) == 1:
        return given[0], called
    if token.text == "slice":
        return given[0], called
    return scope.dialect.gives.get(token.text, Kind.OTHER), called


def call_method(operand: Operand, arguments: list[Operand], piped: Kind | None) -> None:
    """
    Make sure that a method gets its arguments.

    Raises:
        Wrong: it does not.
    """
    given = [argument.kind for argument in arguments] + ([] if piped is None else [piped])
    takes, name = operand.takes, operand.last
    if len(given) != len(takes):
        _wrong_count(name, f"takes {_arguments(len(takes))}, not {len(given)}")
    for place, (kind, wanted) in enumerate(zip(given, takes, strict=True)):
        if not fits(kind, wanted):
            at = arguments[place] if place < len(arguments) else operand
            message = f"`{shown(name.text)}` takes {wanted.noun}, not {kind.noun}"
            raise Wrong(message, at.token.start, at.last.end, _texts_hint(kind), "argument")


def fits(kind: Kind, wanted: Kind) -> bool:
    """Say whether a value may be what is wanted, as far as it is known."""
    lists = {Kind.ALERTS, Kind.ALERT_LIST}
    return kind is wanted or Kind.OTHER in {kind, wanted} or {kind, wanted} <= lists


def _check_count(token: Token, count: int, scope: Scope) -> None:
    fewest, most = scope.dialect.functions[token.text]
    if fewest <= count <= most:
        return
    least = "at least " if count < fewest and most > fewest else ""
    number = fewest if count < fewest else most
    hint = f"did you mean `${token.text}`?" if f"${token.text}" in scope.dialect.variables else ""
    _wrong_count(token, f"takes {least}{_arguments(number)}, not {count}", hint)


def _wrong_count(token: Token, problem: str, hint: str = "") -> None:
    raise Wrong(f"`{shown(token.text)}` {problem}", token.start, token.end, hint, "argument")


def _arguments(number: int) -> str:
    return {0: "nothing", 1: "1 argument"}.get(number, f"{number} arguments")


def _check_kinds(
    token: Token, arguments: list[Operand], given: Sequence[Kind], scope: Scope
) -> None:
    wanted = scope.dialect.takes.get(token.text, ())
    for place, kind in enumerate(given):
        if place < len(arguments):
            start, end = arguments[place].token.start, arguments[place].last.end
        else:
            start, end = token.start, token.end
        if wanted and not fits(kind, wants := wanted[min(place, len(wanted) - 1)]):
            message = f"`{token.text}` takes {wants.noun}, not {kind.noun}"
            raise Wrong(message, start, end, _texts_hint(kind), "argument")
        if token.text in _COMPARING and kind in scope.dialect.uncomparable:
            hint = "compare how many they are: `len …`" if kind in _COUNTED else ""
            message = f"`{token.text}` cannot compare {kind.noun}"
            raise Wrong(message, start, end, hint, "argument")
    whole = next((a.token for a in arguments if _is_whole(a.token)), None)
    if token.text in _COMPARING and Kind.VALUE in given and whole is not None:
        message = (
            f"`{token.text}` cannot compare the alert's value with the whole number `{whole.text}`"
        )
        hint = f"write `{whole.text}.0`: Go compares no float with an int"
        raise Wrong(message, whole.start, whole.end, hint, "argument")
    if token.text in _COMPARING and {Kind.TEXT, Kind.NUMBER} <= set(given):
        message = f"`{token.text}` cannot compare a text with a number"
        raise Wrong(message, token.start, token.end, kind="argument")


def _is_whole(token: Token) -> bool:
    return token.kind == "constant" and not set(token.text.lower()) & set(".ep")


def _texts_hint(kind: Kind) -> str:
    """Say how maps become what functions of texts take."""
    if kind in {Kind.LABELS, Kind.GROUPS, Kind.ANNOTATIONS, Kind.PAIRS}:
        return "take its `.Values`, or its `.Names`"
    return 'join them: `join ", "`' if kind is Kind.TEXTS else ""


def _ask(asked: Token, uses: Uses) -> None:
    """Keep a query that is written out."""
    if (query := asked.inside) is not None:
        uses.queries.append(TemplateQuery(query.text, query.start, query.end))


def _index(arguments: list[Operand], piped: Kind | None, scope: Scope, uses: Uses) -> Kind:
    if piped is not None or not arguments:
        return Kind.OTHER
    kind = arguments[0].kind
    if kind not in scope.dialect.maps:
        is_element = len(arguments) == _MAP_AND_KEY and kind in scope.dialect.elements
        return scope.dialect.elements[kind][1] if is_element else Kind.OTHER
    if len(arguments) < _MAP_AND_KEY:
        return Kind.OTHER
    if (key := arguments[1].token.inside) is not None:
        uses.refer(kind, key, key.text)
    return Kind.TEXT
