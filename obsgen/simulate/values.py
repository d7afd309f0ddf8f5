"""
Values of labels: the declared ones, else common words, else words that are made up.

What a scope or the bad events demand is met: where no known word passes a matcher, examples are
read out of its pattern.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from obsgen.catalogue import Metric
from obsgen.matchers import Matcher

_CODES: Final = ("200", "201", "400", "404", "429", "500", "503")
_RESULTS: Final = ("success", "error", "timeout")
_COMMON: Final = {
    **dict.fromkeys(("status", "code", "status_code", "http_status"), _CODES),
    **dict.fromkeys(("result", "outcome", "state"), _RESULTS),
    "method": ("GET", "POST", "PUT", "DELETE"),
    "le": (),
}
_FAILED: Final = re.compile(
    r"5\d\d|5xx|errors?|err|fail(ed|ures?)?|timeouts?|exception|rejected|wrong|incorrect|invalid"
)

_MOST: Final = 8
"""Of the examples of one pattern."""


def values_of(
    metric: Metric, label: str, matchers: tuple[Matcher, ...], *, wanted: int
) -> tuple[str, ...]:
    """
    Return values that a label of a metric may have and that pass its matchers.

    Args:
        matchers: Those of other labels are passed over.
        wanted: How many, where any value may come; what is declared or common is not stretched.
    """
    own = tuple(m for m in matchers if m.label == label)
    known = metric.labels.get(label) or _COMMON.get(label) or ()
    words = known or tuple(f"{label}-{number}" for number in range(1, wanted + 1))
    passing = tuple(word for word in words if _pass(own, word))
    if passing or metric.labels.get(label):
        return passing
    found = (text for m in own if m.op in {"=", "=~"} for text in examples(m))
    return tuple(dict.fromkeys(text for text in found if _pass(own, text)))


def is_common(label: str) -> bool:
    """Say whether everybody knows words for a label, each thing its own: a status, a state."""
    return label in _COMMON


def failed_among(label: str, values: tuple[str, ...]) -> tuple[Matcher, ...]:
    """Return a matcher of the values that sound like failures, if only some of them do."""
    failed = [value for value in values if _FAILED.fullmatch(value.lower())]
    if not failed or len(failed) == len(values):
        return ()
    return (Matcher(label, "=~", "|".join(map(re.escape, failed))),)


def _pass(matchers: tuple[Matcher, ...], value: str) -> bool:
    return all(m.matches(value) for m in matchers)


def examples(matcher: Matcher) -> tuple[str, ...]:
    """
    Return texts that a matcher takes; none where its pattern is beyond what is read here.

    >>> examples(Matcher("code", "=~", "5..|4(29|04)"))
    ('500', '429', '404')
    """
    if matcher.op == "=":
        return (matcher.value,)
    try:
        found = tuple(_Pattern(matcher.value).alternatives())
    except ValueError:
        return ()
    return tuple(text for text in dict.fromkeys(found) if matcher.matches(text))


class _Pattern:
    """Reads a pattern from left to right into a few of the texts that it takes."""

    _PIECE: Final = re.compile(
        r"\\(?P<escape>.)|\[(?P<members>[^\]^][^\]]*)\]|(?P<open>\((?:\?:|\?P?<\w+>)?)"
        r"|(?P<any>\.)|(?P<plain>[^\\\[\](){}|*+?^$])|[$^]"
    )
    _REPEAT: Final = re.compile(r"\{(?P<least>\d{1,2})(?:,\d*)?\}|[+]\??|(?P<none>[*?]\??)")
    _CLASSES: Final = {"d": "0", "w": "a", "s": " ", "D": "a", "W": " ", "S": "a"}

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def alternatives(self) -> Iterator[str]:
        found = list(self._choice())
        if self.at < len(self.text):
            raise ValueError(self.text)
        yield from found

    def _choice(self) -> Iterator[str]:
        yield from self._sequence()
        while self.text[self.at : self.at + 1] == "|":
            self.at += 1
            yield from self._sequence()

    def _sequence(self) -> tuple[str, ...]:
        found: tuple[str, ...] = ("",)
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            pairs = itertools.product(found, self._repeated(self._piece()))
            found = tuple("".join(pair) for pair in itertools.islice(pairs, _MOST))
        return found

    def _piece(self) -> tuple[str, ...]:
        match = self._PIECE.match(self.text, self.at)
        if match is None:
            raise ValueError(self.text)
        self.at = match.end()
        if match["open"]:
            inner = tuple(itertools.islice(self._choice(), _MOST))
            if self.text[self.at : self.at + 1] != ")":
                raise ValueError(self.text)
            self.at += 1
            return inner
        if match["escape"]:
            return (self._CLASSES.get(match["escape"], match["escape"]),)
        if match["members"]:
            return (match["members"][0],)
        return ("0",) if match["any"] else (match["plain"] or "",)

    def _repeated(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        match = self._REPEAT.match(self.text, self.at)
        if match is None:
            return texts
        self.at = match.end()
        if match["none"]:
            return ("", *texts)[:_MOST]
        return tuple(text * int(match["least"] or 1) for text in texts)
