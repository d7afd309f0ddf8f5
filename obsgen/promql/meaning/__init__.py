"""
What an expression means: the type, unit, labels, values and bounds of what each part yields.

`inference` goes once over the tree; what functions and operators do to samples stands in
`quantities` and `operations`, to their units in `conversions`, to their bounds in `bounds`.
`series` says what is known by name alone, `nothing` why a part never yields a series.
"""

from __future__ import annotations

from obsgen.promql.meaning.inference import Meaning, Meanings
from obsgen.promql.meaning.series import KnownSeries, Sample, Series

__all__ = ["KnownSeries", "Meaning", "Meanings", "Sample", "Series"]
