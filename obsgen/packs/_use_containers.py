"""Containers, as cAdvisor sees them: processors and memory, against their limits."""

from __future__ import annotations

from typing import Final

from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import Measure
from obsgen.packs._measures import increase, quotient, rate, total
from obsgen.packs._use_resources import (
    HOUR,
    MOST_SERIES,
    RARE_LINES,
    USED_COLORS,
    USED_LINES,
    ResourceKind,
    Signal,
)

# A name stands on containers only; without it, each would count again in its parents.
_CONTAINERS: Final = (Matcher("name", "!=", ""),)
_NAME: Final = ("name",)
_UNLIMITED: Final = "no container has a limit"
_CORES: Final = (
    "container_cpu_usage_seconds_total",
    "container_spec_cpu_quota",
    "container_spec_cpu_period",
)
_PERIODS: Final = (
    "container_cpu_cfs_throttled_periods_total",
    "container_cpu_cfs_periods_total",
)
_BYTES: Final = ("container_memory_working_set_bytes", "container_spec_memory_limit_bytes")


def _cores(usage: Metric, quota: Metric, period: Metric) -> tuple[Measure, ...]:
    allowed = quotient(
        total(quota, where=_CONTAINERS, by=_NAME), total(period, where=_CONTAINERS, by=_NAME)
    )
    used = rate(usage, where=_CONTAINERS, by=_NAME)
    return (quotient(used, allowed, top=MOST_SERIES),)


def _throttled(stopped: Metric, all_: Metric, top: int) -> tuple[Measure, ...]:
    part = rate(stopped, where=_CONTAINERS, by=_NAME)
    return (quotient(part, rate(all_, where=_CONTAINERS, by=_NAME), top=top),)


def _memory(used: Metric, limit: Metric, top: int) -> tuple[Measure, ...]:
    part = total(used, where=_CONTAINERS, by=_NAME)
    return (quotient(part, total(limit, where=_CONTAINERS, by=_NAME), top=top),)


_CONTAINER: Final = ResourceKind(
    title="Containers",
    stats=(
        Signal(
            title="Throttled, worst container",
            description="The container that its CPU limit stops most often. Above 20% its answers "
            "are visibly slower: raise the limit, or give it less to do.",
            reads=_PERIODS,
            measures=lambda _, stopped, all_: _throttled(stopped, all_, top=1),
            colors=USED_COLORS,
            no_value=_UNLIMITED,
        ),
        Signal(
            title="Memory limit, fullest container",
            description="The container that is nearest to its memory limit. At 100% the kernel "
            "kills it: raise the limit, or look for a leak.",
            reads=_BYTES,
            measures=lambda _, used, limit: _memory(used, limit, top=1),
            colors=USED_COLORS,
            no_value=_UNLIMITED,
        ),
    ),
    graphs=(
        Signal(
            title="Processors of containers",
            description=f"Processor time of the {MOST_SERIES} busiest containers; 100% is one "
            "core.",
            reads=_CORES[:1],
            measures=lambda _, usage: (rate(usage, where=_CONTAINERS, by=_NAME, top=MOST_SERIES),),
        ),
        Signal(
            title="CPU limit used",
            description="Cores used of the cores allowed, where there is a limit. Near 100% the "
            "container is throttled: see beside it.",
            reads=_CORES,
            measures=lambda _, *metrics: _cores(*metrics),
            colors=USED_LINES,
            no_value=_UNLIMITED,
        ),
        Signal(
            title="Throttled",
            description="The part of the scheduling periods in which the CPU limit stopped a "
            "container that had work. Raise the limit of what answers people.",
            reads=_PERIODS,
            measures=lambda _, stopped, all_: _throttled(stopped, all_, top=MOST_SERIES),
            no_value=_UNLIMITED,
        ),
        Signal(
            title="Memory of containers",
            description=f"Memory that cannot be dropped at once, of the {MOST_SERIES} largest "
            "containers. A line that only rises is a leak.",
            reads=_BYTES[:1],
            measures=lambda _, used: (total(used, where=_CONTAINERS, by=_NAME, top=MOST_SERIES),),
        ),
        Signal(
            title="Memory limit used",
            description="Memory used of the memory allowed, where there is a limit. At 100% the "
            "kernel kills the container.",
            reads=_BYTES,
            measures=lambda _, used, limit: _memory(used, limit, top=MOST_SERIES),
            colors=USED_LINES,
            no_value=_UNLIMITED,
        ),
        Signal(
            title="Containers killed for want of memory, in an hour",
            description="Times that the kernel killed something in a container at its memory "
            "limit. It restarts and answers nothing meanwhile: raise the limit or mend the leak.",
            reads=("container_oom_events_total",),
            measures=lambda _, kills: (increase(kills, where=_CONTAINERS, by=_NAME, window=HOUR),),
            colors=RARE_LINES,
        ),
    ),
)

CONTAINER_RESOURCES: Final = (_CONTAINER,)
