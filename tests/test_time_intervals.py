"""Whether a time lies within an interval; expected values read off a calendar by hand."""

from __future__ import annotations

from datetime import datetime

import pytest
import yaml
from routing_specs import documents

from obsgen.artefacts import Route, TimeInterval
from obsgen.diagnostics import Diagnostic
from obsgen.reader.intervals import read_interval
from obsgen.routing import is_open, is_within
from obsgen.source import MappingNode


def an_interval(text: str, name: str = "times") -> TimeInterval:
    (document,) = documents(yaml.safe_dump({"intervals": {name: yaml.safe_load(text)}}))
    intervals = document.get("intervals")
    assert isinstance(intervals, MappingNode)
    node = intervals.get(name)
    found: list[Diagnostic] = []
    assert isinstance(node, MappingNode)
    interval = read_interval(name, node, found.append)
    assert not found
    assert interval is not None
    return interval


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


OFFICE = '{days: monday..friday, times: ["09:00-18:00"], location: Asia/Tokyo}'
NIGHT = '{days: friday, times: ["22:00-06:00"], location: UTC}'
BERLIN = '{times: ["09:00-10:00"], location: Europe/Berlin}'


@pytest.mark.parametrize(
    ("interval", "time", "is_in"),
    [
        # 2026-01-05 is a Monday; Tokyo is nine hours ahead
        (OFFICE, "2026-01-05T00:00Z", True),
        (OFFICE, "2026-01-04T23:59Z", False),
        (OFFICE, "2026-01-05T08:59:59Z", True),
        (OFFICE, "2026-01-05T09:00Z", False),
        (OFFICE, "2026-01-10T03:00Z", False),
        (OFFICE, "2026-01-05T09:30+09:00", True),
        # a night that begins on Friday, the 9th, ends on Saturday
        (NIGHT, "2026-01-09T21:59Z", False),
        (NIGHT, "2026-01-09T22:00Z", True),
        (NIGHT, "2026-01-10T05:59Z", True),
        (NIGHT, "2026-01-10T06:00Z", False),
        (NIGHT, "2026-01-09T05:00Z", False),
        # Berlin: an hour ahead in winter, two in summer
        (BERLIN, "2026-01-05T08:30Z", True),
        (BERLIN, "2026-07-06T08:30Z", False),
        (BERLIN, "2026-07-06T07:30Z", True),
        # the last day of a month, whatever its length
        ("{days_of_month: -1, location: UTC}", "2026-02-28T12:00Z", True),
        ("{days_of_month: -1, location: UTC}", "2028-02-28T12:00Z", False),
        ("{days_of_month: -1, location: UTC}", "2028-02-29T12:00Z", True),
        ("{days_of_month: -3..-1, location: UTC}", "2026-04-28T00:00Z", True),
        ("{days_of_month: -3..-1, location: UTC}", "2026-04-27T23:59Z", False),
        # months around the year, years
        ("{months: november..january, location: UTC}", "2026-12-01T00:00Z", True),
        ("{months: november..january, location: UTC}", "2026-01-31T23:59Z", True),
        ("{months: november..january, location: UTC}", "2026-02-01T00:00Z", False),
        ("{years: 2025..2026, location: UTC}", "2026-12-31T23:59Z", True),
        ("{years: 2025..2026, location: UTC}", "2027-01-01T00:00Z", False),
        ("{months: 1, days_of_month: 1, location: Asia/Tokyo}", "2025-12-31T15:00Z", True),
        ("{months: 1, days_of_month: 1, location: Asia/Tokyo}", "2025-12-31T14:59Z", False),
    ],
)
def test_a_time_is_within_an_interval_by_the_clock_of_its_place(
    interval: str, time: str, is_in: bool
):
    assert is_in is is_within(an_interval(interval), at(time))


INTERVALS = {
    "office": an_interval(OFFICE, "office"),
    "holiday": an_interval("{months: 1, days_of_month: 6, location: Asia/Tokyo}", "holiday"),
}


@pytest.mark.parametrize(
    ("active", "mute", "is_told"),
    [
        ((), (), [True, True, True]),
        (("office",), (), [True, True, False]),
        ((), ("holiday",), [True, False, True]),
        (("office",), ("holiday",), [True, False, False]),
        (("office", "holiday"), (), [True, True, False]),
    ],
)
def test_a_route_is_open_in_what_is_active_and_not_in_what_is_muted(
    active: tuple[str, ...], mute: tuple[str, ...], is_told: list[bool]
):
    route = Route(receiver="chat", active=active, mute=mute)
    # Monday in the office, the holiday in the office, and a night.
    times = map(at, ("2026-01-05T03:00Z", "2026-01-06T03:00Z", "2026-01-07T15:00Z"))

    assert is_told == [is_open(route, INTERVALS, time) for time in times]
