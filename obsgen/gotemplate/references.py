"""What the names in an action refer to: functions, variables and fields."""

from __future__ import annotations

from dataclasses import replace

from obsgen.gotemplate.functions import FUNCTIONS
from obsgen.gotemplate.kinds import ROOT_FIELDS, VARIABLES, Kind
from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.problem import Wrong, near, shown
from obsgen.gotemplate.scope import Scope
from obsgen.gotemplate.template import FunctionReference
from obsgen.gotemplate.uses import Uses


def check_function(token: Token, scope: Scope, uses: Uses) -> None:
    """
    Keep a function that is called.

    Raises:
        Wrong: there is none of that name.
    """
    if token.text in FUNCTIONS:
        uses.functions.append(FunctionReference(token.text, token.start, token.end))
        return
    if token.text == "tmpl":
        hint = 'write {{ template "name" . }}: `tmpl` exists in console templates only'
    elif guess := near(token.text, FUNCTIONS) or near(f"${token.text}", scope.variables):
        hint = f"did you mean `{guess}`?"
    else:
        hint = "a label is written `$labels.name`, a text in quotes"
    if f"${token.text}" in VARIABLES:
        hint = f"did you mean `${token.text}`?"
    raise Wrong(f"function `{token.text}` does not exist", token.start, token.end, hint)


def check_variable(token: Token, scope: Scope) -> None:
    """
    Make sure that a variable is declared.

    Raises:
        Wrong: it is not.
    """
    if token.text in scope.variables:
        return
    guess = near(token.text, scope.variables)
    hint = f"did you mean `{guess}`?" if guess else ""
    if token.text in VARIABLES:
        hint = "a template of its own sees only what it is given: `.`"
    raise Wrong(f"variable `{token.text}` is not declared", token.start, token.end, hint)


def field_of(kind: Kind, name: Token, uses: Uses) -> Kind:
    """
    Return what a field holds, and keep it if it is a label.

    Raises:
        Wrong: what it is taken of has no such field.
    """
    word = name.text[1:]
    match kind:
        case Kind.ROOT:
            if word not in ROOT_FIELDS:
                _unknown_field(name)
            return ROOT_FIELDS[word]
        case Kind.LABELS | Kind.EXTERNAL:
            uses.refer(kind, replace(name, start=name.start + 1), word)
            return Kind.TEXT
        case Kind.TEXT | Kind.VALUE:
            uses.value = uses.value or kind is Kind.VALUE
            what = "a number" if kind is Kind.VALUE else "a text"
            message = f"{what} has no field `{shown(name.text)}`"
            raise Wrong(message, name.start, name.end)
    return Kind.OTHER


def _unknown_field(name: Token) -> None:
    guess = near(name.text[1:], ROOT_FIELDS)
    hint = f"did you mean `.{guess}`?" if guess else f"write `$labels{shown(name.text)}`"
    message = f"an alert has no field `{shown(name.text)}`"
    raise Wrong(message, name.start, name.end, hint)
