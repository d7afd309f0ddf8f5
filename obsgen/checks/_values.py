"""How the annotations of alerts show the value: its digits, its percent sign, its unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Written
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.gotemplate import Template
from obsgen.promql import Aggregate, Binary, Call, Node, without_parens
from obsgen.promql.functions import COMPARISONS, SET_OPERATORS
from obsgen.units import Unit

BROKEN_TEMPLATE: Final = Code(
    "ALR522",
    "broken-template",
    why="Prometheus would send the alert with an error instead of the text",
    fix="Correct the Go template where it is underlined.",
)
PERCENT_OF_RATIO: Final = Code(
    "ALR541",
    "percent-of-ratio",
    why="the value is a ratio: at five percent the text says `0.05%`",
    fix="Write `{{ $value | humanizePercentage }}`, which multiplies by 100 and writes the sign.",
)
BARE_VALUE: Final = Code(
    "ALR542",
    "bare-value",
    why="a value as it stands is read as `0.05281690140845071`; at three in the morning nobody "
    "wants to count digits",
    fix="Pipe it through a function: `humanize`, `humanizePercentage`, `humanizeDuration`, "
    '`humanize1024`, or `printf "%.2f"`.',
    severity=Severity.WARNING,
)
OTHER_FUNCTION: Final = Code(
    "ALR586",
    "function-of-other-unit",
    why="`humanizeDuration` takes seconds and `humanizePercentage` a ratio: of anything else they "
    "write an amount that nobody has",
    fix="Write the function of the value's unit, or convert the value in the query.",
    severity=Severity.WARNING,
)

# An action that shows the value, and what stands right behind it.
_SHOWN: Final = re.compile(
    r"\{\{-?(?P<action>[^{}]*(?:\$value|\.Value)\b[^{}]*)-?\}\}(?P<behind>\s?%)?"
)
# Within these the dot is something else than the alert.
_CHANGES_DOT: Final = re.compile(r"\{\{-?\s*(?:range|with|define|block)\b")
_BARE: Final = re.compile(r"\s*(?:\$value|\.Value)\s*")
_UNIT_BEHIND: Final = re.compile(
    r"\s?(?:%|/\s?s\b|s\b|ms\b|seconds\b|per second\b|bytes\b)", re.ASCII
)


def value_findings(query: Query, template: Template, written: Written) -> Iterator[Diagnostic]:
    """Yield what is wrong with the way in which an annotation shows the value."""
    if not template.uses_value:
        return
    is_plain = not _CHANGES_DOT.search(written.text)
    for match in _SHOWN.finditer(written.text):
        if not is_plain and "$value" not in match["action"]:
            continue
        action, place = match["action"], written.origin.characters(*match.span())
        if verb := _wrong_verb(action):
            message = (
                f"`%{verb}` takes no number with a fraction: the text says `%!{verb}(float64=…)`"
            )
            yield finding(BROKEN_TEMPLATE, place, message, "write `%.0f` for a whole number")
        elif "humanizePercentage" in action and not match["behind"] and _is_percent(query):
            message = f"the value of `{query.name}` is a percentage already: 100 times too much"
            hint = "write `{{ $value | humanize }}%`, or leave the `100 *` out"
            yield finding(PERCENT_OF_RATIO, place, message, hint)
        elif match["behind"] and (problem := _percent(query, action)):
            message, hint, severity = problem
            yield replace(finding(PERCENT_OF_RATIO, place, message, hint), severity=severity)
        elif (function := _function(action)) and not _fits(function, query.meanings.whole.unit):
            unit = query.meanings.whole.unit
            takes = _TAKES[function]
            message = f"`{function}` takes {takes}, the value of `{query.name}` is in {unit}"
            yield finding(OTHER_FUNCTION, place, message, f"write `{_template(unit)}`")
        elif _BARE.fullmatch(action) and not _is_whole(query):
            message = f"the value of `{query.name}` is written with all its digits"
            behind = _UNIT_BEHIND.match(written.text, match.end("action") + len("}}"))
            hint = f"write `{_template(query.meanings.whole.unit)}`"
            unit = query.meanings.whole.unit
            # A mean of zeros and ones, times 100, is a percentage.
            is_kept = unit is not None and unit.dimension == "count" and unit.scale != 1
            tail = "" if behind is None else behind.group().strip()
            if tail and not is_kept and not hint.endswith(f"}}}}{tail}`"):
                hint += f", without the `{tail}` behind it"
            yield finding(BARE_VALUE, place, message, hint)


_FORMAT: Final = r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|`(?P<raw>[^`]*)`)'
_VALUE: Final = r"(?:\$value|\.Value)"
_PRINTED: Final = (
    re.compile(rf"\s*printf\s+{_FORMAT}\s+{_VALUE}\s*"),
    re.compile(rf"\s*{_VALUE}\s*\|\s*printf\s+{_FORMAT}\s*"),
)
_VERB: Final = re.compile(r"%[-+# 0-9.]*([a-zA-Z%])", re.ASCII)
# What Go's `fmt` writes of whole numbers, texts and truth values only.
_NO_FLOATS: Final = frozenset("cdoOqstU")


def _wrong_verb(action: str) -> str:
    """Return the verb of a `printf` of the value alone that takes no float; else empty."""
    printed = next((m for pattern in _PRINTED if (m := pattern.fullmatch(action))), None)
    if printed is None:
        return ""
    verbs = [
        verb for verb in _VERB.findall(printed["quoted"] or printed["raw"] or "") if verb != "%"
    ]
    return verbs[0] if len(verbs) == 1 and verbs[0] in _NO_FLOATS else ""


_TAKES: Final = {"humanizeDuration": "seconds", "humanizePercentage": "a ratio"}
_PIPED: Final = re.compile(
    rf"\s*(?:{_VALUE}\s*\|\s*(?P<behind>\w+)|(?P<before>\w+)\s+{_VALUE})\s*", re.ASCII
)


def _function(action: str) -> str:
    """Return the function of an action that shows the value itself, if it takes one unit only."""
    piped = _PIPED.fullmatch(action)
    name = "" if piped is None else piped["behind"] or piped["before"]
    return name if name in _TAKES else ""


def _fits(function: str, unit: Unit | None) -> bool:
    """Say whether a value may be what a function takes; counts may be anything."""
    if unit is None or unit.dimension == "count":
        return True
    if function == "humanizePercentage":
        return unit.dimension == "ratio"
    # Seconds a second are a ratio, and a length of time to whoever wrote the text.
    return unit.dimension == "ratio" or (unit.dimension == "time" and unit.scale == 1)


def _is_percent(query: Query) -> bool:
    unit = query.meanings.whole.unit
    return unit is not None and unit.dimension == "ratio" and unit.scale == _HUNDREDTH


_HUNDREDTH: Final = Decimal("0.01")


def _percent(query: Query, action: str) -> tuple[str, str, Severity] | None:
    """Return what is wrong with a percent sign behind a value."""
    if "humanizePercentage" in action:
        message = "`humanizePercentage` writes the percent sign itself"
        return message, "leave the `%` behind it out", Severity.ERROR
    unit = query.meanings.whole.unit
    if unit is None or "mul" in action or "*" in action:
        return None
    if unit.dimension != "ratio":
        if unit.dimension == "count" and not unit.per_seconds:
            return None
        message = f"the value of `{query.name}` is in {unit}, no percentage"
        return message, f"write `{_template(unit)}`", Severity.WARNING
    if unit.scale != 1 or unit.per_seconds:
        return None
    message = f"the value of `{query.name}` is a ratio: `%` behind it is wrong by 100"
    hint = "write `{{ $value | humanizePercentage }}` without the `%`"
    return message, hint, Severity.ERROR


_GROWTH: Final = frozenset({"increase", "delta"})


def _is_whole(query: Query) -> bool:
    """Say whether values have no digits worth rounding: counts, 0 and 1, what is not known."""
    meaning = query.meanings.whole
    if any(call.function == "round" for call in _outer_calls(query.root)):
        return True
    unit, bounds = meaning.unit, meaning.bounds
    if unit is None or (bounds.high is not None and bounds.low == bounds.high):
        return True
    # An increase is extrapolated to the ends of its range: 3 events are shown as 3.0769.
    is_extrapolated = any(call.function in _GROWTH for call in query.nodes(Call))
    if unit.dimension != "count" or unit.per_seconds or is_extrapolated:
        return False
    return not _is_mean(query, query.root)


_MEANS: Final = frozenset({"avg", "quantile", "stddev"})
_MEANS_OVER_TIME: Final = frozenset({"avg_over_time", "quantile_over_time", "stddev_over_time"})


def _is_mean(query: Query, root: Node) -> bool:
    """Say whether the value of the alert is a mean of counts, which has a fraction."""
    pending = [root]
    while pending:
        node = without_parens(pending.pop())
        if isinstance(node, Aggregate):
            if node.op in _MEANS:
                return True
            # How many there are is a whole number, whatever they are.
            pending.extend(() if node.op in {"count", "count_values", "group"} else (node.expr,))
        elif isinstance(node, Call):
            if node.function in _MEANS_OVER_TIME:
                return True
        # What equals a whole number is one.
        elif isinstance(node, Binary) and node.op != "==":
            is_left = node.op in COMPARISONS | SET_OPERATORS
            if is_left and not query.meaning(node.lhs).is_number:
                pending.append(node.lhs)
            else:
                pending.extend((node.lhs, node.rhs))
    return False


def _outer_calls(root: Node) -> Iterator[Call]:
    """Yield the calls whose result is the value of the alert, apart from sums and limits."""
    node = without_parens(root)
    while isinstance(node, Binary | Aggregate):
        node = without_parens(node.lhs if isinstance(node, Binary) else node.expr)
    if isinstance(node, Call):
        yield node


def _template(unit: Unit | None) -> str:
    return "{{ $value | humanize }}" if unit is None else unit.value_template
