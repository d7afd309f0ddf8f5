"""
Processes and their runtimes, as the client libraries of Prometheus see them.

Names: client_golang, client_python, client_java (simpleclient and Micrometer), prom-client.
"""

from __future__ import annotations

from typing import Final

from obsgen.catalogue import Metric
from obsgen.model import Measure
from obsgen.packs._measures import highest, quotient, rate, summed, total
from obsgen.packs._use_resources import (
    HOST,
    INSTANCE,
    USED_COLORS,
    USED_LINES,
    ResourceKind,
    Signal,
)

_FILES: Final = ("process_open_fds", "process_max_fds")


def _files(open_: Metric, most: Metric, top: int = 0) -> tuple[Measure, ...]:
    return (quotient(highest(open_, by=HOST), highest(most, by=HOST), top=top),)


_PROCESS: Final = ResourceKind(
    title="Process",
    stats=(
        Signal(
            title="Processor, busiest instance",
            description="Processor time of the busiest instance; 100% is one core. A runtime that "
            "can use only one is full then: run more instances.",
            reads=("process_cpu_seconds_total",),
            measures=lambda _, cpu: (rate(cpu, by=HOST, top=1),),
        ),
        Signal(
            title="Memory, largest instance",
            description="Resident memory of the largest instance. Compare with its limit.",
            reads=("process_resident_memory_bytes",),
            measures=lambda _, memory: (highest(memory, by=HOST, top=1),),
        ),
        Signal(
            title="Open files, fullest instance",
            description="Open files and sockets of those allowed. At 100% no connection can be "
            "opened any more: look for connections that nobody closes.",
            reads=_FILES,
            measures=lambda _, open_, most: _files(open_, most, top=1),
            colors=USED_COLORS,
        ),
    ),
    graphs=(
        Signal(
            title="Processor by instance",
            description="Processor time of each process; 100% is one core. An instance that is "
            "busier than the others gets more than its share of the work.",
            reads=("process_cpu_seconds_total",),
            measures=lambda _, cpu: (rate(cpu, by=HOST),),
        ),
        Signal(
            title="Resident memory",
            description="Memory of each process as the system sees it. A line that only rises "
            "until the process restarts is a leak.",
            reads=("process_resident_memory_bytes",),
            measures=lambda _, memory: (highest(memory, by=HOST),),
        ),
        Signal(
            title="Open files of those allowed",
            description="Open files and sockets of each process. What rises without falling is "
            "never closed; at 100% nothing can be opened any more.",
            reads=_FILES,
            measures=lambda _, open_, most: _files(open_, most),
            colors=USED_LINES,
        ),
    ),
)

_THREADS_MEAN: Final = (
    "When it grows while the traffic does not, something that they wait for is slow."
)
_GC_MEANS: Final = (
    "The part of the time that goes into collecting garbage. Above 5% the process has too little "
    "memory, or makes too much garbage: take a profile."
)


def _threads(title: str, name: str) -> Signal:
    return Signal(
        title=title,
        description=f"How many there are in each process. {_THREADS_MEAN}",
        reads=(name,),
        measures=lambda _, threads: (total(threads, by=HOST),),
    )


def _pauses(title: str, name: str) -> Signal:
    return Signal(
        title=title,
        description=_GC_MEANS,
        reads=(name,),
        measures=lambda _, pauses: (rate(summed(pauses), by=HOST),),
    )


_RUNTIME: Final = ResourceKind(
    title="Runtime",
    graphs=(
        _threads("Goroutines", "go_goroutines"),
        _threads("Threads of the Go runtime", "go_threads"),
        _pauses("Time in Go's garbage collection", "go_gc_duration_seconds"),
        Signal(
            title="Python's garbage collections",
            description="Collections a second, by generation. Many of generation 2 take long: the "
            "program keeps making large structures that hold each other.",
            reads=("python_gc_collections_total",),
            measures=lambda _, runs: (rate(runs, by=(INSTANCE, "generation")),),
        ),
        _threads("Threads of the JVM", "jvm_threads_live_threads"),
        _threads("Threads of the JVM's process", "jvm_threads_current"),
        Signal(
            title="Heap used",
            description="Memory of the JVM's areas of that allowed. Lastingly near 100% it spends "
            "its time collecting garbage, and fails at last.",
            reads=("jvm_memory_used_bytes", "jvm_memory_max_bytes"),
            measures=lambda _, used, most: (
                quotient(total(used, by=(INSTANCE, "area")), total(most, by=(INSTANCE, "area"))),
            ),
            colors=USED_LINES,
        ),
        _pauses("Time in the JVM's garbage collection", "jvm_gc_pause_seconds"),
        _pauses("Time in the JVM's collectors", "jvm_gc_collection_seconds"),
        Signal(
            title="Lag of the event loop",
            description="How late Node.js comes to what was due, the 99th percentile. Something "
            "computes for long without a pause: take a profile.",
            reads=("nodejs_eventloop_lag_p99_seconds",),
            measures=lambda _, lag: (highest(lag, by=HOST),),
        ),
        _pauses("Time in Node.js's garbage collection", "nodejs_gc_duration_seconds"),
    ),
)

PROCESS_RESOURCES: Final = (_PROCESS, _RUNTIME)
