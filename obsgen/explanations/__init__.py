"""
SLOs and alerts explained, from what was compiled: figures, times, the formulas in words.

Nothing is measured here: times follow from windows and limits (`timing`), the rest from the specs
and the rules.
"""

from __future__ import annotations

from obsgen.explanations.subjects import Explanation, find, near_miss

__all__ = ["Explanation", "find", "near_miss"]
