"""What a target shows as text: the exposition format of Prometheus, written by its own client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, exposition
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from obsgen.simulate.live import Shown

CONTENT_TYPE = exposition.CONTENT_TYPE_PLAIN_0_0_4
_TOTAL = "_total"


class _Shown(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterator[Family]:
        yield from self._families


def page(
    shown: Iterable[tuple[Shown, Mapping[str, str]]], started: Mapping[str, float] | None = None
) -> bytes:
    """
    Return a page of metrics.

    Args:
        shown: What is shown, with labels that are added to each series.
        started: When processes began, by their instance; under an empty name without the label.
    """
    families: dict[str, Family] = {}
    plain: dict[str, Family] = {}
    for each, added in shown:
        metric = each.metric
        is_bare = metric.type == "counter" and not metric.name.endswith(_TOTAL)
        kind = "gauge" if is_bare else metric.type
        family = (plain if is_bare else families).setdefault(
            metric.name, Family(metric.name.removesuffix(_TOTAL), metric.help or metric.name, kind)
        )
        for series, value in each.samples:
            family.add_sample(series.name, {**series.labels, **added}, value)
    if started:
        start = Family("process_start_time_seconds", "When the process began", "gauge")
        for instance, seconds in started.items():
            start.add_sample(start.name, {"instance": instance} if instance else {}, seconds)
        families[start.name] = start
    written = _written(families.values())
    # The client lets no counter have another ending; exporters of others do.
    for family in plain.values():
        head = f"# TYPE {family.name} "
        text = _written((family,)).decode()
        written += text.replace(f"{head}gauge", f"{head}counter").encode()
    return written


def _written(families: Iterable[Family]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Shown(families))
    return exposition.generate_latest(registry)
