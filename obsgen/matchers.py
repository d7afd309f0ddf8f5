"""
Label matchers: which series a selector takes.

A value is a pattern, anchored, as in Prometheus's `=~`; it is written `=` where it has no
metacharacter, so that the cheap matcher is used wherever it says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from obsgen.diagnostics import NOWHERE, Origin

Op = Literal["=", "!=", "=~", "!~"]

_NOT_TRIED: Final = re.compile(r"\)[*+{?]|\(\?|\\[A-Za-z]|\[\[:|[*+}?][^|]*[*+}][^|]*[*+}]")
_LONGEST: Final = 256
_META: Final = re.compile(r"[.+*?()|\[\]{}^$\\]")


@dataclass(frozen=True, slots=True)
class Matcher:
    """One matcher: `status=~"5.."`."""

    label: str
    op: Op
    value: str
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    def __str__(self) -> str:
        """Write the matcher as PromQL and Alertmanager read it."""
        return f"{self.label}{self.op}{quoted(self.value)}"

    def negated(self) -> Matcher:
        """Return the matcher that takes exactly what this one leaves."""
        ops: dict[Op, Op] = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
        return Matcher(self.label, ops[self.op], self.value, self.origin)

    def matches(self, value: str) -> bool:
        """Say whether a label value passes; a pattern that is not tried here passes all."""
        if self.op in {"=", "!="}:
            return (value == self.value) == (self.op == "=")
        found = full_match(self.value, value)
        return found is None or found == (self.op == "=~")

    @property
    def is_certain(self) -> bool:
        """Say whether `matches` can be told: not for patterns that are not tried here."""
        return self.op in {"=", "!="} or full_match(self.value, "") is not None


_LITERALS: Final = re.compile(r"(?:[^.+*?()|\[\]{}^$\\]|\\[^A-Za-z0-9])*")


def only_values(matcher: Matcher) -> frozenset[str] | None:
    r"""
    Return the values that a matcher takes, where these are few and can be told.

    >>> sorted(only_values(Matcher("job", "=~", r"a|b\.c"))), only_values(Matcher("job", "!=", "a"))
    (['a', 'b.c'], None)
    """
    if matcher.op == "=":
        return frozenset({matcher.value})
    parts = matcher.value.split("|")
    if matcher.op != "=~" or not all(_LITERALS.fullmatch(part) for part in parts):
        return None
    return frozenset(re.sub(r"\\(.)", r"\1", part) for part in parts)


def contradiction(matchers: Iterable[Matcher]) -> tuple[Matcher, Matcher] | None:
    """Return two matchers that surely never take the same value."""
    every = tuple(dict.fromkeys(matchers))
    for one in every:
        values = only_values(one)
        if values is None:
            continue
        for other in every:
            if (
                other.label == one.label
                and other.is_certain
                and not any(map(other.matches, values))
            ):
                return one, other
    return None


def full_match(pattern: str, text: str) -> bool | None:
    """
    Say whether an anchored pattern matches, or None where that is not tried.

    RE2 takes linear time, Python's matcher does not: a group that is repeated is left alone, and
    so is what the two read differently.
    """
    if _NOT_TRIED.search(pattern):
        return None
    try:
        return re.fullmatch(pattern, text[:_LONGEST], re.DOTALL) is not None
    except re.error:
        return None


def quoted(text: str) -> str:
    r"""
    Write a PromQL string literal.

    >>> quoted('a"b\\c')
    '"a\\"b\\\\c"'
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def is_pattern(text: str) -> bool:
    """Say whether a value has a metacharacter of regular expressions."""
    return bool(_META.search(text))


def literal_pattern(text: str) -> str:
    """Return the pattern that matches exactly *text*."""
    return _META.sub(lambda m: "\\" + m[0], text)


def matcher(label: str, value: str, *, negated: bool = False, origin: Origin = NOWHERE) -> Matcher:
    """Return the matcher of a pattern: an equality where the pattern is a plain text."""
    if is_pattern(value):
        return Matcher(label, "!~" if negated else "=~", value, origin)
    return Matcher(label, "!=" if negated else "=", value, origin)


def any_value(
    label: str, patterns: Iterable[str], *, negated: bool = False, origin: Origin = NOWHERE
) -> Matcher:
    """Return the matcher of several patterns; one alone is written as itself."""
    several = tuple(dict.fromkeys(patterns))
    if len(several) == 1:
        return matcher(label, several[0], negated=negated, origin=origin)
    return Matcher(label, "!~" if negated else "=~", "|".join(several), origin)


def selector(name: str, matchers: Iterable[Matcher]) -> str:
    """
    Write an instant selector, each matcher once, in the order given.

    >>> selector("up", [Matcher("job", "=", "a"), Matcher("job", "=", "a")])
    'up{job="a"}'
    """
    inside = ",".join(dict.fromkeys(map(str, matchers)))
    return f"{name}{{{inside}}}" if inside else name
