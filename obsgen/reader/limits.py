"""Comparisons and their limits: one amount, or one for each value of a label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import Domain, Limit, Measure, Reports, always_holds, never_holds
from obsgen.reader.lookup import find_bucket
from obsgen.reader.matching import UNKNOWN_LABEL, check_value
from obsgen.reader.shape import WRONG_COUNT, missing_key, words
from obsgen.reader.values import check_quantity, example_of, read_amount
from obsgen.reader.wording import means
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Unit, shown_in

OUT_OF_RANGE: Final = Code(
    "ALR535",
    "limit-out-of-range",
    why="no value that the measure can take is beyond the limit, or every one is: the condition "
    "never changes",
    fix="Write a limit within what the measure can be: a ratio goes from 0% to 100%, a quantile "
    "up to the last bucket.",
)
CODES: Final = (OUT_OF_RANGE,)

COMPARISONS: Final = {
    "above": ">",
    "below": "<",
    "at_least": ">=",
    "at_most": "<=",
    "equals": "==",
    "not_equals": "!=",
}

_CLOSED: Final = {">": ">=", "<": "<="}
_REST_OF_NUMBER: Final = re.compile(r"\d{3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """
    What is compared with a limit.

    Attributes:
        subject: What it is called in messages.
        labels: The labels that it keeps; None where that is open.
        metrics: What it reads: one of them has the label by which limits differ.
        domain: The values that it can take.
        is_foreseen: A line is followed, which runs on where its values would end.
    """

    unit: Unit
    subject: str
    labels: frozenset[str] | None
    metrics: tuple[Metric, ...]
    domain: Domain
    is_foreseen: bool = False

    @classmethod
    def of(cls, measure: Measure, *, is_foreseen: bool = False) -> Compared:
        """Return what is known of a measure."""
        return cls(
            unit=measure.unit,
            subject=measure.title,
            labels=measure.labels,
            metrics=measure.metrics,
            domain=measure.domain,
            is_foreseen=is_foreseen,
        )


def read_comparison(
    node: MappingNode, compared: Compared, report: Reports
) -> tuple[str, Limit] | None:
    """Read the one comparison of a mapping: its operator, and its limit."""
    word = _word(node, example_of(compared.unit), report)
    if word is None:
        return None
    limit = _limit(node.entries[word].value, compared, report)
    if limit is None or not _is_within(word, limit, compared, report):
        return None
    return COMPARISONS[word], limit


def check_comparison(node: MappingNode, report: Reports) -> None:
    """Report what is wrong with the comparison of a mapping, whatever is compared."""
    if not node.entries:
        return  # one finding says so
    word = _word(node, "10", report)
    given = None if word is None else node.entries[word].value
    named = given.entries.items() if isinstance(given, MappingNode) else ()
    of_labels = (e.value for key, e in named if key != "by" and not key.startswith("x-"))
    for each in (given, *of_labels):
        if isinstance(each, Scalar):
            check_quantity(each, report)


def _word(node: MappingNode, example: str, report: Reports) -> str | None:
    """Return the one word that compares; None where there are others, or its limit is torn."""
    found = [key for key in node.entries if key in COMPARISONS]
    if len(found) != 1:
        if not found and means(node, "above"):
            return None  # an unknown key was found already
        what = f"found {words(found, last='and')}" if found else "found none"
        hint = f"write one of {words(list(COMPARISONS))}, e.g. `above: {example}`"
        message = f"a condition takes one comparison, {what}"
        report(finding(WRONG_COUNT, node.origin, message, hint))
        return None
    # `above: 1,000 USD` gave an unknown key `000 USD`.
    return None if any(_REST_OF_NUMBER.match(key) for key in node.entries) else found[0]


def _is_within(word: str, limit: Limit, compared: Compared, report: Reports) -> bool:
    """Say whether each limit divides the values of the measure, reporting others."""
    comparison = COMPARISONS[word]
    reached = _CLOSED.get(comparison, comparison) if compared.is_foreseen else comparison
    values = [value for _, value, _ in limit.values]
    if limit.value is not None:
        values.append(limit.value)
    is_within = True
    for number in [Fraction(value) for value in values]:
        never = never_holds(reached, number, compared.domain)
        if not never and not always_holds(comparison, number, compared.domain):
            continue
        is_within = False
        beyond = f"{word.replace('_', ' ')} {shown_in(number, compared.unit)}"
        message = f"{'no' if never else 'every'} value of {compared.subject} is {beyond}"
        report(finding(OUT_OF_RANGE, limit.origin, message, _range(compared)))
    return is_within


def _range(compared: Compared) -> str:
    """Say what values there are."""
    low, high, step = compared.domain.low, compared.domain.high, compared.domain.step
    ends = [None if end is None else shown_in(Fraction(end), compared.unit) for end in (low, high)]
    grid = "" if step is None else f", in steps of {shown_in(Fraction(step), compared.unit)}"
    if ends[0] is not None and ends[1] is not None:
        return f"it goes from {ends[0]} to {ends[1]}{grid}"
    if ends[0] is not None:
        return f"it is {ends[0]} or more{grid}"
    return f"it is {ends[1]} or less{grid}" if ends[1] is not None else f"it changes{grid}"


def _limit(node: Node, compared: Compared, report: Reports) -> Limit | None:
    if isinstance(node, MappingNode):
        return _limits(node, compared, report)
    amount = read_amount(node, compared.unit, report, compared.subject)
    if amount is None or not isinstance(node, Scalar):
        return None
    return Limit(value=amount, text=" ".join(node.text.split()), origin=node.origin)


def read_limit(
    node: Node | None, metric: Metric, by: tuple[str, ...], report: Reports
) -> Limit | None:
    """Read an amount in a metric's unit, or one for each value of a label that is kept."""
    if node is None:
        return None
    compared = Compared(
        unit=metric.unit,
        subject=f"`{metric.name}`",
        labels=frozenset(by),
        metrics=(metric,),
        domain=Domain(),
    )
    return _limit(node, compared, report)


