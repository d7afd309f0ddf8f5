"""Comparisons and their limits: one amount, or one for each value of a label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import finding
from obsgen.model import Limit, Reports
from obsgen.reader.lookup import find_bucket
from obsgen.reader.matching import UNKNOWN_LABEL, check_value
from obsgen.reader.shape import WRONG_COUNT, missing_key, words
from obsgen.reader.values import example_of, read_amount
from obsgen.reader.wording import means
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Unit

COMPARISONS: Final = {
    "above": ">",
    "below": "<",
    "at_least": ">=",
    "at_most": "<=",
    "equals": "==",
    "not_equals": "!=",
}

_REST_OF_NUMBER: Final = re.compile(r"\d{3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """
    What is compared with a limit.

    Attributes:
        subject: What it is called in messages.
        labels: The labels that it keeps; None where that is open.
        metrics: What it reads: one of them has the label by which limits differ.
    """

    unit: Unit
    subject: str
    labels: frozenset[str] | None
    metrics: tuple[Metric, ...]


def read_comparison(
    node: MappingNode, compared: Compared, report: Reports
) -> tuple[str, Limit] | None:
    """Read the one comparison of a mapping: its operator, and its limit."""
    found = [key for key in node.entries if key in COMPARISONS]
    if len(found) != 1:
        if not found and means(node, "above"):
            return None  # an unknown key was found already
        what = f"found {words(found, last='and')}" if found else "found none"
        hint = f"write one of {words(list(COMPARISONS))}, e.g. `above: {example_of(compared.unit)}`"
        message = f"a condition takes one comparison, {what}"
        report(finding(WRONG_COUNT, node.origin, message, hint))
        return None
    if any(_REST_OF_NUMBER.match(key) for key in node.entries):
        return None  # `above: 1,000 USD` gave an unknown key `000 USD`
    limit = _limit(node.entries[found[0]].value, compared, report)
    return None if limit is None else (COMPARISONS[found[0]], limit)


def _limit(node: Node, compared: Compared, report: Reports) -> Limit | None:
    if isinstance(node, MappingNode):
        return _limits(node, compared, report)
    amount = read_amount(node, compared.unit, report, compared.subject)
    if amount is None or not isinstance(node, Scalar):
        return None
    return Limit(value=amount, text=" ".join(node.text.split()), origin=node.origin)


def read_buckets(node: Node | None, metric: Metric, report: Reports) -> Limit | None:
    """Read a bound of a histogram, or one for each value of a label; all of them buckets."""
    if not isinstance(node, MappingNode):
        bound = find_bucket(node, metric, report)
        if bound is None or not isinstance(node, Scalar):
            return None
        return Limit(value=bound, text=" ".join(node.text.split()), origin=node.origin)
    compared = Compared(
        unit=metric.unit, subject=f"`{metric.name}`", labels=metric.all_labels, metrics=(metric,)
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
    return Limit(
        value=default, text="its limit", by=by.text, values=tuple(values), origin=node.origin
    )


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
