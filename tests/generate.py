"""
Valid specs of every kind, as Hypothesis strategies.

`trees()` draws a seed and a size, and a builder throws the dice: whole systems of services, presets,
parts, dashboards, routing and environments would overrun what Hypothesis can draw piece by piece.
An example is its seed and its size, and shrinks to a smaller size. The kinds come from the `KINDS`
tuples: a kind that nobody here can build fails with its name.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st
from spectree import Tree, Value

from obsgen import alerts, measures, packs, panels, receivers, slis
from obsgen.presets import __name__ as _presets  # noqa: F401 - replaced below
