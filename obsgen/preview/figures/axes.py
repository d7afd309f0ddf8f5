"""Axes: where they begin and end, and ticks that say round numbers in the panel's unit."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from obsgen.preview import formats
from obsgen.preview.ranges import DAY, HOUR, MINUTE, SECOND, TimeRange

FONT: Final = 11
"""Pixels."""
_LETTER: Final = 6.4
"""Pixels that a letter of that size takes at most, on average."""
_TICK_GAP: Final = 10
_PAD: Final = 0.1
_TICK_ROOM: Final = 42
_TIME_ROOM: Final = 75
_MOST_DECIMALS: Final = 6
_FEW_DECIMALS: Final = 2
"""Of a tick that no number of decimals says exactly."""

_DECIMAL: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_TIME_STEPS: Final = (
    *(SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND),
    *(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY),
)
_WEEKS: Final = tuple(weeks * 7 * DAY for weeks in (5, 10, 20, 50))
_SECONDS: Final = tuple(step / SECOND for step in (*_TIME_STEPS, *_WEEKS))
_IN_SECONDS: Final = {"s": 1.0, "ms": 1e-3, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BINARY_UNITS: Final = frozenset({"bytes", "bits", "binBps", "binbps"})


@dataclass(frozen=True, slots=True)
class Scale:
    """
    An axis of values.

    Attributes:
        room: Pixels that the texts of its ticks take.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]
    is_log: bool = False

    @property
    def room(self) -> int:
        """Pixels that the texts of its ticks take."""
        return room_for(self.texts)

    def axis(self) -> dict[str, Any]:
        """Return it as plotly's."""
        ends = (self.low, self.high)
        return {
            "type": "log" if self.is_log else "linear",
            "range": [math.log10(end) for end in ends] if self.is_log else list(ends),
            "tickvals": list(self.ticks),
            "ticktext": list(self.texts),
            "fixedrange": True,
            "zeroline": False,
        }


def room_for(texts: Sequence[str]) -> int:
    """Return the pixels that texts beside an axis take."""
    return math.ceil(max(map(len, texts), default=0) * _LETTER) + _TICK_GAP


def scale(
    low: float,
    high: float,
    *,
    unit: str,
    decimals: int | None,
    height: int,
    fixed: tuple[bool, bool] = (False, False),
    log: bool = False,
) -> Scale:
    """
    Return the scale of values between two.

    Args:
        height: Pixels.
        fixed: Which ends are demanded; the others get some air.
    """
    if log and high > 0:
        return _log(low, high, unit)
    low, high = _aired(low, high, fixed)
    step = _step((high - low) / max(2, height // _TICK_ROOM), unit)
    first = math.ceil(low / step - 1e-9)
    ticks = tuple(n * step for n in range(first, math.floor(high / step + 1e-9) + 1))
    return Scale(low, high, ticks, _texts(ticks, unit, decimals))


def _aired(low: float, high: float, fixed: tuple[bool, bool]) -> tuple[float, float]:
    if high <= low:
        # Grafana's range of a flat line: it runs in the middle.
        width = abs(high) or 1.0
        if not fixed[1]:
            high = high + width
        if not fixed[0]:
            low = low - width if low else low
        return (low, high) if high > low else (low, low + 1.0)
    air = (high - low) * _PAD
    if not fixed[0]:
        low = 0.0 if 0 <= low <= air else low - air
    return low, high if fixed[1] else high + air / 2


def _log(low: float, high: float, unit: str) -> Scale:
    least = low if low > 0 else high / 1e4
    first, last = math.floor(math.log10(least)), math.ceil(math.log10(high) + 1e-9)
    ticks = tuple(10.0**power for power in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks, _texts(ticks, unit, None), is_log=True)


def _step(rough: float, unit: str) -> float:
    """Return the next round step: of seconds, of powers of two, or decimal."""
    if unit in _IN_SECONDS and rough * _IN_SECONDS[unit] >= 1:
        factor = _IN_SECONDS[unit]
        found = next((step for step in _SECONDS if step >= rough * factor), None)
        if found is not None:
            return found / factor
    if unit in _BINARY_UNITS and rough >= 1:
        return float(2.0 ** math.ceil(math.log2(rough)))
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next(power * step for step in _DECIMAL if power * step >= rough * (1 - 1e-9))


def _texts(ticks: Sequence[float], unit: str, decimals: int | None) -> tuple[str, ...]:
    """Return the ticks with as few decimals as tell them apart, and say what they are."""
    places: dict[str, int] = {}
    for tick in ticks:
        # Those that stand in the same multiple of a unit have the same decimals.
        multiple = _multiple(formats.shown(tick, unit, 0))
        places[multiple] = max(places.get(multiple, 0), _places(tick, unit, decimals or 0))
    every = (places[_multiple(formats.shown(tick, unit, 0))] for tick in ticks)
    return tuple(formats.shown(t, unit, n if t else 0) for t, n in zip(ticks, every, strict=True))


def _places(tick: float, unit: str, least: int) -> int:
    exact = _number(formats.shown(tick, unit, _MOST_DECIMALS))
    for places in range(least, _MOST_DECIMALS):
        if abs(_number(formats.shown(tick, unit, places)) - exact) <= 1e-6 * max(1.0, abs(exact)):
            return places
    # Eight days have no end of decimals in weeks.
    return max(least, _FEW_DECIMALS)


def _multiple(text: str) -> str:
    return text.strip("-0123456789.")


def _number(text: str) -> float:
    digits = "".join(c for c in text if c.isdigit() or c in ".-")
    try:
        return float(digits)
    except ValueError:
        return 0.0


def time_axis(span: TimeRange, width: int) -> dict[str, Any]:
    """Return plotly's axis of a time range, so many pixels wide; UTC."""
    ticks = tuple(_moments(span, max(2, width // _TIME_ROOM)))
    write = _writer(ticks, span)
    return {
        "type": "date",
        "range": [span.start, span.end],
        "tickvals": list(ticks),
        "ticktext": [write(at) for at in ticks],
        "fixedrange": True,
        "zeroline": False,
        "ticklabeloverflow": "allow",
        "hoverformat": "%Y-%m-%d %H:%M:%S",
    }


def _moments(span: TimeRange, most: int) -> Iterator[int]:
    step = next((s for s in _TIME_STEPS if span.ms <= s * most), _TIME_STEPS[-1])
    yield from range(-(-span.start // step) * step, span.end + 1, step)


def _writer(ticks: Sequence[int], span: TimeRange) -> Callable[[int], str]:
    step = ticks[1] - ticks[0] if len(ticks) > 1 else span.ms
    if step >= DAY:
        pattern = "%m/%d"
    elif span.ms > DAY:
        pattern = "%m/%d %H:%M"
    else:
        pattern = "%H:%M" if step >= MINUTE else "%H:%M:%S"
    return lambda at: datetime.datetime.fromtimestamp(at / SECOND, datetime.UTC).strftime(pattern)
