"""Probes: how each is asked, how often, and which series tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from obsgen import names
from obsgen.artefacts import Probe
from obsgen.artefacts.probes import OFFSET
from obsgen.catalogue import TARGET_LABELS, Catalogue, Metric, near
from obsgen.diagnostics import Code, Diagnostic, Origin, finding
from obsgen.matchers import Matcher
from obsgen.model import ProbeKind, ProbeSettings, Project, Reports
from obsgen.reader.label_values import read_label_values
from obsgen.reader.layers import PresetStore
from obsgen.reader.merge import Layer, name_of, named_items
from obsgen.reader.names import twice
from obsgen.reader.scrape import check_secrets, plain_labels
from obsgen.reader.shape import WRONG_COUNT, words
from obsgen.reader.values import read_duration
from obsgen.schema import kinds
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration

TIMING: Final = Code(
    "ALR623",
    "probe-timing",
    why="what does not answer must have failed before it is asked again, half a second before, as "
    "the exporter keeps some time for itself; and Prometheus forgets a sample after 5m, so that "
    "alerts on a series that is asked for less often come and go",
    fix="Write an `interval` up to 4m and a shorter `timeout`: `interval: 30s`, `timeout: 5s`.",
)
UNKNOWN_PROBE: Final = Code(
    "ALR626",
    "unknown-probe",
    why="what is made of its answers would have no value",
    fix="Write the name of one of the service's `probes:`.",
)
CODES: Final = (TIMING, UNKNOWN_PROBE)

PRESET: Final = "blackbox"
SUCCESS: Final = "probe_success"
_PREFIX: Final = "probe_"
_TAKEN: Final = (*TARGET_LABELS, "service", names.PROBE_LABEL)
_USUAL_TIMEOUT: Final = Duration(5_000)
_LONGEST_INTERVAL: Final = Duration(240_000)
_LEAST_INTERVAL: Final = Duration(1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadProbe:
    """A probe with what its alerts need."""

    probe: Probe
    settings: ProbeSettings
    node: MappingNode


@dataclass(frozen=True, slots=True, kw_only=True)
class _FieldReader:
    """What a probe kind is given."""

    subject: str
    version: tuple[int, int]
    reports: Reports

    def report(self, diagnostic: Diagnostic) -> None:
        self.reports(diagnostic)


@dataclass(frozen=True, slots=True)
class ProbesReader:
    """
    Reads the probes of one service.

    Attributes:
        everywhere: What an environment adds to every query; its plain values become labels.
    """

    service: str
    project: Project
    everywhere: tuple[Matcher, ...]
    report: Reports

    def read(self, node: Node | None) -> tuple[ReadProbe, ...]:
        """Read `probes:`; those that cannot be asked are left out and reported."""
        first: dict[str, Origin] = {}
        found = []
        for item in named_items(node):
            name = name_of(item)
            if name in first:
                self.report(twice(f"probe `{name}`", item.origin / "name", first[name]))
            elif name:
                first[name] = item.origin / "name"
                found.append(self._probe(item, name))
        return tuple(each for each in found if each is not None)

    def _probe(self, node: MappingNode, name: str) -> ReadProbe | None:
        known = kinds.keys("probes")
        chosen = [key for key in node.entries if key in known]
        if len(chosen) != 1:
            told = f"found {words(chosen, last='and')}" if chosen else "found none"
            hint = f"write one of {words(list(known))}"
            message = f"probe `{name}` takes one kind, {told}"
            self.report(finding(WRONG_COUNT, node.origin / "name", message, hint))
            return None
        inner = node.entries[chosen[0]].value
        interval, timeout = self._timing(node, name)
        check_secrets(node, self.report, "a probe")
        own = read_label_values(node.get("labels"), self.report, taken=_TAKEN)
        if not isinstance(inner, MappingNode):
            return None
        kind: ProbeKind = kinds.load("probes", chosen[0])
        version = self.project.blackbox_version
        reader = _FieldReader(subject=f"probe `{name}`", version=version, reports=self.report)
        settings = kind.read(inner, reader)
        if settings is None:
            return None
        probe = Probe(
            service=self.service,
            name=name,
            prober=kind.key,
            target=settings.target,
            fields=settings.fields,
            interval=interval,
            timeout=timeout,
            has_certificate=settings.has_certificate,
            labels={**plain_labels(self.everywhere, _TAKEN), **own},
            origin=node.origin,
        )
        return ReadProbe(probe=probe, settings=settings, node=node)

    def _timing(self, node: MappingNode, name: str) -> tuple[Duration, Duration]:
        given = read_duration(node.get("interval"), self.report)
        interval = given or self.project.scrape_interval
        if not _LEAST_INTERVAL <= interval <= _LONGEST_INTERVAL:
            place = node.origin / ("interval" if given else "name")
            message = f"probe `{name}` is asked every {interval}"
            hint = f"write an `interval` from {_LEAST_INTERVAL} to {_LONGEST_INTERVAL}"
            self.report(finding(TIMING, place, message, hint))
            interval = min(max(interval, _LEAST_INTERVAL), _LONGEST_INTERVAL)
        longest = Duration(interval.ms - OFFSET.ms)
        timeout = read_duration(node.get("timeout"), self.report)
        if timeout is None:
            return interval, min(_USUAL_TIMEOUT, longest)
        if timeout > longest:
            message = f"probe `{name}` waits {timeout} and is asked every {interval}"
            hint = f"write `timeout: {longest}` or less, or a longer `interval`"
            self.report(finding(TIMING, node.origin / "timeout", message, hint))
            return interval, longest
        return interval, timeout


# --- series --------------------------------------------------------------------------------------


def implied_layer(
    service: MappingNode, layers: Iterable[Layer], presets: PresetStore
) -> Layer | None:
    """Return the preset of the exporter's metrics where there are probes and nobody `uses` it."""
    brought = tuple(layers)
    documents = (service, *(layer.document for layer in brought))
    if not any(named_items(document.get("probes")) for document in documents):
        return None
    document = presets.shipped.get(PRESET)
    if document is None or any(layer.document is document for layer in brought):
        return None
    return Layer(document, shipped=True, foreign=True)


