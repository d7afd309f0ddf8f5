"""
What is wrong with metrics themselves: names, labels and buckets that will hurt in queries.

Rules: Prometheus, "Metric and label naming" and "Instrumentation"; OpenMetrics 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.importers.families import Family
from obsgen.importers.words import listed
from obsgen.schema.shared import is_label
from obsgen.units import number_text
from obsgen.units.numbers import MAX_LENGTH

COUNTER_NAME: Final = Code(
    "OUT971",
    "counter-without-total",
    why="people and tools tell counters by `_total`; OpenMetrics adds it, so that the same counter "
    "has two names",
    fix="Rename it in the program: `requests` to `requests_total`.",
    severity=Severity.WARNING,
)
NO_BASE_UNIT: Final = Code(
    "OUT972",
    "no-base-unit",
    why="metrics in seconds and in milliseconds cannot be added or share a panel",
    fix="Expose base units, seconds, bytes and ratios; panels scale them for people.",
    severity=Severity.WARNING,
)
ID_LABEL: Final = Code(
    "OUT973",
    "id-like-label",
    why="every user, session or request becomes series of its own: memory grows without bound, and "
    "personal data stays for as long as metrics are kept",
    fix="Remove the label; ids belong into logs, traces and exemplars.",
    severity=Severity.WARNING,
)
MANY_VALUES: Final = Code(
    "OUT974",
    "many-label-values",
    why="every value is a series more for each combination of the other labels; above a hundred "
    "Prometheus advises to look for another way",
    fix="Group the values (route patterns instead of paths, classes instead of codes), or drop the "
    "label.",
    severity=Severity.WARNING,
)
HISTOGRAM_BOUNDS: Final = Code(
    "OUT975",
    "histogram-bounds",
    why="a histogram has the same buckets in all its series, up to +Inf; quantiles and shares over "
    "others are wrong",
    fix="Give every instance the same buckets, and let the client library write +Inf.",
    severity=Severity.WARNING,
)
LABEL_LEFT_OUT: Final = Code(
    "OUT976",
    "label-left-out",
    why="specs have no word for the label, or the type has none of this name",
    fix="Rename it in the program: letters, digits and `_`; `le` and `quantile` belong to "
    "histograms and summaries.",
    severity=Severity.WARNING,
)
CODES: Final = (
    COUNTER_NAME,
    NO_BASE_UNIT,
    ID_LABEL,
    MANY_VALUES,
    HISTOGRAM_BOUNDS,
    LABEL_LEFT_OUT,
)

MANY: Final = 100
"""Values of a label (Prometheus, "Instrumentation": "Do not overuse labels")."""

_OTHER_UNITS: Final = {
    **dict.fromkeys(("ms", "milliseconds", "millis", "microseconds", "nanoseconds"), "seconds"),
    **dict.fromkeys(("minutes", "hours", "days"), "seconds"),
    **dict.fromkeys(("kilobytes", "megabytes", "gigabytes", "kb", "mb", "gb", "mib"), "bytes"),
    **dict.fromkeys(("percent", "percentage", "pct"), "ratio"),
}
# Of whom or what there is no end; `zone_id` and the like are few.
_ENDLESS: Final = (
    "user|customer|account|member|visitor|session|request|req|trace|span|correlation|transaction|tx"
    "|order|invoice|payment|message|msg|event|conversation|device|connection|conn"
)
_ID_LABEL: Final = re.compile(
    rf"(?:.*_)?(?:{_ENDLESS})_?(?:id|uid|uuid|guid|key)|(?:.*_)?(?:uuid|guid|email|e_?mail_address|"
    r"ip|ip_?addr(?:ess)?|user_?name|password|phone|session|fingerprint)",
    re.IGNORECASE,
)
_ID_VALUE: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^@\s/]+@[^@\s/]+\.[A-Za-z]{2,}",
    re.IGNORECASE,
)


def complaints(families: Iterable[Family]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the metrics; of a label once, at the first that carries it."""
    found = tuple(families)
    for family in found:
        yield from _of_name(family)
        yield from _of_buckets(family)
    yield from _of_labels(found, ID_LABEL, is_id, "tells single users, requests or machines apart")
    yield from _of_labels(found, MANY_VALUES, _is_many, f"has more than {MANY} values")
    yield from _of_labels(found, LABEL_LEFT_OUT, _is_unspeakable, "is no name in specs: left out")
    for family in found:
        if family.strays:
            message = f"{listed(family.strays)} of the {family.type} `{family.name}`: left out"
            yield finding(LABEL_LEFT_OUT, family.place, message)


