"""How many services are compiled in a second, and whether a service costs more among many."""

from __future__ import annotations

import gc
import time
from typing import Final

from benchmarks.services import specs
from benchmarks.table import Figure
from obsgen import Options, build
from obsgen.diagnostics import has_errors

_SIZES: Final = (10, 100, 1_000)
_COMPARED: Final = (100, 1_000)
_AIM: Final = 1.3


def figures() -> list[Figure]:
    """Return the speed for each size; each has services of its own, so that no cache helps."""
    _seconds(1, seed=0)  # imports
    took = {size: _seconds(size, seed=size) for size in _SIZES}
    found = [
        Figure(what=f"{size:,} services", measured=f"{size / seconds:.1f} services/s")
        for size, seconds in took.items()
    ]
    few, many = (took[size] / size for size in _COMPARED)
    what = "time a service, at {:,} against {:,}".format(*reversed(_COMPARED))
    measured = f"{many * 1_000:.1f} ms against {few * 1_000:.1f} ms"
    return [*found, Figure(what=what, measured=measured, ratio=many / few, at_most=_AIM)]


def _seconds(count: int, *, seed: int) -> float:
    texts = specs(count, seed=seed)
    gc.collect()
    gc.disable()  # as the command does
    start = time.perf_counter()
    built = build(texts, Options(requires_project=True))
    took = time.perf_counter() - start
    assert not has_errors(built.diagnostics)
    return took
