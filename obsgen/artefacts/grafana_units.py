"""
Grafana's ids for units.

The ids are those of Grafana's own catalogue of units, as its dashboard schema publishes it; what
has none there is shown as a plain number with `short`, and the panel says the unit in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from obsgen.units import COUNT, Dimension, Unit

_PLAIN: Final = "short"

_TIME: Final = {
    "ns": "ns",
    "us": "µs",
    "µs": "µs",
    "ms": "ms",
    "s": "s",
    "seconds": "s",
    "min": "m",
    "minutes": "m",
    "h": "h",
    "hours": "h",
    "d": "d",
    "days": "d",
}

# Prometheus counts bytes in whole ones; Grafana's `bytes` shows them as people read them, in KiB.
_BYTES: Final = {
    "B": "bytes",
    "bytes": "bytes",
    "kB": "deckbytes",
    "KB": "deckbytes",
    "MB": "decmbytes",
    "GB": "decgbytes",
    "TB": "dectbytes",
    "PB": "decpbytes",
    "KiB": "kbytes",
    "MiB": "mbytes",
    "GiB": "gbytes",
    "TiB": "tbytes",
    "PiB": "pbytes",
}
_BYTES_A_SECOND: Final = {
    "B": "binBps",
    "bytes": "binBps",
    "kB": "KBs",
    "KB": "KBs",
    "MB": "MBs",
    "GB": "GBs",
    "TB": "TBs",
    "PB": "PBs",
    "KiB": "KiBs",
    "MiB": "MiBs",
    "GiB": "GiBs",
    "TiB": "TiBs",
    "PiB": "PiBs",
}
_RATIO: Final = {"ratio": "percentunit", "percent": "percent", "%": "percent"}
# fmt: off
_CURRENCIES: Final = frozenset((
    "USD", "GBP", "EUR", "JPY", "RUB", "UAH", "BRL", "DKK", "ISK", "NOK", "SEK", "CZK", "CHF",
    "PLN", "ZAR", "INR", "KRW", "IDR", "PHP", "VND", "TRY", "MYR", "XPF", "BGN", "PYG", "UYU",
    "ILS",
))
# fmt: on

# What is counted, a second and a minute.
_COUNTED: Final = {
    "requests": ("reqps", "reqpm"),
    "request": ("reqps", "reqpm"),
    "operations": ("ops", "opm"),
    "ops": ("ops", "opm"),
    "reads": ("rps", "rpm"),
    "writes": ("wps", "wpm"),
    "events": ("eps", "epm"),
    "messages": ("mps", "mpm"),
    "records": ("recps", "recpm"),
    "rows": ("rowsps", "rowspm"),
    "packets": ("pps", ""),
    "bits": ("bps", ""),
}

# Base units of Prometheus, "Metric and label naming", that are no amounts of their own here.
_MEASURED: Final = {
    "bits": "bits",
    "celsius": "celsius",
    "fahrenheit": "fahrenheit",
    "hertz": "hertz",
    "meters": "lengthm",
    "volts": "volt",
    "amperes": "amp",
    "joules": "joule",
    "watts": "watt",
    "grams": "massg",
}

_MINUTE: Final = 60


def unit_id(unit: Unit) -> str:
    """
    Return Grafana's id.

    >>> unit_id(Unit.parse("requests/s")), unit_id(Unit.parse("USD/h")), unit_id(Unit.parse("MiB"))
    ('reqps', 'currencyUSD', 'mbytes')
    >>> unit_id(Unit.parse("tokens/min")), unit_id(Unit.parse("count/s"))
    ('count:tokens/min', 'count:/s')
    """
    return _BY_DIMENSION[unit.dimension](unit)


def _of_time(unit: Unit) -> str:
    return _TIME.get(unit.name, "s")


def _of_bytes(unit: Unit) -> str:
    names = _BYTES_A_SECOND if unit.per_seconds == 1 else _BYTES
    return names.get(unit.name, _PLAIN)


def _of_ratio(unit: Unit) -> str:
    return _RATIO.get(unit.name, _PLAIN) if unit.scale in (1, _PERCENT) else _PLAIN


def _of_money(unit: Unit) -> str:
    return f"currency{unit.name}" if unit.name in _CURRENCIES else _PLAIN


def _of_count(unit: Unit) -> str:
    name = unit.name.lower()
    if not unit.per_seconds:
        return _MEASURED.get(name, _PLAIN)
    second, minute = _COUNTED.get(name, ("", ""))
    known = {1: second, _MINUTE: minute}.get(unit.per_seconds)
    # Grafana scales what stands behind `count:` as it does a plain number: `1.2 K tokens/min`.
    return known or f"count:{str(unit).removeprefix(COUNT.name)}"


_PERCENT: Final = Unit.parse("percent").scale

_BY_DIMENSION: Final[Mapping[Dimension, Callable[[Unit], str]]] = {
    "time": _of_time,
    "bytes": _of_bytes,
    "ratio": _of_ratio,
    "money": _of_money,
    "count": _of_count,
}
