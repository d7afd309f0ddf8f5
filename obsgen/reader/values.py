"""Scalars to values: texts, durations, quantities, matchers, with what is wrong in each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric, near
from obsgen.diagnostics import Code, Origin, Related, finding
from obsgen.matchers import Matcher, any_value, is_pattern, literal_pattern, matcher
from obsgen.model import Reports
from obsgen.promql import PromqlError, parse
from obsgen.reader.shape import WRONG_TYPE, null_value, words
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration, Quantity, Unit, parse_number

UNREADABLE_DURATION: Final = Code(
    "SCH111",
    "unreadable-duration",
    why="lengths of time are written as Prometheus writes them; `1m` is a minute, never a month",
    fix="Write `30s`, `5m`, `1h30m` or `7d`.",
)
UNREADABLE_QUANTITY: Final = Code(
    "PQL401",
    "unreadable-quantity",
    why="an amount is a number with its unit",
    fix="Write `250ms`, `10MB`, `4GiB`, `5%`, `100 USD`, `100/s`, `6/min`, or a bare count.",
)
MISSING_UNIT: Final = Code(
    "PQL402",
    "limit-without-unit",
    why="a bare number hides whether 0.5 are seconds or percent; only counts and unitless scores "
    "have none",
    fix="Write the unit: `above: 5%`, `below: 500ms`, `above: 10/s`.",
)
OTHER_DIMENSION: Final = Code(
    "PQL403",
    "other-dimension",
    why="the two can never be compared",
    fix="Write the limit in the dimension of the measure, or compare another measure.",
)
UNKNOWN_LABEL: Final = Code(
    "REF202",
    "unknown-label",
    why="a matcher or group on a label that the metric does not have never matches anything",
    fix="Declare the label with the metric (`labels:`), or a label of every target with the "
    "Project (`target_labels:`).",
)
UNKNOWN_LABEL_VALUE: Final = Code(
    "REF203",
    "unknown-label-value",
    why="the label's values are declared and none of them matches",
    fix="Write a declared value, or declare this one too.",
)
UNREADABLE_PATTERN: Final = Code(
    "PQL404",
    "unreadable-pattern",
    why="matchers are anchored RE2 patterns; Prometheus would refuse the rule",
    fix="Write an RE2 pattern, or `{is: …}` for a text that is meant as it stands.",
)
CODES: Final = (
    UNREADABLE_DURATION,
    UNREADABLE_QUANTITY,
    MISSING_UNIT,
    OTHER_DIMENSION,
    UNKNOWN_LABEL,
    UNKNOWN_LABEL_VALUE,
    UNREADABLE_PATTERN,
)

_MAX_SHOWN: Final = 12


def read_text(node: Node | None, report: Reports) -> str:
    """Return a scalar's text; empty where there is none."""
    if node is None:
        return ""
    if not isinstance(node, Scalar):
        return ""
    if node.is_null:
        report(null_value(node, node.origin))
        return ""
    return node.text


def read_list(node: Node | None) -> tuple[Node, ...]:
    """Return the items of a list; a single scalar is a list of one."""
    if isinstance(node, Sequence):
        return node.items
    return (node,) if isinstance(node, Scalar) and not node.is_null else ()


def read_words(node: Node | None) -> tuple[str, ...]:
    """Return the texts of a list of scalars."""
    return tuple(i.text for i in read_list(node) if isinstance(i, Scalar) and not i.is_null)


def read_flag(node: Node | None) -> bool:
    """Return a boolean; false where there is none."""
    return isinstance(node, Scalar) and node.is_boolean and node.text.lower() == "true"


def read_number(node: Node | None, report: Reports) -> Decimal | None:
    """Return a plain number, reporting what is none."""
    if not isinstance(node, Scalar):
        return None
    try:
        return parse_number(node.text)
    except ValueError:
        message = f"{node.word} is not a number"
        report(finding(UNREADABLE_QUANTITY, node.origin, message))
        return None


