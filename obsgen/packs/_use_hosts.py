"""
Hosts, as node_exporter sees them: processors, memory, disks, network.

What is used, what waits and what fails of each follows Brendan Gregg, "The USE Method: Linux
Performance Checklist".
"""

from __future__ import annotations

from typing import Final

from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.measures.used_of import UsedOf
from obsgen.model import Measure, Modifiers
from obsgen.packs._measures import Panels, highest, increase, rate, share
from obsgen.packs._panels import steps
from obsgen.packs._use_resources import (
    HOST,
    HOUR,
    INSTANCE,
    MOST_SERIES,
    RARE_LINES,
    USED_COLORS,
    USED_LINES,
    ResourceKind,
    Signal,
)
from obsgen.units import COUNT

_DEVICE: Final = (INSTANCE, "device")
_MOUNT: Final = (INSTANCE, "mountpoint")
_IDLE: Final = Matcher("mode", "=", "idle")
# What lives in memory, and read-only images, which are always full.
_REAL_DISKS: Final = (Matcher("fstype", "!~", "tmpfs|overlay|squashfs|ramfs"),)
_NOT_LOOPBACK: Final = (Matcher("device", "!=", "lo"),)


def _busy(cpu: Metric, top: int = 0) -> tuple[Measure, ...]:
    return (share(cpu, (_IDLE.negated(),), by=HOST, top=top),)


def _load(panels: Panels, load: Metric, cpu: Metric) -> tuple[Measure, ...]:
    waiting = f"max by ({INSTANCE}) ({load.select(load.name, ())})"
    processors = f"count by ({INSTANCE}) ({cpu.select(cpu.name, (_IDLE,))})"
    return (panels.raw(f"{waiting} / {processors}", COUNT, legend="{{instance}}"),)


def _memory(size: Metric, free: Metric, top: int = 0) -> tuple[Measure, ...]:
    return (UsedOf(metric=size, free=free, modifiers=Modifiers(by=HOST, top=top)),)


def _space(size: Metric, free: Metric, top: int) -> tuple[Measure, ...]:
    modifiers = Modifiers(by=_MOUNT, where=_REAL_DISKS, top=top)
    return (UsedOf(metric=size, free=free, modifiers=modifiers),)


def _both_ways(
    received: Metric, sent: Metric, where: tuple[Matcher, ...] = (), words: str = "received sent"
) -> tuple[Measure, ...]:
    first, second = words.split()
    return (
        rate(received, where=where, by=HOST, legend=f"{first} {{{{instance}}}}"),
        rate(sent, where=where, by=HOST, legend=f"{second} {{{{instance}}}}"),
    )


_CPU: Final = ResourceKind(
    title="Processors",
    stats=(
        Signal(
            title="Processors, busiest host",
            description="The host whose processors are busiest. Above 90% work waits: look at the "
            "load for each processor, and at which process it is.",
            reads=("node_cpu_seconds_total",),
            measures=lambda _, cpu: _busy(cpu, top=1),
            colors=USED_COLORS,
        ),
    ),
    graphs=(
        Signal(
            title="Processors used",
            description="The part of the processors' time that is not idle. Busy is no fault as "
            "long as nothing waits; lastingly above 90% there is no room for a peak.",
            reads=("node_cpu_seconds_total",),
            measures=lambda _, cpu: _busy(cpu),
            colors=USED_LINES,
        ),
        Signal(
            title="Load for each processor",
            description="Processes that run or wait, those that wait for a disk included, for each "
            "processor. Above 1 something waits: move work away, or add processors.",
            reads=("node_load5", "node_cpu_seconds_total"),
            measures=_load,
            colors=steps("transparent", ("1", "orange")),
        ),
        Signal(
            title="Waiting for a processor",
            description="The part of the time in which at least one process waits for a processor, "
            "by the kernel's pressure information. Every request is slower by about as much.",
            reads=("node_pressure_cpu_waiting_seconds_total",),
            measures=lambda _, waiting: (rate(waiting, by=HOST),),
            no_value="the kernel tells no pressure",
        ),
    ),
)

