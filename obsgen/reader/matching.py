"""Matchers and lists of labels, each checked against what the metrics declare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from obsgen.catalogue import Metric, near
from obsgen.diagnostics import Code, Origin, Related, finding
from obsgen.matchers import (
    Matcher,
    any_value,
    contradiction,
    is_pattern,
    literal_pattern,
    matcher,
)
from obsgen.model import Reports
from obsgen.promql import PromqlError, parse
from obsgen.promql.re2 import regex_problem
from obsgen.reader.shape import WRONG_TYPE, null_value, words
from obsgen.reader.values import read_list
from obsgen.source import MappingNode, Node, Scalar, Sequence

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
CONTRADICTION: Final = Code(
    "REF221",
    "matchers-contradict",
    why="no series has two values of one label, so the query never finds anything",
    fix="Remove one of the two matchers, or, for a metric of other targets, give its declaration "
    "a `where` of its own.",
)
CODES: Final = (
    CONTRADICTION,
    UNKNOWN_LABEL,
    UNKNOWN_LABEL_VALUE,
    UNREADABLE_PATTERN,
)

_MAX_SHOWN: Final = 12


def read_labels(node: Node | None, metrics: tuple[Metric, ...], report: Reports) -> tuple[str, ...]:
    """Return a list of labels that all metrics have."""
    found = []
    for item in read_list(node):
        if not isinstance(item, Scalar):
            continue
        if check_label(item.text, item.origin, metrics, report):
            found.append(item.text)
    return tuple(dict.fromkeys(found))


def check_label(
    label: str,
    origin: Origin,
    metrics: tuple[Metric, ...],
    report: Reports,
    subject: str = "",
) -> bool:
    """
    Report a label that one of the metrics does not have; say whether all have it.

    Args:
        subject: What must have the labels, where it is no single metric: every target.
    """
    for metric in metrics:
        if label in metric.all_labels:
            continue
        known = sorted(metric.all_labels)
        found = near(label, known)
        hint = f"did you mean `{found}`?" if found else f"it has {words(known[:_MAX_SHOWN])}"
        message = f"metric `{metric.name}` has no label `{label}`"
        if subject:
            message = f"not {subject} has label `{label}`"
        related = (Related("declared here", metric.origin),) if metric.origin.file else ()
        report(finding(UNKNOWN_LABEL, origin, message, hint, related=related))
        return False
    return True


def read_matchers(
    node: Node | None,
    metrics: tuple[Metric, ...],
    report: Reports,
    subject: str = "",
    *,
    beside: tuple[Matcher, ...] = (),
) -> tuple[Matcher, ...]:
    """
    Return the matchers of a `where`, each checked against what the metrics declare.

    Args:
        beside: Other matchers that hold at the same time.
    """
    if not isinstance(node, MappingNode):
        return ()
    found = []
    for label, entry in node.entries.items():
        if label.startswith("x-"):
            continue
        if not check_label(label, entry.key.origin, metrics, report, subject):
            continue
        declared = _declared_values(label, metrics)
        read = _matcher(label, entry.value, declared, report)
        if read is not None:
            found.append(read)
    for opposed in dict.fromkeys(_opposed(found, beside, metric) for metric in metrics):
        if opposed is not None:
            message = f"`{opposed[0]}` and `{opposed[1]}` never hold together"
            place = next((m.origin for m in opposed if m in found), node.origin)
            report(finding(CONTRADICTION, place, message))
    return tuple(found)


def _opposed(
    own: list[Matcher], beside: tuple[Matcher, ...], metric: Metric
) -> tuple[Matcher, Matcher] | None:
    """Return two matchers, one of them written here, that leave nothing of a metric."""
    found = contradiction(metric.narrowed((*beside, *own)))
    return found if found is not None and any(m in own for m in found) else None


def _declared_values(label: str, metrics: Iterable[Metric]) -> tuple[str, ...]:
    for metric in metrics:
        values = metric.labels.get(label)
        if values:
            return values
    return ()


def _matcher(label: str, node: Node, declared: tuple[str, ...], report: Reports) -> Matcher | None:
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


# People who know PromQL write its operator too; no label value begins with one.
_SIGN: Final = re.compile(r"[=!]~|!=")


def _check_pattern(label: str, node: Scalar, pattern: str, report: Reports) -> bool:
    problem = regex_problem(pattern)
    if (sign := _SIGN.match(pattern)) is not None:
        message = f"pattern {node.word} of `{label}` begins with `{sign[0]}`"
        hint = f"write the pattern alone; `{{not: {pattern[sign.end() :]}}}` negates it"
        report(finding(UNREADABLE_PATTERN, node.origin, message, hint))
        return False
    if not problem:
        try:
            parse("x{" + str(Matcher(label, "=~", pattern)) + "}")
        except PromqlError as error:
            problem = error.message
    if problem:
        message = f"pattern {node.word} of `{label}` is not RE2: {problem}"
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


def check_value(label: str, node: Scalar, declared: tuple[str, ...], report: Reports) -> None:
    """Report a label's value that is none of the declared ones."""
    _check_declared(label, node, literal_pattern(node.text), declared, report)