def read_duration(node: Node | None, report: Reports) -> Duration | None:
    """Return a duration longer than nothing, reporting what is none."""
    if not isinstance(node, Scalar):
        return None
    try:
        duration = Duration.parse(node.text)
    except ValueError:
        duration = Duration(0)
    if duration.ms:
        return duration
    hint = "write `30s`, `5m`, `1h30m` or `7d`"
    if re.fullmatch(r"\d+", node.text):
        hint = f"write the unit: `{node.text}s` or `{node.text}m`"
    report(finding(UNREADABLE_DURATION, node.origin, f"{node.word} is not a duration", hint))
    return None


def read_wait(node: Node | None, report: Reports) -> Duration:
    """Return a duration that may be nothing (`for: 0s`)."""
    if isinstance(node, Scalar) and node.text in {"0", "0s", "0m"}:
        return Duration(0)
    return read_duration(node, report) or Duration(0)


def read_share(node: Node | None, report: Reports) -> Decimal | None:
    """Return a share written in percent: `20%`."""
    from obsgen.units import RATIO  # noqa: PLC0415

    value = read_amount(node, RATIO, report, "the share")
    return value if isinstance(value, Decimal) else None


def read_amount(
    node: Node | None, unit: Unit, report: Reports, subject: str
) -> Decimal | Fraction | None:
    """
    Return a quantity in *unit*.

    Args:
        subject: What it is compared with, for messages.
    """
    if not isinstance(node, Scalar) or node.is_null:
        return None
    try:
        quantity = Quantity.parse(node.text)
    except ValueError:
        hint = f"write it in {_unit_words(unit)}: `{example_of(unit)}`"
        message = f"{node.word} is not a quantity"
        report(finding(UNREADABLE_QUANTITY, node.origin, message, hint))
        return None
    value = quantity.converted_to(unit)
    if value is not None:
        return value
    hint = f"write `{_suggested(quantity, unit)}`"
    if quantity.unit.is_plain_count:
        message = f"limit {node.word} has no unit, and {subject} is in {_unit_words(unit)}"
        report(finding(MISSING_UNIT, node.origin, message, hint))
    else:
        found = _unit_words(quantity.unit)
        message = f"limit {node.word} is in {found}, and {subject} is in {_unit_words(unit)}"
        report(finding(OTHER_DIMENSION, node.origin, message, hint))
    return None


def _unit_words(unit: Unit) -> str:
    names = {"time": "a time", "bytes": "bytes", "ratio": "a ratio", "money": unit.name}
    name = names.get(unit.dimension, "a count" if unit.name == "count" else unit.name)
    return f"{name} per time" if unit.per_seconds else name


def example_of(unit: Unit) -> str:
    """Return an example of a quantity in a unit."""
    plain = {"time": "500ms", "bytes": "10MB", "ratio": "5%", "money": f"100 {unit.name}"}
    return plain.get(unit.dimension, "10") + ("/s" if unit.per_seconds else "")


def _suggested(quantity: Quantity, unit: Unit) -> str:
    if not quantity.unit.is_plain_count:
        return example_of(unit)
    number = quantity.text
    if unit.dimension == "ratio" and quantity.value <= 1:
        return f"{(quantity.value * 100).normalize():f}%"
    symbol = {"time": "s", "bytes": "B", "ratio": "%", "money": f" {unit.name}"}
    return number + symbol.get(unit.dimension, "") + ("/s" if unit.per_seconds else "")


def read_labels(
    node: Node | None, metrics: tuple[Metric, ...], report: Reports
) -> tuple[str, ...]:
    """Return a list of labels that all metrics have."""
    found = []
    for item in read_list(node):
        if not isinstance(item, Scalar):
            continue
        if check_label(item.text, item.origin, metrics, report):
            found.append(item.text)
    return tuple(dict.fromkeys(found))


def check_label(
    label: str, origin: Origin, metrics: tuple[Metric, ...], report: Reports
) -> bool:
    """Report a label that one of the metrics does not have; say whether all have it."""
    for metric in metrics:
        if label in metric.all_labels:
            continue
        known = sorted(metric.all_labels)
        found = near(label, known)
        hint = f"did you mean `{found}`?" if found else f"it has {words(known[:_MAX_SHOWN])}"
        message = f"metric `{metric.name}` has no label `{label}`"
        related = (Related("declared here", metric.origin),) if metric.origin.file else ()
        report(finding(UNKNOWN_LABEL, origin, message, hint, related=related))
        return False
    return True