_MEMORY: Final = ResourceKind(
    title="Memory",
    stats=(
        Signal(
            title="Memory, fullest host",
            description="The host with the least memory that could still be given away. Above 90% "
            "the next large request may be killed.",
            reads=("node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"),
            measures=lambda _, size, free: _memory(size, free, top=1),
            colors=USED_COLORS,
        ),
    ),
    graphs=(
        Signal(
            title="Memory used",
            description="Memory that the kernel could not give back; caches do not count. A line "
            "that only rises is a leak: find the process before the kernel does.",
            reads=("node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"),
            measures=lambda _, size, free: _memory(size, free),
            colors=USED_LINES,
        ),
        Signal(
            title="Pages swapped",
            description="Pages that are moved between memory and disk, a second. Lasting traffic "
            "in both directions means that memory is too small, and everything is slow.",
            reads=("node_vmstat_pswpin", "node_vmstat_pswpout"),
            measures=lambda _, into, out: _both_ways(into, out, words="in out"),
        ),
        Signal(
            title="Killed for want of memory, in an hour",
            description="Processes that the kernel killed because no memory was left. Each is an "
            "outage of something: the kernel's log names the process.",
            reads=("node_vmstat_oom_kill",),
            measures=lambda _, kills: (increase(kills, by=HOST, window=HOUR),),
            colors=RARE_LINES,
        ),
    ),
)

_DISKS: Final = ResourceKind(
    title="Disks",
    stats=(
        Signal(
            title="Disk space, fullest filesystem",
            description="The filesystem with the least room. Full ones stop databases: delete "
            "logs, or make it larger, before 100%.",
            reads=("node_filesystem_size_bytes", "node_filesystem_avail_bytes"),
            measures=lambda _, size, free: _space(size, free, top=1),
            colors=USED_COLORS,
        ),
    ),
    graphs=(
        Signal(
            title="Disk space used",
            description=f"The {MOST_SERIES} fullest filesystems; those in memory do not count. "
            "The slope of what rises steadily tells when it will be full.",
            reads=("node_filesystem_size_bytes", "node_filesystem_avail_bytes"),
            measures=lambda _, size, free: _space(size, free, top=MOST_SERIES),
            colors=USED_LINES,
        ),
        Signal(
            title="Disk time used",
            description="The part of the time in which a disk had anything to do, the "
            f"{MOST_SERIES} busiest. Disks that do several things at once can do more at 100%: "
            "judge by the queue.",
            reads=("node_disk_io_time_seconds_total",),
            measures=lambda _, busy: (rate(busy, by=_DEVICE, top=MOST_SERIES),),
            colors=USED_LINES,
        ),
        Signal(
            title="Disk queue",
            description="The time of all reads and writes under way or waiting, added up: 100% is "
            f"one at a time. The {MOST_SERIES} longest; when it grows while the traffic does not, "
            "the disk is too slow for its work.",
            reads=("node_disk_io_time_weighted_seconds_total",),
            measures=lambda _, queue: (rate(queue, by=_DEVICE, top=MOST_SERIES),),
        ),
        Signal(
            title="Filesystems with errors",
            description="1 where a filesystem cannot be asked for its size: its disk is gone or "
            "broken. See the kernel's log, and move what is on it.",
            reads=("node_filesystem_device_error",),
            measures=lambda _, failed: (highest(failed, where=_REAL_DISKS, by=_MOUNT),),
            colors=RARE_LINES,
        ),
    ),
)

_NETWORK: Final = ResourceKind(
    title="Network",
    graphs=(
        Signal(
            title="Network traffic",
            description="Bytes received and sent by all interfaces of a host, a second. Compare "
            "with what the link can carry; a sudden drop is an outage before the host.",
            reads=("node_network_receive_bytes_total", "node_network_transmit_bytes_total"),
            measures=lambda _, received, sent: _both_ways(received, sent, _NOT_LOOPBACK),
        ),
        Signal(
            title="Packets dropped",
            description="Packets for which no room was left, a second. The host is too slow for "
            "its traffic, or a queue is too short.",
            reads=("node_network_receive_drop_total", "node_network_transmit_drop_total"),
            measures=lambda _, received, sent: _both_ways(received, sent),
        ),
        Signal(
            title="Packets broken",
            description="Packets that came broken or could not be sent, a second. Anything but 0 "
            "is a cable, a port or a driver.",
            reads=("node_network_receive_errs_total", "node_network_transmit_errs_total"),
            measures=lambda _, received, sent: _both_ways(received, sent),
        ),
    ),
)

HOST_RESOURCES: Final = (_CPU, _MEMORY, _DISKS, _NETWORK)