def read_buckets(node: Node | None, metric: Metric, report: Reports) -> Limit | None:
    """Read a bound of a histogram, or one for each value of a label; all of them buckets."""
    if not isinstance(node, MappingNode):
        bound = find_bucket(node, metric, report)
        if bound is None or not isinstance(node, Scalar):
            return None
        return Limit(value=bound, text=" ".join(node.text.split()), origin=node.origin)
    compared = Compared(
        unit=metric.unit,
        subject=f"`{metric.name}`",
        labels=metric.all_labels,
        metrics=(metric,),
        domain=Domain(),
    )
    limit = _limits(node, compared, report)
    values = [entry.value for key, entry in node.entries.items() if key != "by"]
    found = [find_bucket(value, metric, report) for value in values if isinstance(value, Scalar)]
    return None if None in found else limit


def _limits(node: MappingNode, compared: Compared, report: Reports) -> Limit | None:
    by = node.get("by")
    if not isinstance(by, Scalar) or by.is_null:
        report(missing_key(node.origin, "by", "write `{by: region, us: 100ms, default: 200ms}`"))
        return None
    if not _keeps(by, compared, report):
        return None
    declared = _declared(by.text, compared.metrics)
    values: list[tuple[str, Decimal | Fraction, str]] = []
    default: Decimal | Fraction | None = None
    for key, entry in node.entries.items():
        if key == "by" or key.startswith("x-"):
            continue
        amount = read_amount(entry.value, compared.unit, report, compared.subject)
        if amount is None or not isinstance(entry.value, Scalar):
            return None
        if key == "default":
            default = amount
            continue
        check_value(by.text, entry.key, declared, report)
        values.append((key, amount, entry.value.text))
    if not values:
        report(
            missing_key(node.origin, f"VALUE of {by.text}", f"write `{{by: {by.text}, VALUE: …}}`")
        )
        return None
    in_order = tuple(sorted(values, key=lambda entry: entry[0]))
    return Limit(value=default, text="its limit", by=by.text, values=in_order, origin=node.origin)


def _keeps(by: Scalar, compared: Compared, report: Reports) -> bool:
    """Say whether limits can differ by a label, reporting why not."""
    if compared.labels is not None and by.text not in compared.labels:
        message = f"limits differ by `{by.text}`, which {compared.subject} does not keep"
        hint = f"add `by: [{by.text}]` to the measure"
    elif not any(by.text in metric.all_labels for metric in compared.metrics):
        message = f"limits differ by `{by.text}`, which no metric of {compared.subject} has"
        hint = "write a condition for each value"
    else:
        return True
    report(finding(UNKNOWN_LABEL, by.origin, message, hint))
    return False


def _declared(label: str, metrics: Iterable[Metric]) -> tuple[str, ...]:
    return next((v for metric in metrics if (v := metric.labels.get(label))), ())