def of_service(
    metrics: Mapping[str, Metric], service: str, probes: tuple[ReadProbe, ...], *, is_implied: bool
) -> Mapping[str, Metric]:
    """
    Return metrics of which those of the exporter have the labels that the probes' scrapes add.

    Args:
        is_implied: Nobody else than these probes can mean them: the service sees its own alone.
    """
    added = dict.fromkeys(label for each in probes for label in each.probe.series_labels)
    own = (Matcher("service", "=", service),) if is_implied else ()
    if not is_implied:
        added.pop("service", None)  # what is scraped for others has none
    return {
        name: _labelled(metric, added, own) if _is_of_probes(metric) else metric
        for name, metric in metrics.items()
    }


def of_probe(catalogue: Catalogue, probe: Probe) -> Catalogue:
    """Return the catalogue in which the exporter's metrics are those of one probe."""
    pins = {"service": probe.service, names.PROBE_LABEL: probe.name}
    own = tuple(Matcher(label, "=", value) for label, value in pins.items())
    metrics = {
        name: _labelled(metric, pins, own) if _is_of_probes(metric) else metric
        for name, metric in catalogue.metrics.items()
    }
    return Catalogue(metrics, catalogue.recorded)


def _is_of_probes(metric: Metric) -> bool:
    return metric.name.startswith(_PREFIX)


def _labelled(metric: Metric, labels: Iterable[str], own: tuple[Matcher, ...]) -> Metric:
    return replace(
        metric,
        target_labels=tuple(dict.fromkeys((*metric.target_labels, *labels))),
        scope=tuple(dict.fromkeys((*own, *metric.scope))),
    )


def unknown_probe(node: Scalar, known: Iterable[str]) -> Diagnostic:
    """Return the finding for the name of a probe that the service does not have."""
    listed = list(known)
    guess = near(node.text, listed)
    hint = f"it has {words(listed)}" if listed else "declare it under `probes:` of the service"
    message = f"probe {node.word} is not declared"
    return finding(
        UNKNOWN_PROBE, node.origin, message, f"did you mean `{guess}`?" if guess else hint
    )
