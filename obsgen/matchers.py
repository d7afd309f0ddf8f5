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

_NOT_TRIED: Final = re.compile(r"\)[*+{?]|\(\?|\\[A-Za-z]|\[\[:")
_REPEAT: Final = re.compile(r"[*+?}]")
_LONGEST: Final = 256
_FEW_REPEATS: Final = 2
_MOST_STEPS: Final = 1_000_000
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
    def takes_all(self) -> bool:
        """Say whether it is one that leaves nothing out: `.*`."""
        return self.op == "=~" and self.value == ".*"

    @property
    def is_certain(self) -> bool:
        """Say whether `matches` can be told: not for patterns that are not tried here."""
        return self.op in {"=", "!="} or full_match(self.value, "") is not None


_LITERALS: Final = re.compile(r"(?:[^.+*?()|\[\]{}^$\\]|\\[^A-Za-z0-9])*")


_CHARACTER: Final = re.compile(r"[^+*?()|\[\]{}^$\\]|\\[^A-Za-z0-9]")
_SHAPED: Final = re.compile(rf"(?:{_CHARACTER.pattern}|\|)*")


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


def takes_nothing(matcher: Matcher) -> bool:
    """
    Say whether a matcher leaves out every value, that of an absent label too.

    >>> takes_nothing(Matcher("job", "!~", ".*")), takes_nothing(Matcher("job", "!~", ".+"))
    (True, False)
    """
    return matcher.op == "!~" and matcher.negated().takes_all


def contradiction(matchers: Iterable[Matcher]) -> tuple[Matcher, Matcher] | None:
    """
    Return two matchers that surely never take the same value.

    >>> [str(m) for m in contradiction([Matcher("code", "=~", "2.."), Matcher("code", "=", "500")])]
    ['code=~"2.."', 'code="500"']
    """
    every = tuple(dict.fromkeys(matchers))
    for place, one in enumerate(every):
        for other in every[place + 1 :]:
            if one.label == other.label and (
                _refuses(one, other) or _refuses(other, one) or _are_apart(one, other)
            ):
                return one, other
    return None


def unmet(wide: Iterable[Matcher], narrow: Iterable[Matcher]) -> Matcher | None:
    """
    Return a matcher that series may fail which pass all of *narrow*; None where that is not sure.

    >>> eu, us = Matcher("region", "=", "eu"), Matcher("region", "=", "us")
    >>> str(unmet([eu], [us])), unmet([eu], [eu]), str(unmet([eu], []))
    ('region="eu"', None, 'region="eu"')
    """
    given = tuple(narrow)
    for matcher in wide:
        about = [other for other in given if other.label == matcher.label]
        told = [values for other in about if (values := only_values(other)) is not None]
        if matcher in about or matcher.takes_all:
            continue
        if told and all(map(matcher.matches, frozenset.intersection(*told))):
            continue
        if matcher.is_certain and len(told) == len(about):
            return matcher
    return None


def _refuses(one: Matcher, other: Matcher) -> bool:
    """Say whether a matcher surely takes none of the few values of another."""
    values = only_values(other)
    return values is not None and one.is_certain and not any(map(one.matches, values))


def _are_apart(one: Matcher, other: Matcher) -> bool:
    """Say whether two patterns of characters, some of them left open, have nothing in common."""
    mine, theirs = _shapes(one), _shapes(other)
    if mine is None or theirs is None:
        return False
    return not any(
        len(a) == len(b) and all(x == y or "" in {x, y} for x, y in zip(a, b, strict=True))
        for a in mine
        for b in theirs
    )


def _shapes(matcher: Matcher) -> tuple[tuple[str, ...], ...] | None:
    """Return the characters of each alternative of a pattern, empty where any may stand."""
    if matcher.op != "=~" or not _SHAPED.fullmatch(matcher.value):
        return None
    alternatives = (_CHARACTER.findall(part) for part in matcher.value.split("|"))
    return tuple(
        tuple("" if character == "." else character.lstrip("\\") for character in characters)
        for characters in alternatives
    )


def full_match(pattern: str, text: str) -> bool | None:
    """
    Say whether an anchored pattern matches, or None where that is not tried.

    RE2 takes linear time, Python's matcher does not: a group that is repeated is left alone, so
    are many repetitions on a long text, and what the two read differently.

    >>> full_match("[a-z]+:[a-z_]+:[a-z0-9]+", "job:requests:rate5m")
    True
    """
    if _NOT_TRIED.search(pattern) or len(text) > _LONGEST or _is_costly(pattern, text):
        return None
    try:
        return re.fullmatch(pattern, text, re.DOTALL) is not None
    except re.error:
        return None


def _is_costly(pattern: str, text: str) -> bool:
    """Say whether a matcher that goes back may take more steps than anybody waits for."""
    branches = [pattern] if "(" in pattern else pattern.split("|")
    repeats = max(len(_REPEAT.findall(branch)) for branch in branches)
    return repeats > _FEW_REPEATS and (len(text) + 1) ** min(repeats, _LONGEST) > _MOST_STEPS


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


KEYWORDS: Final = frozenset(
    {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right"}
    | {"bool", "offset", "atan2"}
)
"""Words that are never the name of a metric here, although Prometheus allows some of them."""
_READ_OTHERWISE: Final = KEYWORDS | {"inf", "nan"}


def is_plain_name(name: str) -> bool:
    """Say whether a metric's name may stand before braces: PromQL reads some words otherwise."""
    return name.lower() not in _READ_OTHERWISE


def selector(name: str, matchers: Iterable[Matcher]) -> str:
    """
    Write an instant selector, each matcher once, in the order given.

    >>> selector("up", [Matcher("job", "=", "a"), Matcher("job", "=", "a")])
    'up{job="a"}'
    >>> selector("offset", [])
    '{__name__="offset"}'
    """
    every = tuple(map(str, matchers))
    if not is_plain_name(name):
        name, every = "", (f'__name__="{name}"', *every)
    inside = ",".join(dict.fromkeys(every))
    return f"{name}{{{inside}}}" if inside else name
