"""Over which time a report is, by Python's calendar; and how figures are rounded and written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from report_world import at

from obsgen.live.reports import figures
from obsgen.live.reports.document import Field
from obsgen.live.reports.formats.csv import safe
from obsgen.live.reports.formats.markdown import escaped
from obsgen.live.reports.latency import quantile
from obsgen.live.reports.periods import moment, span, time_zone

# A Wednesday.
NOW = at("2026-11-25T10:30:40")


def ends(word: str, now: int = NOW, zone: dt.tzinfo = dt.UTC) -> tuple[str, str]:
    found = span(word, now, zone)
    first, last = found.local(found.start), found.local(found.end)
    return f"{first:%Y-%m-%dT%H:%M}", f"{last:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("today", "2026-11-25T00:00", "2026-11-25T10:30"),
        ("yesterday", "2026-11-24T00:00", "2026-11-25T00:00"),
        ("this_week", "2026-11-23T00:00", "2026-11-25T10:30"),
        ("last_week", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("this_month", "2026-11-01T00:00", "2026-11-25T10:30"),
        ("last_month", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("this_quarter", "2026-10-01T00:00", "2026-11-25T10:30"),
        ("last_quarter", "2026-07-01T00:00", "2026-10-01T00:00"),
        ("this_year", "2026-01-01T00:00", "2026-11-25T10:30"),
        ("24h", "2026-11-24T10:30", "2026-11-25T10:30"),
        ("7d", "2026-11-18T10:30", "2026-11-25T10:30"),
        ("2w", "2026-11-11T10:30", "2026-11-25T10:30"),
        ("2024-02", "2024-02-01T00:00", "2024-03-01T00:00"),
        ("2026-11-25", "2026-11-25T00:00", "2026-11-25T10:30"),
        ("2025-12-31", "2025-12-31T00:00", "2026-01-01T00:00"),
    ],
)
def test_a_period_ends_now_or_before(word: str, start: str, end: str):
    assert (start, end) == ends(word)


@pytest.mark.parametrize(
    ("word", "start"),
    [
        ("today", "2026-10-31T00:00"),
        ("yesterday", "2026-10-31T00:00"),
        ("this_month", "2026-10-01T00:00"),
        ("last_month", "2026-10-01T00:00"),
    ],
)
def test_at_midnight_no_period_is_empty(word: str, start: str):
    assert (start, "2026-11-01T00:00") == ends(word, at("2026-11-01T00:00"))


def test_days_begin_at_midnight_of_the_zone():
    # 10:30 in UTC is 19:30 in Tokyo, nine hours ahead.
    assert ("2026-11-25T00:00", "2026-11-25T19:30") == ends("today", zone=ZoneInfo("Asia/Tokyo"))


def test_a_day_on_which_clocks_are_turned_has_23_hours():
    berlin = ZoneInfo("Europe/Berlin")
    found = span("2026-03", at("2026-04-05T00:00"), berlin)
    lengths = [b - a for a, b in zip(found.days(), found.days()[1:], strict=False)]

    assert 31 == len(lengths)
    assert [23 * 3600] == [length for length in lengths if length != 24 * 3600]


def test_hours_are_those_of_a_clock_that_is_half_an_hour_off():
    found = span("today", at("2026-11-25T03:10"), ZoneInfo("Asia/Kolkata"))
    shown = [f"{found.local(edge):%H:%M}" for edge in found.hours()]

    # 03:10 in UTC is 08:40 in Kolkata, five and a half hours ahead.
    assert [*(f"{hour:02}:00" for hour in range(9)), "08:40"] == shown


def test_hours_are_whole_ones_between_both_ends():
    found = span("90m", at("2026-11-25T10:30"), dt.UTC)

    assert ["09:00", "10:00", "10:30"] == [f"{found.local(edge):%H:%M}" for edge in found.hours()]


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("this_month", "2026-11"),
        ("last_quarter", "2026-Q3"),
        ("this_week", "2026-W48"),
        ("today", "2026-11-25"),
        ("this_year", "2026"),
        ("2025-10", "2025-10"),
        ("24h", "2026-11-24 10:30 to 2026-11-25 10:30"),
    ],
)
def test_a_period_is_called_what_people_call_it(word: str, label: str):
    assert label == span(word, NOW, dt.UTC).label


def test_a_project_s_offset_is_the_zone_where_none_is_named():
    assert 9 * 3600 == time_zone("", 9 * 3600).utcoffset(None).total_seconds()


@pytest.mark.parametrize(
    "text", ["2025-10-04", "2025-10-04T00:00", "2025-10-04T09:00+09:00", "1759536000"]
)
def test_a_moment_is_written_in_several_ways(text: str):
    assert at("2025-10-04T00:00") == moment(text, dt.UTC)


@pytest.mark.parametrize("text", ["", "now", "2025-02-30", "1e9", "0001-01-01T00:00"])
def test_what_is_no_moment_is_refused(text: str):
    with pytest.raises(ValueError, match="is no time"):
        moment(text, dt.UTC)


# --- figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("97.87", "97.87 USD"),
        ("2.125", "2.12 USD"),
        ("2.135", "2.14 USD"),
        ("-3", "-3.00 USD"),
        ("1234567.895", "1,234,567.90 USD"),
        ("0", "0.00 USD"),
        ("0.00125", "0.0012 USD"),
        ("0.00135", "0.0014 USD"),
    ],
)
def test_money_is_rounded_half_to_even(amount: str, text: str):
    assert text == figures.money(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # 85.42 / 97.87 and 12.45 / 97.87.
        ("0.872790436", "87.3%"),
        ("0.127209563", "12.7%"),
        ("0.9995", "99.95%"),
        ("0.99999999", "99.9999%"),
        ("0", "0%"),
        # 0.005 / 92.255, beside 99.9945%.
        ("0.0000541976", "0.0055%"),
        ("-0.0003", "-0.03%"),
        ("0.000000001", "0.0001%"),
        ("-1", "-100.0%"),
    ],
)
def test_shares_have_one_decimal_and_more_near_the_whole_and_near_nothing(value: str, text: str):
    assert text == figures.share(Decimal(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.2453", "245ms"),
        ("1.2", "1,200ms"),
        ("12.5", "12.5s"),
        # 43.2 minutes, and a fifth of them.
        ("2592", "43.2m"),
        ("518.4", "8.64m"),
        ("86400", "1d"),
        ("93784", "1d 2h"),
        ("-2592", "-43.2m"),
        ("0", "0"),
    ],
)
def test_times_are_told_in_units_that_fit(value: str, text: str):
    assert text == figures.seconds(Decimal(value))


def test_what_is_not_known_is_no_data():
    assert "no data" == figures.shown(None, Field("cost", "Cost", "money", "USD"), dt.UTC)


def test_a_quantile_beyond_all_bounds_is_the_last_bound():
    # As Prometheus's histogram_quantile.
    buckets = {Decimal(1): Decimal(1), Decimal(5): Decimal(2), None: Decimal(100)}

    assert Decimal(5) == quantile(Decimal("0.95"), buckets)


def test_a_quantile_is_linear_within_its_bucket():
    # 95 of 100 lie above the 90 up to 1, half way to the 100 up to 2.
    buckets = {Decimal(1): Decimal(90), Decimal(2): Decimal(100), None: Decimal(100)}

    assert Decimal("1.5") == quantile(Decimal("0.95"), buckets)


def test_nothing_observed_has_no_quantile():
    assert quantile(Decimal("0.95"), {Decimal(1): Decimal(0), None: Decimal(0)}) is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_formula_is_a_text(text: str):
    assert f"'{text}" == safe(text)


def test_a_pipe_ends_no_cell():
    assert "a\\|b c" == escaped("a|b\nc")
