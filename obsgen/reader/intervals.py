"""
Time intervals: from `days: friday..monday, times: ["22:00-06:00"]` to what Alertmanager reads.

Alertmanager's ranges never wrap (its `timeinterval` package refuses them), so what wraps here is
split: a night becomes the evening of its day and the morning of the next. Time zones are those of
the `tzdata` package, never the machine's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final

from obsgen.artefacts import Json, TimeInterval
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Hours, Reports
from obsgen.reader.values import read_list
from obsgen.source import MappingNode, Node, Scalar
from obsgen.time_spans import DAYS, MINUTES_OF_A_DAY, MONTHS

INTERVAL_VALUE: Final = Code(
    "ALR581",
    "interval-value",
    why="Alertmanager refuses to start on a time interval that it cannot read",
    fix='`days: monday..friday`, `times: ["09:00-18:00"]`, `months: november..january`, '
    "`days_of_month: [1, -1]`, `years: 2025..2027`.",
)
LOCATION: Final = Code(
    "ALR582",
    "interval-location",
    why="without a time zone the times are UTC, and an office in Tokyo would work at night",
    fix="Add `location: Asia/Tokyo`, or `location: UTC` where that is meant.",
)
NIGHT_ON_DATES: Final = Code(
    "ALR583",
    "night-on-dates",
    why="the morning after is on another date, perhaps in another month, which one time interval "
    "of Alertmanager cannot say",
    fix="Write two intervals, one for the evening and one for the morning, and name both.",
)
UNKNOWN_HOURS: Final = Code(
    "SLO318",
    "slice-hours",
    why="PromQL knows UTC alone: hours that move with daylight saving time would be an hour off "
    "for half of the year",
    fix="Name an interval of the Routing whose `location` is always as far from UTC.",
)
NEVER: Final = Code(
    "ALR608",
    "interval-never",
    why="what is sent during the interval alone is never sent, and what counts during it alone "
    "never counts",
    fix="Write days that come: no February has a day 30.",
)
CODES: Final = (INTERVAL_VALUE, LOCATION, NEVER, NIGHT_ON_DATES, UNKNOWN_HOURS)

_WEEK: Final = len(DAYS)
_MIDNIGHT: Final = MINUTES_OF_A_DAY
_LONGEST_MONTH: Final = 31
_SHORTEST_MONTH: Final = 28
_TIMES: Final = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)", re.ASCII)
_DATES: Final = ("days_of_month", "months", "years")

Minutes = tuple[int, int]
"""Start and end in minutes of the day; a night has its end before its start."""


@cache
def locations() -> frozenset[str]:
    """Return the names of all time zones."""
    from importlib import resources  # brings `tempfile` and `zipfile`

    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


# The last line of a zone's file is its rule for the years to come, as POSIX writes it
# (RFC 8536, section 3.3): `JST-9`, `<+0530>-5:30`; one with a comma has daylight saving time.
_POSIX: Final = re.compile(
    r"(?:[A-Za-z]+|<[^>]+>)(?P<sign>[+-]?)(?P<hours>\d{1,2})(?::(?P<minutes>\d\d))?", re.ASCII
)


def fixed_offset(interval: TimeInterval) -> int | None:
    """Return how many seconds the place is ahead of UTC, or None where that changes."""
    from importlib import resources

    location = str(interval.spans[0]["location"])
    path = resources.files("tzdata").joinpath("zoneinfo", *location.split("/"))
    rule = path.read_bytes().rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")
    match = _POSIX.fullmatch(rule)
    if match is None:
        return None
    # POSIX counts westwards.
    seconds = int(match["hours"]) * 3600 + int(match["minutes"] or 0) * 60
    return seconds if match["sign"] == "-" else -seconds


def read_interval(name: str, node: MappingNode, report: Reports) -> TimeInterval | None:
    """Return a named time interval, or None where it says nothing that can be used."""
    reader = _IntervalReader(name, report)
    spans = reader.spans(node)
    if spans is None or reader.is_wrong:
        return None
    interval = TimeInterval(name=name, spans=spans, origin=node.origin)
    if Hours(interval=interval, utc_offset_seconds=0).comes:
        return interval
    message = f"interval `{name}` never comes: no day is in all of its ranges"
    report(finding(NEVER, node.origin, message, "correct `days_of_month`, `months` or `years`"))
    return None


class _IntervalReader:
    """Reads one interval; notes whether anything was wrong."""

    def __init__(self, name: str, report: Reports) -> None:
        self.subject = f"interval `{name}`"
        self.report = report
        self.is_wrong = False

    def spans(self, node: MappingNode) -> tuple[Mapping[str, Json], ...] | None:
        location = self._location(node)
        days = self._days(node.get("days"))
        times = self._times(node.get("times"))
        dates = {key: ranges for key in _DATES if (ranges := self._dates(key, node.get(key)))}
        common: dict[str, Json] = {**dates, "location": location}
        nights = [t for t in times if t[1] <= t[0]]
        if nights and dates:
            key = next(iter(dates))
            message = f"{self.subject} has a night and `{key}`"
            hint = "write the evening and the morning as two intervals"
            self._wrong(node.get("times") or node, message, hint, NIGHT_ON_DATES)
        if not (days or times or dates or self.is_wrong):
            hint = "add `days`, `times`, `days_of_month`, `months` or `years`"
            self._wrong(node, f"{self.subject} names no times", hint)
        if not times:
            return (_span((), days, common),)
        evenings = [(start, _MIDNIGHT) if end <= start else (start, end) for start, end in times]
        mornings = [(0, end) for _, end in nights if end]
        spans = [_span(evenings, days, common)]
        if mornings:
            spans.append(_span(mornings, frozenset((d + 1) % _WEEK for d in days), common))
        return tuple(spans)

    def _location(self, node: MappingNode) -> str:
        location = node.get("location")
        if not isinstance(location, Scalar):
            hint = "add `location: Europe/Berlin`, or `location: UTC`"
            self._wrong(node, f"{self.subject} has no location", hint, LOCATION)
            return ""
        if location.is_null:
            self.is_wrong = True
        elif location.text not in locations():
            found = near(location.text, locations())
            hint = f"did you mean `{found}`?" if found else "write a name such as `Europe/Berlin`"
            message = f"{self.subject}: {location.word} is no time zone"
            self._wrong(location, message, hint, LOCATION)
        return location.text

    def _days(self, node: Node | None) -> frozenset[int]:
        found = self._numbers(node, _named(DAYS, 0), "a day", "monday..friday")
        return frozenset(day for ends in found for day in _around(ends, _WEEK, 0))

    def _times(self, node: Node | None) -> tuple[Minutes, ...]:
        found = []
        for item in self._scalars(node):
            match = _TIMES.fullmatch(item.text.strip())
            start, end = _minutes(match) if match else (-1, -1)
            if not (0 <= start < _MIDNIGHT and 0 <= end <= _MIDNIGHT):
                hint = "write `09:00-18:00`, or `22:00-06:00` for a night"
                self._wrong(item, f"{self.subject}: {item.word} is not a time of the day", hint)
            elif start == end:
                hint = "write `00:00-24:00` for the whole day"
                self._wrong(item, f"{self.subject}: {item.word} ends where it begins", hint)
            else:
                found.append((start, end))
        return tuple(found)

    def _dates(self, key: str, node: Node | None) -> list[Json]:
        if key == "months":
            found = self._numbers(node, _named(MONTHS, 1), "a month", "november..january")
            numbers = {n for ends in found for n in _around(ends, len(MONTHS), 1)}
            return [_range(MONTHS[first - 1], MONTHS[last - 1]) for first, last in _runs(numbers)]
        if key == "years":
            found = self._numbers(node, _year, "a year", "2025..2027")
        else:
            found = self._numbers(node, _day_of_month, "a day of the month", "1..7")
        ranges: list[Json] = []
        for first, last in found:
            if _place(key, first) > _place(key, last) or first < 0 < last:
                message = f"{self.subject}: `{first}..{last}` may end before it begins"
                self._wrong(node, message, f"write the smaller end of `{key}` first")
            else:
                ranges.append(_range(str(first), str(last)))
        return ranges

    def _numbers(
        self, node: Node | None, number: Callable[[str], int | None], what: str, example: str
    ) -> list[tuple[int, int]]:
        found = []
        for item in self._scalars(node):
            first, dots, last = item.text.partition("..")
            ends = number(first.strip()), number(last.strip() if dots else first.strip())
            if ends[0] is None or ends[1] is None:
                wrong = (first if ends[0] is None else last).strip()
                guess = near(wrong.lower(), (*DAYS, *MONTHS)) if wrong.isalpha() else ""
                hint = f"did you mean `{guess}`?" if guess else f"for example `{example}`"
                self._wrong(item, f"{self.subject}: `{wrong}` is not {what}", hint)
            else:
                found.append((ends[0], ends[1]))
        return found

    def _scalars(self, node: Node | None) -> Iterable[Scalar]:
        if isinstance(node, Scalar) and node.is_null:
            self.is_wrong = True  # JSON Schema has said so
        for item in read_list(node):
            if isinstance(item, Scalar) and item.is_null:
                self.is_wrong = True
            elif isinstance(item, Scalar):
                yield item

    def _wrong(
        self, node: Node | None, message: str, hint: str, code: Code = INTERVAL_VALUE
    ) -> None:
        self.is_wrong = True
        if node is not None:
            self.report(finding(code, node.origin, message, hint))


def _minutes(match: re.Match[str]) -> Minutes:
    hours, minutes, end_hours, end_minutes = map(int, match.groups())
    is_time = max(minutes, end_minutes) < 60  # noqa: PLR2004 - minutes of an hour
    return (hours * 60 + minutes, end_hours * 60 + end_minutes) if is_time else (-1, -1)


def _named(words: tuple[str, ...], base: int) -> Callable[[str], int | None]:
    def number(text: str) -> int | None:
        if text.lower() in words:
            return words.index(text.lower()) + base
        if base and text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= len(words):
            return int(text[:9])
        return None

    return number


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[1-9]\d{3}", text, re.ASCII) else None


def _day_of_month(text: str) -> int | None:
    if not re.fullmatch(r"-?\d\d?", text, re.ASCII):
        return None
    return int(text) if 1 <= abs(int(text)) <= _LONGEST_MONTH else None


def _place(key: str, number: int) -> int:
    """Return where a day stands for comparison: Alertmanager puts -1 on the 27th there."""
    is_from_end = key == "days_of_month" and number < 0
    return number + _SHORTEST_MONTH if is_from_end else number


def _around(ends: tuple[int, int], length: int, base: int) -> Iterable[int]:
    first, last = ends
    count = (last - first) % length + 1
    return ((first - base + step) % length + base for step in range(count))


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return neighbours as ranges: {1, 2, 3, 5} are (1, 3) and (5, 5)."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first}:{last}"


def _span(
    times: Iterable[Minutes], days: frozenset[int], common: Mapping[str, Json]
) -> Mapping[str, Json]:
    span: dict[str, Json] = {}
    clock: list[Json] = [{"start_time": _clock(a), "end_time": _clock(b)} for a, b in times]
    if clock:
        span["times"] = clock
    if 0 < len(days) < _WEEK:
        span["weekdays"] = [_range(DAYS[first], DAYS[last]) for first, last in _runs(days)]
    return {**span, **common}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
