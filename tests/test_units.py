"""Durations, units and quantities: read exactly, converted exactly, written plainly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.units import (
    BYTES,
    COUNT,
    RATIO,
    SECONDS,
    Duration,
    Quantity,
    Unit,
    number_text,
    parse_number,
)

# Durations.


@pytest.mark.parametrize(
    ("text", "ms", "written"),
    [
        ("0s", 0, "0s"),
        ("250ms", 250, "250ms"),
        ("90s", 90_000, "1m30s"),
        ("5m", 300_000, "5m"),
        ("1h30m", 5_400_000, "1h30m"),
        ("24h", 86_400_000, "1d"),
        ("4w", 2_419_200_000, "28d"),
        ("30d", 2_592_000_000, "30d"),
        ("1y", 31_536_000_000, "365d"),
        ("1d1h1m1s1ms", 90_061_001, "1d1h1m1s1ms"),
        ("1m5ms", 60_005, "1m5ms"),
    ],
)
def test_a_duration_is_read_and_written(text: str, ms: int, written: str):
    assert (ms, written) == (Duration.parse(text).ms, str(Duration.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "m",
        "-5m",
        "5 m",
        "1.5h",
        "5M",
        "5min",
        "1m1h",
        "1s1s",
        "101y",
        "٥m",
        "9" * 99 + "s",
    ],
)
def test_what_prometheus_does_not_take_is_no_duration(text: str):
    with pytest.raises(ValueError):
        Duration.parse(text)


@given(st.integers(0, 100 * 31_536_000_000))
def test_a_written_duration_reads_back(ms: int):
    assert Duration(ms) == Duration.parse(str(Duration(ms)))


@given(st.text(max_size=60))
def test_reading_any_text_gives_a_value_or_a_value_error(text: str):
    for read in (Duration.parse, Unit.parse, Quantity.parse, parse_number):
        try:
            read(text)
        except ValueError:
            continue


def test_the_range_for_both_prometheus_versions_is_a_millisecond_short():
    assert "59s999ms" == str(Duration.parse("1m").minus_a_millisecond())


# Numbers.


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.0010"), "0.001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0"), "0"),
        (Decimal("1e-12"), "0.000000000001"),
        (Decimal("100"), "100"),
        (Fraction(1, 3), "0.333333333333333"),
        (Fraction(-2, 3), "-0.666666666666667"),
        (Fraction(1, 8), "0.125"),
        (Fraction(10**20, 1), "100000000000000000000"),
        (7, "7"),
    ],
)
def test_a_number_is_written_plainly(value: Decimal | Fraction | int, text: str):
    assert text == number_text(value)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=9
    )
)
def test_a_written_number_is_the_same_number(value: Decimal):
    assert value == Decimal(number_text(value))


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_a_written_fraction_is_as_near_as_a_float_can_tell(numerator: int, denominator: int):
    value = Fraction(numerator, denominator)

    assert float(value) == pytest.approx(float(number_text(value)), rel=1e-14)


@pytest.mark.parametrize(
    "text", ["", ".", "1e", "1e999", "inf", "nan", "1_000", "1,000", "0x10", "١", " 1", "1" * 41]
)
def test_what_is_no_plain_decimal_is_refused(text: str):
    with pytest.raises(ValueError):
        parse_number(text)


@pytest.mark.parametrize("text", ["1", "+1", "-1.5", ".5", "5.", "1e3", "1E-3"])
def test_a_plain_decimal_is_exact(text: str):
    assert Decimal(text) == parse_number(text)


# Units.


@pytest.mark.parametrize(
    ("text", "dimension", "scale", "per_seconds", "written"),
    [
        ("s", "time", "1", 0, "s"),
        ("ms", "time", "0.001", 0, "ms"),
        ("µs", "time", "0.000001", 0, "µs"),
        ("minutes", "time", "60", 0, "minutes"),
        ("bytes", "bytes", "1", 0, "bytes"),
        ("MiB", "bytes", "1048576", 0, "MiB"),
        ("MB", "bytes", "1000000", 0, "MB"),
        ("ratio", "ratio", "1", 0, "ratio"),
        ("%", "ratio", "0.01", 0, "%"),
        ("USD", "money", "1", 0, "USD"),
        ("USD/h", "money", "1", 3600, "USD/h"),
        ("USD / hour", "money", "1", 3600, "USD/h"),
        ("tokens/min", "count", "1", 60, "tokens/min"),
        ("tokens", "count", "1", 0, "tokens"),
        ("bytes/s", "bytes", "1", 1, "bytes/s"),
    ],
)
def test_a_unit_is_read_and_written(
    text: str, dimension: str, scale: str, per_seconds: int, written: str
):
    unit = Unit.parse(text)

    assert (dimension, Decimal(scale), per_seconds, written) == (
        unit.dimension,
        unit.scale,
        unit.per_seconds,
        str(unit),
    )


@pytest.mark.parametrize("text", ["", "/s", "5", "USD/year", "USD/h/h", "a" * 41, "µ", "$"])
def test_what_is_no_unit_is_refused(text: str):
    with pytest.raises(ValueError):
        Unit.parse(text)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("s", "ms", True),
        ("bytes", "GiB", True),
        ("ratio", "%", True),
        ("USD", "USD", True),
        ("USD", "EUR", False),
        ("USD/h", "USD/d", True),
        ("USD/h", "USD", False),
        ("requests", "requests", True),
        ("requests", "tokens", False),
        ("s", "bytes", False),
    ],
)
def test_units_agree_where_one_can_be_said_in_the_other(one: str, other: str, agree: bool):
    assert agree == Unit.parse(one).agrees_with(Unit.parse(other))
    assert agree == Unit.parse(other).agrees_with(Unit.parse(one))


@pytest.mark.parametrize(
    ("unit", "rated"), [("s", "ratio"), ("bytes", "bytes/s"), ("requests", "requests/s")]
)
def test_the_rate_of_a_counter_has_a_unit_of_its_own(unit: str, rated: str):
    assert rated == str(Unit.parse(unit).rated())


@pytest.mark.parametrize(
    ("unit", "other", "quotient", "scale"),
    [
        ("s", "s", "ratio", "1"),
        ("ms", "s", "ratio", "0.001"),
        ("errors/s", "errors/min", "ratio", "60"),
        ("USD", "ratio", "USD", "1"),
        ("USD", "requests", "USD/requests", "1"),
    ],
)
def test_a_quotient_of_like_things_is_a_ratio(unit: str, other: str, quotient: str, scale: str):
    found = Unit.parse(unit).over(Unit.parse(other))

    assert (quotient, Decimal(scale)) == (str(found), found.scale)


@pytest.mark.parametrize(
    ("unit", "template"),
    [
        ("s", "{{ $value | humanizeDuration }}"),
        ("ms", "{{ $value | humanize }}ms"),
        ("bytes", "{{ $value | humanize1024 }}B"),
        ("bytes/s", "{{ $value | humanize1024 }}B/s"),
        ("MB", "{{ $value | humanize }}MB"),
        ("ratio", "{{ $value | humanizePercentage }}"),
        ("percent", '{{ $value | printf "%.2f" }}%'),
        ("USD", '{{ $value | printf "%.2f" }} USD'),
        ("USD/h", '{{ $value | printf "%.2f" }} USD/h'),
        ("requests/s", "{{ $value | humanize }}/s"),
    ],
)
def test_a_value_is_shown_in_its_unit(unit: str, template: str):
    assert template == Unit.parse(unit).value_template


def test_only_counts_go_without_a_unit():
    assert [True, False, False, False] == [
        Unit.parse(text).is_plain_count for text in ("requests", "requests/s", "s", "ratio")
    ]


# Quantities.


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("250ms", "250", "ms"),
        ("2s", "2", "s"),
        ("1m", "60", "s"),
        ("1h30m", "5400", "s"),
        ("1w", "604800", "s"),
        ("10GiB", "10", "GiB"),
        ("10 GiB", "10", "GiB"),
        ("5%", "5", "%"),
        ("0.5 %", "0.5", "%"),
        ("100 USD", "100", "USD"),
        ("$100", "100", "USD"),
        ("$ 0.5/h", "0.5", "USD/h"),
        ("0.5 USD/h", "0.5", "USD/h"),
        ("6/min", "6", "count/min"),
        ("100/s", "100", "count/s"),
        ("10", "10", "count"),
        ("-1.5", "-1.5", "count"),
        ("1e3", "1000", "count"),
    ],
)
def test_a_quantity_carries_its_unit(text: str, value: str, unit: str):
    quantity = Quantity.parse(text)

    assert (Decimal(value), unit, text) == (quantity.value, str(quantity.unit), quantity.text)


@pytest.mark.parametrize(
    "text", ["", "ms", "> 5%", "5 apples", "1,000 USD", "5%%", "5/year", "5/", "$", "1h 30", "inf"]
)
def test_what_is_no_quantity_is_refused(text: str):
    with pytest.raises(ValueError):
        Quantity.parse(text)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("250ms", SECONDS, "0.25"),
        ("5%", RATIO, "0.05"),
        ("10GiB", BYTES, "10737418240"),
        ("1m", Unit.parse("ms"), "60000"),
        ("6/min", Unit.parse("requests/s"), "0.1"),
        ("36 USD/h", Unit.parse("USD/s"), "0.01"),
        ("10", COUNT, "10"),
        ("10", Unit.parse("tokens"), "10"),
    ],
)
def test_a_quantity_is_converted_exactly(text: str, unit: Unit, value: str):
    assert Decimal(value) == Quantity.parse(text).converted_to(unit)


def test_a_conversion_that_does_not_end_stays_a_fraction():
    assert Fraction(1, 60) == Quantity.parse("1/min").converted_to(Unit.parse("requests/s"))


@pytest.mark.parametrize(
    ("text", "unit"),
    [("5s", BYTES), ("5", SECONDS), ("5 USD", Unit.parse("EUR")), ("5/s", COUNT), ("5%", COUNT)],
)
def test_there_is_no_conversion_between_dimensions(text: str, unit: Unit):
    assert Quantity.parse(text).converted_to(unit) is None


@given(st.integers(0, 10**6), st.sampled_from(["ns", "us", "ms", "s", "min", "h", "d"]))
def test_converting_there_and_back_changes_nothing(amount: int, word: str):
    quantity = Quantity.parse(f"{amount}{word}")
    seconds = quantity.converted_to(SECONDS)

    assert seconds is not None
    assert amount == Fraction(seconds) / Fraction(quantity.unit.scale)
