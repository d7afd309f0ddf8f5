"""Grafana's units: which there are, and what some of them count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.units import Unit

_LISTED: Final = """
    Bps EHs GBs GHs Gbits GiBs Gibits Hs KBs KHs Kbits KiBs Kibits MBs MHs Mbits MiBs Mibits Mohm
    Nm3 PBs PHs Pbits PiBs Pibits TBs THs Tbits TiBs Tibits Wm2 accFS2 accG accMS2 acres amp amph
    arcmin arcsec areaF2 areaM2 areaMI2 binBps binbps bits bool bool_on_off bool_yes_no bps bytes
    candela celsius clockms clocks congNm3 congm3 conmgNm3 conmgdL conmgm3 conmmolL conngNm3
    conngm3 conppb conμgNm3 conμgm3 cpm cps currencyBGN currencyBRL currencyBTC currencyCHF
    currencyCZK currencyDKK currencyEUR currencyGBP currencyIDR currencyILS currencyINR
    currencyISK currencyJPY currencyKRW currencyMYR currencyNOK currencyPHP currencyPLN
    currencyPYG currencyRUB currencySEK currencyTRY currencyUAH currencyUSD currencyUYU
    currencyVND currencyXPF currencyZAR currencymBTC currencyμBTC d dB dBm dateTimeAsIso
    dateTimeAsIsoNoDateIfToday dateTimeAsLocal dateTimeAsLocalNoDateIfToday dateTimeAsSystem
    dateTimeAsUS dateTimeAsUSNoDateIfToday dateTimeFromNow decbits decbytes decgbytes deckbytes
    decmbytes decpbytes dectbytes degree dm3 dtdhms dtdurationms dtdurations dthms eflops epm eps
    ev fahrenheit farad ffarad flops flowcfm flowcfs flowcms flowgpm flowlpm flowmlpm forceN
    forceNm forcekN forcekNm gallons gbytes gflops grad gwatt h hectares henry hertz hex hex0x
    humidity iops joule kamp kamph kbytes kelvin kohm kvolt kvoltamp kvoltampreact kwatt kwatth
    kwattm lengthft lengthin lengthkm lengthm lengthmi lengthmm litre litreh locale lumens lux m
    m3 mamp mamph massg masskg masslb massmg masst mbytes megwatt mflops mhenry mlitre mohm mpm
    mps ms mvolt mwatt mwatth nfarad none ns ohm opm ops pbytes percent percentunit pfarad pflops
    pixel ppm pps pressurebar pressurehg pressurehpa pressurekbar pressurekpa pressurembar
    pressurepa pressurepsi radbq radci radexpckg radgy radian radmsv radmsvh radr radrad radrem
    radsv radsvh radusv radusvh recpm recps reqpm reqps rotdegs rotghz rothz rotkhz rotmhz rotrads
    rotrpm rowspm rowsps rpm rps s sci short sishort string tbytes tflops timeticks velocitykmh
    velocityknot velocitymph velocityms volt voltamp voltampreact watt watth watthperkg wpm wps
    yflops zflops µfarad µhenry µs
"""
"""Grafana's own catalogue of units, as its dashboard schema publishes it."""

_IDS: Final = frozenset(_LISTED.split())
# What follows is the author's own: `suffix: km`, `time:YYYY`.
_OWN: Final = ("prefix:", "suffix:", "time:", "si:", "count:", "currency:", "bool:")

_MEANT: Final[Mapping[str, str]] = {
    "ns": "ns", "µs": "us", "ms": "ms", "s": "s", "m": "min", "h": "h", "d": "d",
    "dtdurations": "s", "dtdurationms": "ms", "dthms": "s", "dtdhms": "s", "clocks": "s",
    "clockms": "ms",
    "bytes": "bytes", "decbytes": "bytes", "kbytes": "KiB", "deckbytes": "kB", "mbytes": "MiB",
    "decmbytes": "MB", "gbytes": "GiB", "decgbytes": "GB", "tbytes": "TiB", "dectbytes": "TB",
    "pbytes": "PiB", "decpbytes": "PB",
    "binBps": "bytes/s", "Bps": "bytes/s", "KBs": "kB/s", "MBs": "MB/s", "GBs": "GB/s",
    "TBs": "TB/s", "KiBs": "KiB/s", "MiBs": "MiB/s", "GiBs": "GiB/s", "TiBs": "TiB/s",
    "percent": "percent", "percentunit": "ratio",
    "none": "count", "short": "count", "sishort": "count", "locale": "count",
    "reqps": "requests/s", "ops": "operations/s", "cps": "count/s", "rps": "reads/s",
    "wps": "writes/s", "eps": "events/s", "mps": "messages/s",
    "reqpm": "requests/min", "opm": "operations/min", "cpm": "count/min", "rpm": "reads/min",
    "wpm": "writes/min", "epm": "events/min", "mpm": "messages/min",
}  # fmt: skip
_CURRENCY: Final = "currency"
_COUNTED: Final = "count:"


def _counted(words: str) -> Unit | None:
    """Return what is counted by a unit of one's own: `tokens/min`, or `/s` of anything."""
    try:
        return Unit.parse(f"count{words}" if words.startswith("/") else words)
    except ValueError:
        return None


def unit_ids() -> frozenset[str]:
    """Return the ids of all units."""
    return _IDS


def is_unit_id(text: str) -> bool:
    """
    Say whether Grafana shows values in it.

    >>> is_unit_id("percentunit"), is_unit_id("suffix: km"), is_unit_id("seconds")
    (True, True, False)
    """
    return text in _IDS or text.startswith(_OWN)


def unit_of_id(text: str) -> Unit | None:
    """Return what a unit counts; None for what is no amount here."""
    if text in _MEANT:
        return Unit.parse(_MEANT[text])
    if text.startswith(_COUNTED):
        return _counted(text.removeprefix(_COUNTED))
    currency = text.removeprefix(_CURRENCY)
    is_money = text.startswith(_CURRENCY) and currency.isupper() and currency.isascii()
    return Unit.parse(currency) if is_money else None
