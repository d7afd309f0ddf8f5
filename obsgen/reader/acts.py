"""
The text of an act: `errors 20% on /api for 10 min from 5 min on`.

    ACT   = EFFECT [on PLACE] [for TIME] [from TIME on | from TIME ago]
    PLACE = VALUE | LABEL=VALUE          several, with commas between
    TIME  = a number and its unit, `90s`, `10 min`, `1h30m`, `2 days`

An effect begins with the name of its kind. The parts after it may come in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from obsgen.catalogue import near
from obsgen.matchers import Matcher
from obsgen.model import Act, Complaint, Effect, ScenarioKind, Word
from obsgen.schema import kinds
from obsgen.units import Duration

_WORD: Final = re.compile(r"[^\s,]+|,")
_PARTS: Final = ("on", "for", "from")
_LABEL: Final = re.compile(r"([a-zA-Z_]\w*)=(.+)", re.ASCII)
_HALF: Final = re.compile(r"([a-zA-Z_]\w*)=|=.*", re.ASCII)
_PLACE_HINT: Final = "write `on /api` or `on route=/api`"
_AROUND_IS: Final = re.compile(r"(?<=\w)\s*=\s*(?=[^\s,=])")
_LONG_UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
}
_LONG: Final = re.compile(r"(\d{1,6})\s?([a-z]+)")


def read_act(text: str) -> Act | Complaint:
    """Read an act; what is wrong with it names the word."""
    words = tuple(Word(m[0], m.start(), m.end()) for m in _WORD.finditer(text))
    if not words:
        return Complaint("an act is empty", f"write `{_example('errors')}`")
    known = kinds.keys("scenarios")
    if words[0].text not in known:
        guess = near(words[0].text, known)
        hint = f"did you mean `{guess}`? " if guess else ""
        hint += f"an act begins with one of {', '.join(f'`{key}`' for key in known)}"
        return Complaint(f"`{words[0].text}` is nothing that happens", hint, words[0])
    kind: ScenarioKind = kinds.load("scenarios", words[0].text)
    effect_words, parts = _parts(words[1:])
    if isinstance(parts, Complaint):
        return parts
    effect = kind.read(effect_words)
    return effect if isinstance(effect, Complaint) else _act(text, effect, parts)


def _example(key: str) -> str:
    kind: ScenarioKind = kinds.load("scenarios", key)
    return kind.example


_Parts = dict[str, tuple[Word, tuple[Word, ...]]]


def _parts(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], _Parts | Complaint]:
    """Return the words of the effect, and those after each of `on`, `for` and `from`."""
    found: dict[str, tuple[Word, list[Word]]] = {}
    effect: list[Word] = []
    current = effect
    for word in words:
        # `from 5 min on` ends with the word that a place begins with.
        ends_from = word.text == "on" and _is_open(current, found)
        if word.text in _PARTS and not ends_from:
            if word.text in found:
                hint = "say it once; two acts of a scenario may do the same at two times"
                return (), Complaint(f"`{word.text}` stands twice", hint, word)
            current = []
            found[word.text] = (word, current)
        else:
            current.append(word)
    return tuple(effect), {name: (word, tuple(rest)) for name, (word, rest) in found.items()}


def _is_open(current: list[Word], found: Mapping[str, tuple[Word, list[Word]]]) -> bool:
    """Say whether these are the words after `from`, and how they count is still to come."""
    is_from = "from" in found and current is found["from"][1]
    return is_from and bool(current) and current[-1].text not in {"on", "ago"}


def _act(text: str, effect: Effect, parts: _Parts) -> Act | Complaint:
    lasts: Duration | Complaint | None = None
    begins: Duration | Complaint = Duration(0)
    is_ago = False
    places: tuple[Matcher, ...] | Complaint = ()
    if "on" in parts:
        places = _places(*parts["on"])
    if "for" in parts:
        lasts = _time(*parts["for"])
    if "from" in parts:
        word, rest = parts["from"]
        if not rest or rest[-1].text not in {"on", "ago"}:
            hint = "write `from 5 min on`, or `from 2h ago`"
            return Complaint("it is open what `from` counts from", hint, rest[-1] if rest else word)
        is_ago = rest[-1].text == "ago"
        begins = _time(word, rest[:-1])
    for read in (places, lasts, begins):
        if isinstance(read, Complaint):
            return read
    assert not isinstance(places, Complaint)
    assert not isinstance(lasts, Complaint)
    assert not isinstance(begins, Complaint)
    return Act(effect=effect, text=text, places=places, lasts=lasts, begins=begins, is_ago=is_ago)


def _places(on: Word, words: tuple[Word, ...]) -> tuple[Matcher, ...] | Complaint:
    # `route = /api` is one place, and a comma stands between two.
    text = _AROUND_IS.sub("=", " ".join(word.text for word in words))
    named = [each for each in text.split() if each != ","]
    if not named:
        return Complaint("`on` names no place", _PLACE_HINT, on)
    for each in named:
        if half := _HALF.fullmatch(each):
            lacking = "value" if half[1] else "label"
            word = next((word for word in words if word.text == each), on)
            return Complaint(f"`{each}` names no {lacking}", _PLACE_HINT, word)
    return tuple(map(_place, named))


def _place(text: str) -> Matcher:
    named = _LABEL.fullmatch(text)
    return Matcher(named[1], "=", named[2]) if named else Matcher("", "=", text)


def _time(before: Word, words: tuple[Word, ...]) -> Duration | Complaint:
    text = " ".join(word.text for word in words)
    plain = "".join(_short_units(text)) or text.replace(" ", "")
    try:
        duration = Duration.parse(plain)
    except ValueError:
        duration = Duration(0)
    if duration.ms > 0:
        return duration
    last = words[-1] if words else before
    where = Word(text, words[0].start if words else before.start, last.end)
    said = f"`{text}`" if text else "nothing"
    message = f"a length of time is expected after `{before.text}`, found {said}"
    return Complaint(message, "write `90s`, `10 min`, `1h30m` or `2 days`", where)


def _short_units(text: str) -> Iterator[str]:
    """Yield `10m` of `10 minutes`; nothing where a unit is unknown."""
    pairs = _LONG.findall(text)
    rest = _LONG.sub("", text).strip()
    if not rest and all(unit in _LONG_UNITS for _, unit in pairs):
        yield from (f"{amount}{_LONG_UNITS[unit]}" for amount, unit in pairs)
