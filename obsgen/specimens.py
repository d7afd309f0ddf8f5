"""
Label sets that matchers take, and label sets that they just do not: what unit tests are made of.

A *decoy* violates one matcher alone, so that a rule that lost or widened this matcher counts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.matchers import Matcher

_CLASSES: Final = {"d": "0", "w": "w", "s": " ", "D": "d", "W": "-", "S": "s"}
_PIECE: Final = re.compile(
    r"\\(?P<escaped>.)|\[(?P<negated>\^?)(?P<cls>\]?[^\]]*)\]|\((?P<group>[^()]*)\)"
    r"|(?P<any>\.)|(?P<plain>[^\\\[\]().*+?{}|^$])",
    re.DOTALL,
)
_REPEAT: Final = re.compile(r"[*+?]|\{(\d+)(?:,\d*)?\}")
_TRIED: Final = "x0a-_A /.:"
_MOST_DECOYS: Final = 4


@dataclass(frozen=True, slots=True)
class Specimens:
    """
    Label sets for a selector.

    Attributes:
        taken: Labels that every matcher takes.
        decoys: Label sets that one matcher alone refuses.
    """

    taken: Mapping[str, str]
    decoys: tuple[Mapping[str, str], ...]


def specimens(
    labels: Mapping[str, tuple[str, ...] | None],
    matchers: Iterable[Matcher],
    *,
    refusing: Iterable[Matcher] | None = None,
) -> Specimens | None:
    """
    Return label sets that matchers take and refuse, or None where no value can be told.

    Args:
        labels: The labels of the series, each with its declared values, or None for any.
        refusing: Those of the matchers that decoys are wanted for; all unless given.

    >>> found = specimens({"code": None}, [Matcher("code", "=~", "5..")])
    >>> found.taken, [decoy["code"] for decoy in found.decoys]
    ({'code': '500'}, ['500x', 'x500', 'other'])
    """
    every = tuple(dict.fromkeys(matchers))
    taken: dict[str, str] = {}
    for label in dict.fromkeys((*labels, *(m.label for m in every))):
        own = tuple(m for m in every if m.label == label)
        value = _accepted(label, own, labels.get(label) or ())
        if value is None:
            return None
        taken[label] = value
    decoys = tuple(
        {**taken, m.label: value}
        for m in (every if refusing is None else dict.fromkeys(refusing))
        for value in _refused(m, every, labels.get(m.label) or (), taken[m.label])
    )
    return Specimens({k: v for k, v in taken.items() if v}, tuple(map(_without_empty, decoys)))


def _without_empty(labels: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out labels without a value: to Prometheus they are absent."""
    return {label: value for label, value in labels.items() if value}


def _accepted(label: str, own: tuple[Matcher, ...], declared: tuple[str, ...]) -> str | None:
    candidates = (*declared, *_named(own), f"{label}-1", "")
    return next((v for v in candidates if all(_surely(m, v, takes=True) for m in own)), None)


def _named(own: tuple[Matcher, ...]) -> Iterator[str]:
    """Yield the values that the matchers themselves speak of."""
    for m in own:
        if m.op == "=":
            yield m.value
        elif m.op == "=~":
            yield from matching_texts(m.value)


def _refused(
    matcher: Matcher, every: tuple[Matcher, ...], declared: tuple[str, ...], taken: str
) -> Iterator[str]:
    others = tuple(m for m in every if m is not matcher and m.label == matcher.label)
    candidates: tuple[str, ...]
    if matcher.op in {"!=", "!~"}:
        spoken = (matcher.value,) if matcher.op == "!=" else matching_texts(matcher.value)
        candidates = (*spoken, *declared)
    else:
        candidates = (*declared, f"{taken}x", f"x{taken}", "other")
    fitting = (
        value
        for value in dict.fromkeys(candidates)
        if _surely(matcher, value, takes=False)
        and all(_surely(other, value, takes=True) for other in others)
    )
    for _, value in zip(range(_MOST_DECOYS), fitting, strict=False):
        yield value


def _surely(matcher: Matcher, value: str, *, takes: bool) -> bool:
    """Say whether it is certain that a matcher takes (or refuses) a value."""
    return matcher.is_certain and matcher.matches(value) == takes


def matching_texts(pattern: str) -> tuple[str, ...]:
    r"""
    Return a text for each alternative of an anchored pattern; whoever uses one tries it first.

    >>> matching_texts(r"5..|4[0-2]\d|timeout+")
    ('500', '400', 'timeout')
    """
    return tuple(dict.fromkeys(_text_of(part) for part in _alternatives(pattern)))


def _alternatives(pattern: str) -> list[str]:
    """Split at the `|` that stands in no group and no class."""
    parts, depth, in_class, start, position = [], 0, False, 0, 0
    while position < len(pattern):
        letter = pattern[position]
        if letter == "\\":
            position += 1
        elif in_class:
            in_class = letter != "]"
        elif letter == "[":
            in_class = True
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "|" and depth == 0:
            parts.append(pattern[start:position])
            start = position + 1
        position += 1
    return [*parts, pattern[start:]]


def _text_of(pattern: str) -> str:
    text, position = [], 0
    while position < len(pattern):
        piece = _PIECE.match(pattern, position)
        if piece is None:
            position += 1
            continue
        position = piece.end()
        repeat = _REPEAT.match(pattern, position)
        times = 1
        if repeat is not None:
            position = repeat.end()
            times = int(repeat[1]) if repeat[1] else int(repeat[0] == "+")
        text.append(_piece_text(piece) * min(times, 100))
    return "".join(text)


def _piece_text(piece: re.Match[str]) -> str:
    if piece["any"]:
        return "0"
    if piece["plain"]:
        return piece["plain"]
    if piece["escaped"] is not None:
        return _CLASSES.get(piece["escaped"], piece["escaped"])
    if piece["group"] is not None:
        return _text_of(_alternatives(piece["group"].removeprefix("?:"))[0])
    if piece["negated"]:
        return next((c for c in _TRIED if re.fullmatch(piece[0], c)), "x")
    return piece["cls"][:1]