def is_id(label: str, values: frozenset[str]) -> bool:
    """
    Say whether a label names single users, requests and the like, by its name or its values.

    >>> is_id("user_id", frozenset()), is_id("zone_id", frozenset({"a"}))
    (True, False)
    """
    if _ID_LABEL.fullmatch(label):
        return True
    return bool(values) and all(_ID_VALUE.fullmatch(value) for value in values)


def bounds(family: Family) -> tuple[Decimal, ...]:
    """Return the upper bounds of a histogram that a spec can say, ascending, without +Inf."""
    texts = {text for group in family.bounds for text in group}
    return tuple(sorted({n for text in texts if (n := number(text)) is not None}))


def number(text: str) -> Decimal | None:
    """Return a finite number that specs can say; None for any other text."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > MAX_LENGTH:
        return None
    return value if len(number_text(value)) <= MAX_LENGTH else None


def _of_name(family: Family) -> Iterator[Diagnostic]:
    name = family.name
    if family.type == "counter" and not family.guess and not name.endswith("_total"):
        message = f"counter `{name}` does not end in `_total`"
        yield finding(COUNTER_NAME, family.place, message, f"call it `{name}_total`")
    stem = name.removesuffix("_total")
    base, _, word = stem.rpartition("_")
    if base and word in _OTHER_UNITS:
        end = "_total" if name != stem else ""
        unit = _OTHER_UNITS[word]
        message = f"`{name}` is in `{word}`, not in {unit}"
        hint = f"expose `{base}_{unit}{end}`"
        yield finding(NO_BASE_UNIT, family.place, message, hint)


def _of_buckets(family: Family) -> Iterator[Diagnostic]:
    if family.type != "histogram" or not family.bounds:
        return
    name = family.name
    if not all(any(_is_infinite(text) for text in group) for group in family.bounds):
        message = f"histogram `{name}` has series without the bucket `+Inf`"
        yield finding(HISTOGRAM_BOUNDS, family.place, message)
    numbers = {frozenset(map(number, group)) for group in family.bounds}
    if len(numbers) > 1:
        message = f"the series of histogram `{name}` have different buckets"
        yield finding(HISTOGRAM_BOUNDS, family.place, message, "all that occur are declared")
    elif not bounds(family):
        message = f"histogram `{name}` has no bucket below `+Inf`"
        hint = "as text, a native histogram looks like this; then write `type: native_histogram`"
        yield finding(HISTOGRAM_BOUNDS, family.place, message, hint)
    unsaid = {t for g in family.bounds for t in g if number(t) is None and not _is_infinite(t)}
    if unsaid:
        message = f"bounds of histogram `{name}` are no numbers: {listed(sorted(unsaid))}"
        yield finding(HISTOGRAM_BOUNDS, family.place, message)


def _of_labels(
    families: tuple[Family, ...],
    code: Code,
    is_wrong: Callable[[str, frozenset[str]], bool],
    problem: str,
) -> Iterator[Diagnostic]:
    wrong: dict[str, list[Family]] = {}
    for family in families:
        for label, values in family.labels.items():
            if is_wrong(label, values):
                wrong.setdefault(label, []).append(family)
    for label, carriers in wrong.items():
        message = f"label `{label}` of {listed(f.name for f in carriers)} {problem}"
        yield finding(code, carriers[0].place, message)


def _is_many(label: str, values: frozenset[str]) -> bool:
    return len(values) > MANY and not is_id(label, values)


def _is_unspeakable(label: str, values: frozenset[str]) -> bool:
    del values
    return not is_label(label)


def _is_infinite(text: str) -> bool:
    return text.lower() in {"+inf", "inf", "+infinity", "infinity"}