def read_matchers(
    node: Node | None, metrics: tuple[Metric, ...], report: Reports
) -> tuple[Matcher, ...]:
    """Return the matchers of a `where`, each checked against what the metrics declare."""
    if not isinstance(node, MappingNode):
        return ()
    found = []
    for label, entry in node.entries.items():
        if label.startswith("x-"):
            continue
        if not check_label(label, entry.key.origin, metrics, report):
            continue
        declared = _declared_values(label, metrics)
        read = _matcher(label, entry.value, declared, report)
        if read is not None:
            found.append(read)
    return tuple(found)


def _declared_values(label: str, metrics: Iterable[Metric]) -> tuple[str, ...]:
    for metric in metrics:
        values = metric.labels.get(label)
        if values:
            return values
    return ()


def _matcher(
    label: str, node: Node, declared: tuple[str, ...], report: Reports
) -> Matcher | None:
    """Read one VALUE of the grammar: a scalar, a list, {not: …} or {is: …}."""
    negated = False
    while isinstance(node, MappingNode):
        if len(node.entries) != 1 or not {"not", "is"} & set(node.entries):
            hint = "write `{not: …}` or `{is: …}`"
            message = f"a matcher takes a value, a list, `not` or `is`, found {node.word}"
            report(finding(WRONG_TYPE, node.origin, message, hint))
            return None
        if (literal := node.get("is")) is not None:
            if not isinstance(literal, Scalar) or literal.is_null:
                report(null_value(literal, literal.origin)) if isinstance(literal, Scalar) else None
                return None
            _check_declared(label, literal, literal_pattern(literal.text), declared, report)
            op = "!=" if negated else "="
            return Matcher(label, "!=" if op == "!=" else "=", literal.text, literal.origin)
        negated = not negated
        node = next(iter(node.entries.values())).value
    return _values(label, node, declared, report, negated=negated)


def _values(
    label: str, node: Node, declared: tuple[str, ...], report: Reports, *, negated: bool
) -> Matcher | None:
    patterns = []
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items:
        if not isinstance(item, Scalar):
            report(finding(WRONG_TYPE, item.origin, f"a value of `{label}` is {item.word}"))
            return None
        if item.is_null:
            report(null_value(item, item.origin))
            return None
        pattern = literal_pattern(item.text) if item.text in declared else item.text
        if is_pattern(pattern) and not _check_pattern(label, item, pattern, report):
            return None
        if item.text:
            _check_declared(label, item, pattern, declared, report)
        patterns.append((item.text, pattern))
    if not patterns:
        report(finding(WRONG_TYPE, node.origin, f"`{label}` has an empty list of values"))
        return None
    if len(patterns) == 1:
        text, pattern = patterns[0]
        if text in declared:
            return Matcher(label, "!=" if negated else "=", text, node.origin)
        return matcher(label, pattern, negated=negated, origin=node.origin)
    return any_value(label, (p for _, p in patterns), negated=negated, origin=node.origin)


def _check_pattern(label: str, node: Scalar, pattern: str, report: Reports) -> bool:
    try:
        parse("{" + str(Matcher(label, "=~", f"(?:{pattern})|x")) + "}")
    except PromqlError as error:
        message = f"pattern {node.word} of `{label}` is not RE2: {error.message}"
        hint = "write `{is: …}` for a text that is meant as it stands"
        report(finding(UNREADABLE_PATTERN, node.origin, message, hint))
        return False
    return True


def _check_declared(
    label: str, node: Scalar, pattern: str, declared: tuple[str, ...], report: Reports
) -> None:
    if not declared:
        return
    candidate = Matcher(label, "=~", pattern)
    if any(candidate.matches(value) for value in declared):
        return
    found = near(node.text, declared)
    hint = f"did you mean `{found}`?" if found else f"declared: {words(list(declared))}"
    message = f"{node.word} matches no declared value of `{label}`"
    report(finding(UNKNOWN_LABEL_VALUE, node.origin, message, hint))
