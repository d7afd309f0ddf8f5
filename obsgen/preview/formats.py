"""
Numbers as Grafana writes them: `12.3%`, `1.21 K`, `3.4 mins`, `$1.20K`.

The rules are those of `@grafana/data`, valueFormats: a unit scales its value, and where no decimals
are asked for, so many are shown that two or three digits count.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from obsgen.plurals import counted

Format = Callable[[float, int | None], str]

_SHORT: Final = ("", " K", " Mil", " Bil", " Tri", " Quadr", " Quint", " Sext", " Sept")
_COUNTS: Final = ("", "K", "M", "B", "T")
_SI: Final = ("", "k", "M", "G", "T", "P", "E")
_BINARY: Final = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_KIBI, _KILO = 1_024, 1_000
_MINUTE, _HOUR, _DAY, _WEEK, _YEAR = 60, 3_600, 86_400, 604_800, 31_536_000
_MONTH: Final = 2_592_000
_MOST_DECIMALS: Final = 8


def shown(value: float | None, unit: str = "", decimals: int | None = None) -> str:
    """
    Return a number in a unit of Grafana's; a unit that is not known stands behind the number.

    >>> shown(0.0123, "percentunit"), shown(1234, "short"), shown(90, "s"), shown(0.25, "s")
    ('1.23%', '1.23 K', '1.50 mins', '250 ms')
    """
    if value is None or math.isnan(value):
        return "NaN" if value is not None else ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    format_ = _FORMATS.get(unit)
    if format_ is None:
        format_ = _made_up(unit)
    return format_(value, decimals)


def plain(value: float, decimals: int | None = None) -> str:
    """
    Return a number with the decimals that are asked for, or with as many as count.

    >>> plain(0.0234), plain(12.34), plain(123.4), plain(3), plain(2.5, 0)
    ('0.0234', '12.3', '123', '3', '3')
    """
    if decimals is None:
        decimals = _counting(value)
    places = min(decimals, _MOST_DECIMALS)
    factor = 10**places
    # JavaScript rounds halves away from zero, as people do.
    rounded = math.copysign(math.floor(abs(value) * factor + 0.5 + 1e-9), value) / factor
    text = f"{rounded:.{places}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _counting(value: float) -> int:
    if value == 0 or value == int(value):
        return 0
    # Grafana's `getDecimalsForValue` gives numbers below zero one place less.
    return max(0, -math.floor(math.log10(abs(value))) + (2 if value > 0 else 1))


def _scaled(factor: float, steps: Sequence[str], offset: int = 0) -> Format:
    def format_(value: float, decimals: int | None) -> str:
        at = offset
        while abs(value) >= factor and at < len(steps) - 1:
            value /= factor
            at += 1
        return plain(value, decimals) + steps[at]

    return format_


def _bytes(factor: int, prefixes: Sequence[str], symbol: str, offset: int = 0) -> Format:
    return _scaled(factor, [f" {prefix}{symbol}" for prefix in prefixes], offset)


def _count(symbol: str) -> Format:
    return _scaled(_KILO, [f"{step} {symbol}" if step else f" {symbol}" for step in _COUNTS])


def _currency(symbol: str, *, behind: bool = False) -> Format:
    scaled = _scaled(_KILO, _COUNTS)

    def format_(value: float, decimals: int | None) -> str:
        text = scaled(abs(value), decimals)
        sign = "-" if value < 0 else ""
        return f"{sign}{text}{symbol}" if behind else f"{sign}{symbol}{text}"

    return format_


def _suffixed(suffix: str, factor: float = 1) -> Format:
    return lambda value, decimals: plain(value * factor, decimals) + suffix


def _time(steps: Sequence[tuple[float, float, str]], last: tuple[float, str]) -> Format:
    """Scale by the first step whose bound is above the value: (bound, divisor, suffix)."""

    def format_(value: float, decimals: int | None) -> str:
        for below, divisor, suffix in steps:
            if abs(value) < below:
                return plain(value / divisor, decimals) + suffix
        return plain(value / last[0], decimals) + last[1]

    return format_


def _seconds(value: float, decimals: int | None) -> str:
    if value == 0:
        return "0 s"
    return _OF_SECONDS(value, decimals)


_OF_SECONDS: Final = _time(
    (
        (1e-6, 1e-9, " ns"),
        (1e-3, 1e-6, " µs"),
        (1, 1e-3, " ms"),
        (_MINUTE, 1, " s"),
        (_HOUR, _MINUTE, " mins"),
        (_DAY, _HOUR, " hours"),
        (_WEEK, _DAY, " days"),
        (_YEAR, _WEEK, " weeks"),
    ),
    (_YEAR, " years"),
)


def _of(seconds: float) -> Format:
    """Return the format of a multiple of seconds; what is shorter than one keeps its unit."""
    return lambda value, decimals: _seconds(value * seconds, decimals)


_WORDS: Final = (
    (_YEAR, "year"),
    (_MONTH, "month"),
    (_WEEK, "week"),
    (_DAY, "day"),
    (_HOUR, "hour"),
    (_MINUTE, "minute"),
    (1, "second"),
)


def _duration(scale: float) -> Format:
    """Return the format of `3 days, 2 hours`: the decimals are how many more parts follow."""

    def format_(value: float, decimals: int | None) -> str:
        if value == 0:
            return "0 seconds"
        if value < 0:
            return format_(-value, decimals) + " ago"
        rest, parts = value * scale, []
        for size, word in _WORDS:
            number = int(rest // size)
            rest -= number * size
            if number:
                parts.append(counted(number, word))
            if len(parts) > (decimals or 0):
                break
        return ", ".join(parts) or f"{plain(value * scale * _KILO)} milliseconds"

    return format_


def _clock(value: float, decimals: int | None) -> str:
    del decimals
    minutes, seconds = divmod(round(abs(value)), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{'-' if value < 0 else ''}{hours:02d}:{minutes:02d}:{seconds:02d}"


def _date(pattern: str) -> Format:
    def format_(value: float, decimals: int | None) -> str:
        del decimals
        try:
            return datetime.datetime.fromtimestamp(value / _KILO, datetime.UTC).strftime(pattern)
        except (ValueError, OverflowError, OSError):
            return plain(value)

    return format_


def _words(no: str, yes: str) -> Format:
    return lambda value, _: no if value == 0 else yes


def _locale(value: float, decimals: int | None) -> str:
    places = _counting(value) if decimals is None else decimals
    return f"{value:,.{min(places, _MOST_DECIMALS)}f}"


_OF_COUNTS: Final = {
    **{
        "cps": "c/s",
        "ops": "ops/s",
        "reqps": "req/s",
        "rps": "rd/s",
        "wps": "wr/s",
        "iops": "io/s",
    },
    **{"eps": "evt/s", "mps": "msg/s", "recps": "rec/s", "rowsps": "rows/s", "cpm": "c/m"},
    **{"opm": "ops/m", "reqpm": "req/m", "rpm": "rd/m", "wpm": "wr/m", "epm": "evts/m"},
    **{"mpm": "msgs/m", "recpm": "rec/m", "rowspm": "rows/m"},
}
_CURRENCIES: Final = {
    **{"USD": "$", "GBP": "£", "EUR": "€", "JPY": "¥", "RUB": "₽", "UAH": "₴", "BRL": "R$"},
    **{"CHF": "CHF", "INR": "₹", "KRW": "₩", "ZAR": "R", "IDR": "Rp", "PHP": "PHP", "TRY": "₺"},
    **{"MYR": "RM", "XPF": "XPF", "BGN": "BGN", "PYG": "₲", "UYU": "UYU", "ILS": "₪", "BTC": "฿"},
}
_BEHIND: Final = {
    **{"DKK": "kr", "ISK": "kr", "NOK": "kr", "SEK": "kr", "CZK": "czk", "PLN": "zł", "VND": "đ"},
}
_SI_UNITS: Final = {
    **{"hertz": "Hz", "watt": "W", "volt": "V", "amp": "A", "joule": "J", "pps": "p/s"},
    **{"bps": "b/s", "decbits": "b", "Bps": "B/s", "decbytes": "B", "massg": "g", "lengthm": "m"},
}
_STEPS: Final = {"kbytes": 1, "mbytes": 2, "gbytes": 3, "tbytes": 4, "pbytes": 5}
_DEC_STEPS: Final = {"deckbytes": 1, "decmbytes": 2, "decgbytes": 3, "dectbytes": 4, "decpbytes": 5}

_FORMATS: Final[Mapping[str, Format]] = {
    "": plain,
    "none": plain,
    "string": plain,
    "short": _scaled(_KILO, _SHORT),
    "sishort": _scaled(_KILO, ["", *(f" {prefix}" for prefix in _SI[1:])]),
    "locale": _locale,
    "percent": _suffixed("%"),
    "percentunit": _suffixed("%", 100),
    "ns": _of(1e-9),
    "µs": _of(1e-6),
    "ms": _of(1e-3),
    "s": _seconds,
    "m": _of(_MINUTE),
    "h": _of(_HOUR),
    "d": _of(_DAY),
    "dtdurations": _duration(1),
    "dtdurationms": _duration(1e-3),
    "dthms": _clock,
    "clocks": _clock,
    "bool": _words("False", "True"),
    "bool_yes_no": _words("No", "Yes"),
    "bool_on_off": _words("Off", "On"),
    "dateTimeAsIso": _date("%Y-%m-%d %H:%M:%S"),
    "dateTimeAsIsoNoDateIfToday": _date("%H:%M:%S"),
    "celsius": _suffixed("°C"),
    "fahrenheit": _suffixed("°F"),
    "humidity": _suffixed("%H"),
    "bytes": _bytes(_KIBI, _BINARY, "B"),
    "bits": _bytes(_KIBI, _BINARY, "b"),
    "binBps": _bytes(_KIBI, _BINARY, "B/s"),
    "binbps": _bytes(_KIBI, _BINARY, "b/s"),
    **{name: _bytes(_KIBI, _BINARY, "B", at) for name, at in _STEPS.items()},
    **{name: _bytes(_KILO, _SI, "B", at) for name, at in _DEC_STEPS.items()},
    **{f"{p}iBs": _bytes(_KIBI, _BINARY, "B/s", n) for n, p in enumerate("KMGTP", 1)},
    **{f"{p}Bs": _bytes(_KILO, _SI, "B/s", n) for n, p in enumerate("KMGTP", 1)},
    **{name: _bytes(_KILO, _SI, symbol) for name, symbol in _SI_UNITS.items()},
    **{name: _count(symbol) for name, symbol in _OF_COUNTS.items()},
    **{f"currency{name}": _currency(symbol) for name, symbol in _CURRENCIES.items()},
    **{f"currency{name}": _currency(symbol, behind=True) for name, symbol in _BEHIND.items()},
}


def _made_up(unit: str) -> Format:
    """Return the format of a unit that somebody made up: Grafana reads its first word as how."""
    how, _, word = unit.partition(":")
    made: Mapping[str, Callable[[], Format]] = {
        "prefix": lambda: lambda value, decimals: word + plain(value, decimals),
        "suffix": lambda: _suffixed(f" {word}"),
        "si": lambda: _bytes(_KILO, _SI, word),
        "count": lambda: _count(word),
        "currency": lambda: _currency(word),
        "time": lambda: _date("%Y-%m-%d %H:%M:%S"),
    }
    return made[how]() if how in made else _suffixed(f" {unit}")
