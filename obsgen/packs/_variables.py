"""Dashboard variables that are labels of declared metrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from obsgen.artefacts import Variable
from obsgen.catalogue import TARGET_LABELS, Metric
from obsgen.matchers import Matcher

_ALWAYS_THERE = ".+"
_PERHAPS_THERE = ".*"


def label_variable(
    label: str, metrics: Iterable[Metric], earlier: Sequence[str] = ()
) -> Variable | None:
    """
    Return the variable of a label, filled from a metric that has it, within the metric's scope.

    A target label is on every series; any other may be absent, and `All` is to mean all.

    Args:
        earlier: Variables that stand before it, whose values narrow its own: it is filled from
            the metric that has most of their labels, the first of several.
    """
    having = [metric for metric in metrics if label in metric.all_labels]
    if not having:
        return None
    metric = max(having, key=lambda each: len(each.all_labels.intersection(earlier)))
    narrowing = [Matcher(name, "=~", f"${name}") for name in earlier if name in metric.all_labels]
    return Variable(
        name=label,
        label=label,
        query=f"label_values({metric.select(metric.counted, narrowing)}, {label})",
        all_value=_ALWAYS_THERE if label in TARGET_LABELS else _PERHAPS_THERE,
    )
