"""Dashboard variables that are labels of declared metrics."""

from __future__ import annotations

from collections.abc import Iterable

from obsgen.artefacts import Variable
from obsgen.catalogue import TARGET_LABELS, Metric

_ALWAYS_THERE = ".+"
_PERHAPS_THERE = ".*"


def label_variable(label: str, metrics: Iterable[Metric]) -> Variable | None:
    """
    Return the variable of a label, filled from the first metric that has it, within its scope.

    A target label is on every series; any other may be absent, and `All` is to mean all.
    """
    for metric in metrics:
        if label in metric.all_labels:
            return Variable(
                name=label,
                label=label,
                query=f"label_values({metric.select(metric.counted, ())}, {label})",
                all_value=_ALWAYS_THERE if label in TARGET_LABELS else _PERHAPS_THERE,
            )
    return None
