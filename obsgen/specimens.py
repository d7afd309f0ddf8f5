"""
Label sets that matchers take, and label sets that they just do not: what unit tests are made of.

A *decoy* violates one matcher alone, so that a rule that lost or widened this matcher counts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple

from obsgen.matchers import Matcher, is_pattern

Declared = Mapping[str, tuple[str, ...] | None]
"""The labels of a series, each with its declared values, or None for any."""

_CLASSES: Final = {"d": "0", "w": "w", "s": " ", "D": "d", "W": "-", "S": "s"}
_PIECE: Final = re.compile(
    r"\\(?P<escaped>.)|\[(?P<negated>\^?)(?P<cls>\]?[^\]]*)\]|\((?P<group>[^()]*)\)"
    r"|(?P<any>\.)|(?P<plain>[^\\\[\]().*+?{}|^$])",
    re.DOTALL,
)
_REPEAT: Final = re.compile(r"[*+?]|\{(\d+)(?:,\d*)?\}")
_TRIED: Final = "x0a-_A /.:"
_MOST_DECOYS: Final = 4


class Decoy(NamedTuple):
    """A label set that one matcher alone refuses."""

    refused_by: Matcher
    labels: Mapping[str, str]


class Specimens(NamedTuple):
    """
    Label sets for a selector.

    Attributes:
        taken: Labels that every matcher takes.
    """

    taken: Mapping[str, str]
    decoys: tuple[Decoy, ...]


def specimens(
    declared: Declared, matchers: Iterable[Matcher], pinned: Mapping[str, str] | None = None
) -> Specimens | None:
    """
    Return label sets that matchers take and refuse, or None where no value can be told.

    Args:
        pinned: Values that are set already.

    >>> found = specimens({"code": None}, [Matcher("code", "=~", "5..")])
    >>> found.taken, [decoy.labels["code"] for decoy in found.decoys]
    ({'code': '500'}, ['500x', 'x500', '400'])
    """
    every = tuple(dict.fromkeys(matchers))
    taken: dict[str, str] = {}
    for label in dict.fromkeys((*declared, *(m.label for m in every))):
        own = tuple(m for m in every if m.label == label)
        set_before = (pinned or {}).get(label)
        candidates = _accepted(label, own, declared.get(label) or ())
        value = next(
            (v for v in ((set_before,) if set_before is not None else candidates) if _fits(v, own)),
            None,
        )
        if value is None:
            return None
        taken[label] = value
    decoys = tuple(
        Decoy(m, _without_empty({**taken, m.label: value}))
        for m in every
        for value in _refused(m, every, declared.get(m.label) or (), taken[m.label])
    )
    return Specimens(_without_empty(taken), decoys)


def siblings(
    declared: Declared,
    matchers: Iterable[Matcher],
    taken: Mapping[str, str],
    *,
    free: Iterable[str],
    count: int,
) -> tuple[Mapping[str, str], ...]:
    """
    Return label sets that every matcher takes and that differ in one label.

    Args:
        taken: The first of them.
        free: The labels that may differ, the best first.

    Returns:
        *count* of them, or fewer where no label has so many values.

    >>> siblings({"pod": None}, [], {"pod": "pod-1"}, free=["pod"], count=2)
    ({'pod': 'pod-1'}, {'pod': 'pod-2'})
    """
    every = tuple(dict.fromkeys(matchers))
    best: tuple[Mapping[str, str], ...] = (taken,)
    for label in free:
        own = tuple(m for m in every if m.label == label)
        first = taken.get(label, "")
        known = declared.get(label) or ()
        others = known or (
            *(value for n in range(2, count + 1) for value in (f"{label}-{n}", f"{first}{n}")),
        )
        found = [first, *(v for v in others if v not in {first, ""} and _fits(v, own))]
        distinct = tuple(dict.fromkeys(found))[:count]
        if len(distinct) > len(best):
            best = tuple({**taken, label: value} for value in distinct)
        if len(best) == count:
            break
    return best


def _without_empty(labels: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out labels without a value: to Prometheus they are absent."""
    return {label: value for label, value in labels.items() if value}


def _accepted(label: str, own: tuple[Matcher, ...], declared: tuple[str, ...]) -> Iterator[str]:
    """Yield values that may fit, the likeliest first: declared, then those that matchers name."""
    yield from declared
    for m in own:
        if m.op == "=":
            yield m.value
        elif m.op == "=~":
            yield from matching_texts(m.value)
    yield f"{label}-1"
    yield ""


def _fits(value: str, own: tuple[Matcher, ...]) -> bool:
    return all(_surely(m, value, takes=True) for m in own)


def _refused(
    matcher: Matcher, every: tuple[Matcher, ...], declared: tuple[str, ...], taken: str
) -> Iterator[str]:
    others = tuple(m for m in every if m is not matcher and m.label == matcher.label)
    candidates: Iterable[str]
    if matcher.op in {"!=", "!~"}:
        spoken = (matcher.value,) if matcher.op == "!=" else matching_texts(matcher.value)
        candidates = (*spoken, *declared)
    elif declared:
        candidates = (*declared, f"{taken}x")
    else:
        candidates = (f"{taken}x", f"x{taken}", *_neighbours(matcher, taken))
    fitting = (
        value
        for value in dict.fromkeys(candidates)
        if _surely(matcher, value, takes=False) and _fits(value, others)
    )
    yield from islice(fitting, _MOST_DECOYS)


def _neighbours(matcher: Matcher, taken: str) -> Iterator[str]:
    """
    Yield what a somewhat wider pattern would take: another alternative, another character.

    Letters and digits are changed to others of their kind, the first that the matcher refuses.
    """
    for text in matching_texts(matcher.value)[1:]:
        yield f"{text}x"
    if not is_pattern(matcher.value):
        return
    for place, letter in enumerate(taken):
        kind = next((k for k in ("4056789123", "axyz", "AXYZ") if letter in k), "")
        for other in kind:
            text = f"{taken[:place]}{other}{taken[place + 1 :]}"
            if _surely(matcher, text, takes=False):
                yield text
                return


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
