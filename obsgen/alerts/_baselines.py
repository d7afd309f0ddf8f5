"""What an anomaly is told to compare with: `baseline`, `sigma` or a ratio, `min_samples`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from obsgen.alerts._history import WEEK, Baseline
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.model import Project, Reader
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import COUNT, RATIO, Duration, number_text

FEW_SAMPLES: Final = Code(
    "ALR602",
    "few-samples",
    why="the baseline holds a value for each evaluation of the rules, or for each week that is "
    "kept: it never has as many as are asked for, and the alert never fires",
    fix="Write a longer `baseline`, or fewer `min_samples`.",
)
ANOMALY: Final = Code(
    "ALR603",
    "anomaly",
    why="what is far from usual is said in one way: in standard deviations, or as a ratio",
    fix="Write `sigma: 3`, with `direction: above` or `below` where only one side counts, or a "
    "ratio to the baseline: `above: 150%`.",
)
NO_BASELINE: Final = Code(
    "ALR604",
    "no-baseline",
    why="what is no longer kept cannot be compared with, and a deviation is told from three weeks "
    "at least",
    fix="Write a `baseline` within the retention: `1d`, or `weekly`; or keep the series longer.",
)
NO_ANOMALY: Final = Code(
    "ALR605",
    "no-anomaly",
    why="a value is part of its own baseline: of n values one is at most (n - 1) / sqrt(n) "
    "deviations from the mean, of a share s of them each sqrt((1 - s) / s), or 1 / s times the "
    "mean",
    fix="Write a smaller `sigma` or ratio, a shorter `for`, or a longer `baseline`.",
)
USUAL: Final = Code(
    "ALR667",
    "usual-anomaly",
    why="what is usual is 100% of the baseline: the alert fires nearly always",
    fix="Write a ratio on the far side: `above: 150%`, `below: 50%`.",
    severity=Severity.WARNING,
)
CODES: Final = (FEW_SAMPLES, ANOMALY, NO_BASELINE, NO_ANOMALY, USUAL)

OWN: Final = ("sigma", "baseline", "min_samples", "direction")
"""The keys beside those of the measure and the comparison."""

_COMPARISONS: Final = {"above": ">", "below": "<", "at_least": ">=", "at_most": "<="}
_EQUALITIES: Final = ("equals", "not_equals")
_WEEKLY: Final = "weekly"
_MOST_WEEKS: Final = 4
_FEWEST_WEEKS: Final = 3
_SAMPLES: Final = 100
_TIMES: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_SIGMA: Final = Decimal(3)


class Told(NamedTuple):
    """A baseline, and the limit as its author wrote it."""

    baseline: Baseline
    limit: str


def read_baseline(node: MappingNode, reader: Reader) -> Told | None:
    """Read what a measure is compared with, and how far from it is too far."""
    compared = [key for key in (*_COMPARISONS, *_EQUALITIES) if key in node.entries]
    problem = _contradiction(node, compared)
    if problem is not None:
        key, message, hint = problem
        place = (node.origin / key).key() if key else node.origin
        reader.report(finding(ANOMALY, place, message, hint))
        return None
    over, weeks = _range(node.get("baseline"), reader)
    is_ratio = bool(compared)
    found = _far(node, compared, reader)
    if weeks is None or found is None or not _is_kept(node, over, reader, is_ratio=is_ratio):
        return None
    least = _least(node.get("min_samples"), reader, over, is_ratio=is_ratio)
    if least is None:
        return None
    direction = node.get("direction")
    baseline = Baseline(
        over=over,
        weeks=1 if is_ratio else weeks,
        least=least,
        sigma=None if is_ratio else Decimal(found[0].numerator) / found[0].denominator,
        direction=direction.text if isinstance(direction, Scalar) else "both",
        comparison=_COMPARISONS[compared[0]] if compared else ">",
        ratio=found[0],
    )
    for diagnostic in _too_few(node, baseline, reader.project):
        reader.report(diagnostic)
        return None
    return Told(baseline, found[1])


def _contradiction(node: MappingNode, compared: list[str]) -> tuple[str, str, str] | None:
    """Return a key that does not fit, what is wrong, and what to write."""
    for key in compared:
        if key in _EQUALITIES:
            return key, f"`{key}` says nothing of what is far from usual", "write `sigma: 3`"
    if len(compared) > 1:
        return compared[1], "an anomaly has one ratio, found two", f"remove `{compared[1]}`"
    if not compared:
        return None
    for key in ("sigma", "direction"):
        if key in node.entries:
            message = f"`{key}` and the ratio `{compared[0]}` say two things"
            return key, message, "remove one of them"
    baseline = node.get("baseline")
    is_weekly = isinstance(baseline, Scalar) and baseline.text == _WEEKLY
    if is_weekly and "min_samples" in node.entries:
        message = "a ratio to the same time last week has one value to compare with"
        return "min_samples", message, "remove it"
    return None


def _range(node: Node | None, reader: Reader) -> tuple[Duration | None, int | None]:
    """Return the range of a baseline, or how many weeks; no weeks where it cannot be read."""
    if node is None:
        return Duration.parse("1d"), 0
    if isinstance(node, Scalar) and node.text == _WEEKLY:
        return None, min(_MOST_WEEKS, reader.project.retention.ms // WEEK.ms)
    over = reader.duration(node)
    return over, None if over is None else 0


def _far(node: MappingNode, compared: list[str], reader: Reader) -> tuple[Fraction, str] | None:
    """Return how many deviations are too far, or what ratio; and its text."""
    key = compared[0] if compared else "sigma"
    given = node.get(key)
    if given is None:
        return Fraction(_SIGMA), number_text(_SIGMA)
    if compared and isinstance(given, Scalar) and _TIMES.fullmatch(given.text):
        times = number_text(Decimal(given.text) * 100)
        message = f"`{key}: {given.text}` of what is usual has no unit"
        hint = f"write `{key}: {times}%`: {given.text} times what is usual"
        reader.report(finding(ANOMALY, given.origin, message, hint))
        return None
    amount = reader.amount(given, RATIO if compared else COUNT)
    if amount is None or not isinstance(given, Scalar):
        return None
    if amount > 0:
        if compared and _is_usual(_COMPARISONS[key], amount):
            far = "150%" if _COMPARISONS[key][0] == ">" else "50%"
            message = f"`{key}: {given.text}` of what is usual is met by what is usual"
            reader.report(finding(USUAL, given.origin, message, f"write `{key}: {far}`"))
        return Fraction(amount), given.text
    message = f"`{key}: {given.text}` is never passed by what is far from usual"
    example = "150%" if compared else number_text(_SIGMA)
    reader.report(finding(ANOMALY, given.origin, message, f"write `{key}: {example}`"))
    return None


def _is_usual(comparison: str, ratio: Decimal | Fraction) -> bool:
    """Say whether a value as the baseline has it is beyond a ratio, or at it."""
    return ratio <= 1 if comparison[0] == ">" else ratio >= 1


def _is_kept(node: MappingNode, over: Duration | None, reader: Reader, *, is_ratio: bool) -> bool:
    retention = reader.project.retention
    wanted = over or Duration((1 if is_ratio else _FEWEST_WEEKS) * WEEK.ms)
    if wanted <= retention:
        return True
    message = f"Prometheus keeps {retention}, the baseline asks for {wanted}"
    hint = f"write `baseline: {retention}` or less" if over else "write `baseline: 1d`"
    place = (node.get("baseline") or node).origin
    reader.report(finding(NO_BASELINE, place, message, hint))
    return False


def _least(
    node: Node | None, reader: Reader, over: Duration | None, *, is_ratio: bool
) -> int | None:
    if node is None:
        weeks = 1 if is_ratio else _FEWEST_WEEKS
        return weeks if over is None else _SAMPLES
    amount = reader.amount(node, COUNT)
    if amount is None:
        return None
    if amount >= 1 and amount == int(amount):
        return int(amount)
    message = f"`min_samples: {number_text(amount)}` is no number of samples"
    reader.report(finding(ANOMALY, node.origin, message, "write a whole number above 0"))
    return None


def _too_few(node: MappingNode, baseline: Baseline, project: Project) -> Iterator[Diagnostic]:
    """Yield what the baseline can never hold, or never tell."""
    place = (node.get("min_samples") or node.get("baseline") or node).origin
    most = baseline.weeks
    if baseline.over is not None:
        most = baseline.over.ms // project.evaluation_interval.ms
    if baseline.least > most:
        what = f"{most} weeks" if baseline.over is None else f"{most} values"
        message = f"the baseline holds {what} at most, `min_samples` are {baseline.least}"
        yield finding(FEW_SAMPLES, place, message, f"write `min_samples: {most}` or less")
    elif baseline.over is not None and baseline.sigma is not None:
        sigma = Fraction(baseline.sigma)
        if (most - 1) ** 2 <= sigma**2 * most:
            message = f"no value is {baseline.sigma} deviations from the mean of {most}"
            at = (node.get("sigma") or node).origin
            yield finding(NO_ANOMALY, at, message, "write a smaller `sigma`")


def outlasts(baseline: Baseline, lasts: Duration) -> bool:
    """Say whether what lasts so long has become usual before that."""
    if baseline.over is None:
        return False
    share = Fraction(lasts.ms, baseline.over.ms)
    if share >= 1:
        return True
    if baseline.sigma is not None:
        return Fraction(baseline.sigma) ** 2 * share >= 1 - share
    return baseline.comparison in {">", ">="} and baseline.ratio * share >= 1


WORDS: Final[Mapping[str, str]] = {
    ">": "above",
    "<": "below",
    ">=": "at least",
    "<=": "at most",
}
"""Comparisons, in summaries."""
