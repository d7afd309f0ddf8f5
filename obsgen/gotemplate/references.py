"""What the names in an action refer to: functions, variables and fields."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from obsgen.gotemplate.kinds import Kind, Member
from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.problem import Wrong, near, shown
from obsgen.gotemplate.scope import Scope
from obsgen.gotemplate.template import FunctionReference
from obsgen.gotemplate.uses import Uses
from obsgen.versions import needs, version_text

# `.Fired` is meant for `.Firing`: a list has few fields of its own.
_LOOSE: Final = 0.5


def check_function(token: Token, scope: Scope, uses: Uses) -> None:
    """
    Keep a function that is called.

    Raises:
        Wrong: there is none of that name.
    """
    dialect, word = scope.dialect, token.text
    if word in dialect.functions:
        uses.functions.append(FunctionReference(word, token.start, token.end))
        return
    if version := dialect.newer.get(word):
        target = version_text(dialect.version)
        message = f"function `{word}` needs {version}, the target is {target}"
        raise Wrong(message, token.start, token.end, kind="newer")
    if f"${word}" in dialect.variables:
        hint = f"did you mean `${word}`?"
    elif word in dialect.foreign:
        hint = dialect.foreign[word]
    elif guess := near(word, dialect.functions) or near(f"${word}", scope.variables):
        hint = f"did you mean `{guess}`?"
    else:
        hint = f"a label is written `{dialect.label_hint}.name`, a text in quotes"
    message = f"function `{word}` does not exist"
    raise Wrong(message, token.start, token.end, hint, "function")


def check_variable(token: Token, scope: Scope) -> None:
    """
    Make sure that a variable is declared.

    Raises:
        Wrong: it is not.
    """
    dialect = scope.dialect
    if token.text in scope.variables:
        return
    guess = near(token.text, scope.variables)
    hint = f"did you mean `{guess}`?" if guess else ""
    if token.text in dialect.variables:
        hint = "a template of its own sees only what it is given: `.`"
    hint = dialect.foreign.get(token.text, hint)
    message = f"variable `{token.text}` is not declared"
    raise Wrong(message, token.start, token.end, hint, "field")


def field_of(kind: Kind, name: Token, scope: Scope, uses: Uses) -> Member:
    """
    Return what a field is, and keep it if it is a label or an annotation.

    Raises:
        Wrong: what it is taken of has no such field.
    """
    word = name.text[1:]
    members = scope.dialect.members.get(kind, {})
    member = members.get(word)
    if member is not None and member.since <= scope.dialect.version:
        return member
    if kind in scope.dialect.maps:
        uses.refer(kind, replace(name, start=name.start + 1), word)
        return Member(Kind.TEXT)
    if kind in {Kind.OTHER, Kind.SHOWN}:
        return Member(Kind.OTHER)
    uses.value = uses.value or kind is Kind.VALUE
    _unknown_field(kind, name, member, scope)
    return Member(Kind.OTHER)


def _unknown_field(kind: Kind, name: Token, newer: Member | None, scope: Scope) -> None:
    dialect = scope.dialect
    if newer is not None:
        message = needs(f"`{name.text}`", "Alertmanager", newer.since, dialect.version)
        raise Wrong(message, name.start, name.end, kind="newer")
    members = dialect.members.get(kind, {})
    known = (word for word, member in members.items() if member.since <= dialect.version)
    guess = near(name.text[1:], known)
    hint = f"did you mean `.{guess}`?" if guess else ""
    if not guess and kind is dialect.root:
        hint = f"write `{dialect.label_hint}{shown(name.text)}`"
    elif not guess and kind in dialect.elements:
        close = get_close_matches(name.text[1:], members, n=1, cutoff=_LOOSE)
        hint = f"did you mean `.{close[0]}`?" if close else "go over it with `range`"
    if kind is not dialect.root and name.text[1:] in dialect.members.get(dialect.root, {}):
        hint = f"write `${name.text}`: `$` is what the whole text is given"
    if kind is dialect.root:
        hint = dialect.foreign.get(name.text, hint)
    message = f"{kind.noun} has no field `{shown(name.text)}`"
    raise Wrong(message, name.start, name.end, hint, "field")
