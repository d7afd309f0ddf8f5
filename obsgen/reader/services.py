"""Services: everything that was brought in by `uses` and Parts, read within one scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.artefacts import ScrapeJob
from obsgen.catalogue import Catalogue, Metric, near, scrape_metrics
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, Severity, finding
from obsgen.matchers import Matcher
from obsgen.model import Alert, Environment, Measure, Reports, Service, Slo
from obsgen.reader.alerts import AlertReader, check_team
from obsgen.reader.documents import Documents, twice
from obsgen.reader.matching import read_matchers
from obsgen.reader.measures import ServiceReader
from obsgen.reader.merge import Effective, Layer, merge_layers, name_of, named_items
from obsgen.reader.metrics import read_metrics
from obsgen.reader.project import ProjectSpec, read_label_values
from obsgen.reader.shape import words
from obsgen.reader.slos import SloReader
from obsgen.reader.values import (
    read_duration,
    read_list,
    read_text,
    read_words,
)
from obsgen.source import Entry, MappingNode, Node, Scalar, Sequence

UNKNOWN_USE: Final = Code(
    "REF209",
    "unknown-preset",
    why="what it was to bring in would be missing",
    fix="Write the name of a Preset of these specs, of a shipped one, or of another service.",
)
PRESET_CYCLE: Final = Code(
    "REF213",
    "preset-cycle",
    why="a preset that uses itself never ends",
    fix="Take the common part out into a third preset.",
)
NOT_READ: Final = Code(
    "SCH119",
    "not-read",
    why="the entry could not be understood, and nothing more exact can be said",
    fix="Compare it with the examples of `obsgen schema`.",
)
CODES: Final = (UNKNOWN_USE, PRESET_CYCLE, NOT_READ)


@dataclass(slots=True)
class PresetStore:
    """Presets by name: those of the specs and, parsed when first used, the shipped ones."""

    written: Mapping[str, MappingNode]
    shipped: Mapping[str, MappingNode]

    def layer(self, name: str) -> Layer | None:
        """Return a preset as a layer of a service."""
        if (document := self.written.get(name)) is not None:
            return Layer(document)
        document = self.shipped.get(name)
        return None if document is None else Layer(document, shipped=True)


@dataclass(slots=True)
class ServiceDraft:
    """A service between its passes: its merged document, its scope and its own metrics."""

    name: str
    effective: Effective
    scope: tuple[Matcher, ...]
    metrics: Mapping[str, Metric]
    used_services: tuple[str, ...]
    sink: Reports


class ServicesReader:
    """Reads all services of one environment: first their catalogues, then what they say."""

    def __init__(
        self,
        documents: Documents,
        presets: PresetStore,
        spec: ProjectSpec,
        environment: Environment,
        scope: tuple[Matcher, ...],
        report: Reports,
    ) -> None:
        self.documents = documents
        self.presets = presets
        self.spec = spec
        self.environment = environment
        self.scope = scope
        self.report = report
        self.readers: dict[str, ServiceReader] = {}
        self._metric_cache: dict[tuple[int, tuple[Matcher, ...]], Metric] = {}

    def read(
        self, chosen: tuple[MappingNode, ...], changes: Mapping[str, Node]
    ) -> tuple[Service, ...]:
        """
        Read services.

        Args:
            chosen: Their documents.
            changes: An environment's values by path (`gateway/slos/availability/objective`).
        """
        names = [name_of(node) for node in self.documents.of("Service")]
        drafts = {}
        for node in chosen:
            name = name_of(node)
            if name and name not in drafts:
                drafts[name] = self._draft(node, name, names, changes)
        return tuple(self._service(draft, drafts) for draft in drafts.values())

    # --- first pass ----------------------------------------------------------------------

    def _draft(
        self, node: MappingNode, name: str, services: list[str], changes: Mapping[str, Node]
    ) -> ServiceDraft:
        layers, used = self._layers(node, services)
        parts = [p for p in self.documents.of("Part") if _service_of(p) == name]
        effective = merge_layers(node, (*layers, Layer(node), *map(Layer, parts)))
        if changes:
            effective = replace(effective, document=changed(effective.document, name, changes))
        sink = _with_uses(self.report, node, [layer.document for layer in layers])
        target_labels = self.spec.project.target_labels
        bare = Metric(name=name, type="gauge", target_labels=target_labels)
        where = effective.document.get("where")
        own = self._scope(where, bare, effective, sink)
        scope = (*own, *self.scope)
        metrics = read_metrics(
            effective.document.get("metrics"),
            scope,
            effective.unscoped,
            target_labels,
            sink,
            self._metric_cache,
        )
        return ServiceDraft(name, effective, scope, metrics, used, sink)

    def _scope(
        self, where: Node | None, bare: Metric, effective: Effective, sink: Reports
    ) -> tuple[Matcher, ...]:
        """Read `where`; a label must be one of the targets, or of every metric of the service."""
        metrics = effective.document.get("metrics")
        own = [
            set(_label_names(entry.value))
            for name, entry in (metrics.entries if isinstance(metrics, MappingNode) else {}).items()
            if name not in effective.unscoped and isinstance(entry.value, MappingNode)
        ]
        shared = set.intersection(*own) if own else set()
        labels = replace(bare, labels=dict.fromkeys(sorted(shared)))
        return read_matchers(where, (labels,), sink)

    def _layers(
        self, node: MappingNode, services: list[str]
    ) -> tuple[list[Layer], tuple[str, ...]]:
        layers: list[Layer] = []
        used: list[str] = []
        self._collect(node, services, layers, used, open_=())
        return layers, tuple(used)

    def _collect(
        self,
        node: MappingNode,
        services: list[str],
        layers: list[Layer],
        used: list[str],
        *,
        open_: tuple[str, ...],
    ) -> None:
        for item in read_list(node.get("uses")):
            if not isinstance(item, Scalar) or item.is_null:
                continue
            name = item.text
            if name in open_:
                circle = " → ".join((*open_, name))
                message = f"preset `{name}` uses itself: {circle}"
                self.report(finding(PRESET_CYCLE, item.origin, message))
                continue
            layer = self.presets.layer(name)
            if layer is not None:
                self._collect(layer.document, services, layers, used, open_=(*open_, name))
                if layer.document not in (existing.document for existing in layers):
                    layers.append(layer)
            elif name in services:
                used.append(name)
            else:
                self._report_unknown_use(item, services)

    def _report_unknown_use(self, item: Scalar, services: list[str]) -> None:
        known = [*self.presets.written, *self.presets.shipped, *services]
        guess = near(item.text, known)
        hint = (
            f"did you mean `{guess}`?"
            if guess
            else f"shipped: {words(sorted(self.presets.shipped))}"
        )
        message = f"{item.word} is neither a preset nor a service"
        self.report(finding(UNKNOWN_USE, item.origin, message, hint))

    # --- second pass ---------------------------------------------------------------------

    def _service(self, draft: ServiceDraft, drafts: Mapping[str, ServiceDraft]) -> Service:
        document, sink = draft.effective.document, draft.sink
        catalogue = self._catalogue(draft, drafts)
        named = self._measure_nodes(draft, drafts)
        reader = ServiceReader(
            project=self.spec.project, catalogue=catalogue, named=named, sink=sink
        )
        self.readers[draft.name] = reader
        team = check_team(document.get("team"), self.spec.project, sink)
        title = read_text(document.get("title"), sink) or draft.name
        return Service(
            name=draft.name,
            title=title,
            team=team,
            folder=read_text(document.get("folder"), sink) or title,
            description=read_text(document.get("description"), sink),
            scope=draft.scope,
            scrape=self._scrape(document.get("scrape"), sink),
            catalogue=catalogue,
            measures=self._measures(document.get("measures"), reader),
            slos=self._slos(document, reader, team),
            alerts=self._alerts(document, reader, team),
            ready_dashboards=read_words(document.get("dashboards")),
            sources=draft.effective.sources,
            origin=document.origin,
        )

    def _catalogue(self, draft: ServiceDraft, drafts: Mapping[str, ServiceDraft]) -> Catalogue:
        metrics = scrape_metrics(draft.scope, self.spec.project.target_labels)
        for name in draft.used_services:
            if (other := drafts.get(name)) is not None:
                metrics.update(other.metrics)
        return Catalogue({**metrics, **draft.metrics})

    def _measure_nodes(
        self, draft: ServiceDraft, drafts: Mapping[str, ServiceDraft]
    ) -> Mapping[str, Node]:
        nodes: dict[str, Node] = {}
        used = [drafts[name] for name in draft.used_services if name in drafts]
        for each in (*used, draft):
            measures = each.effective.document.get("measures")
            if isinstance(measures, MappingNode):
                nodes.update((k, e.value) for k, e in measures.entries.items())
        return nodes

    def _measures(self, node: Node | None, reader: ServiceReader) -> Mapping[str, Measure]:
        """Read the named measures of the specs; shipped ones are read where they are used."""
        if not isinstance(node, MappingNode):
            return {}
        found = {}
        for name, entry in node.entries.items():
            if name.startswith("x-") or entry.value.origin.file.startswith("preset:"):
                continue
            measure = reader.measure(replace(entry.key, text=name, style=""))
            if measure is not None:
                found[name] = measure
        return found

    def _slos(self, document: MappingNode, reader: ServiceReader, team: str) -> tuple[Slo, ...]:
        slos = SloReader(reader, self.spec, team)
        found = []
        for item, name in self._unique(document.get("slos"), "SLO", reader):
            guard = _Guard(reader)
            slo = slos.read(item, name)
            guard.check(slo, item, f"SLO `{name}`")
            if slo is not None:
                found.append(slo)
        return tuple(found)

    def _alerts(self, document: MappingNode, reader: ServiceReader, team: str) -> tuple[Alert, ...]:
        alerts = AlertReader(reader, team)
        found = []
        for item, name in self._unique(document.get("alerts"), "alert", reader):
            guard = _Guard(reader)
            alert = alerts.read(item, name)
            guard.check(alert, item, f"alert `{name}`")
            if alert is not None:
                found.append(alert)
        return tuple(found)

    def _unique(
        self, node: Node | None, what: str, reader: ServiceReader
    ) -> list[tuple[MappingNode, str]]:
        first: dict[str, Origin] = {}
        found = []
        for item in named_items(node):
            name = name_of(item)
            if name in first:
                reader.report(twice(f"{what} `{name}`", item.origin / "name", first[name]))
            elif name:
                first[name] = item.origin / "name"
                found.append((item, name))
        return found

    def _scrape(self, node: Node | None, sink: Reports) -> tuple[ScrapeJob, ...]:
        found = []
        for item in named_items(node):
            job = read_text(item.get("job"), sink)
            interval = read_duration(item.get("interval"), sink)
            if not job:
                continue
            found.append(
                ScrapeJob(
                    job=job,
                    targets=read_words(item.get("targets")),
                    labels=read_label_values(item.get("labels"), sink),
                    path=read_text(item.get("path"), sink),
                    scheme=read_text(item.get("scheme"), sink),
                    interval=interval or self.spec.project.scrape_interval,
                    origin=item.origin,
                )
            )
        return tuple(found)


def _label_names(metric: MappingNode) -> tuple[str, ...]:
    labels = metric.get("labels")
    return tuple(labels.entries) if isinstance(labels, MappingNode) else read_words(labels)


def _service_of(part: MappingNode) -> str:
    node = part.get("service")
    return node.text if isinstance(node, Scalar) else ""


def _with_uses(report: Reports, service: MappingNode, presets: list[MappingNode]) -> Reports:
    """Let a finding inside a preset point at the service that uses it, too."""
    if not presets:
        return report
    inside = {(p.origin.file, p.origin.path[:1]) for p in presets}
    place = service.origin / "uses"

    def sink(diagnostic: Diagnostic) -> None:
        origin = diagnostic.origin
        if (origin.file, origin.path[:1]) in inside:
            related = (*diagnostic.related, Related("brought in here", place))
            diagnostic = replace(diagnostic, related=related)
        report(diagnostic)

    return sink


@dataclass(slots=True)
class _Guard:
    """Sees to it that what could not be read never vanishes in silence."""

    reader: ServiceReader
    _before: Reports = field(init=False)
    _seen: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._before = self.reader.sink

        def watch(diagnostic: Diagnostic) -> None:
            self._seen = self._seen or diagnostic.severity is Severity.ERROR
            self._before(diagnostic)

        self.reader.sink = watch

    def check(self, value: object, node: MappingNode, subject: str) -> None:
        """Report an entry that gave nothing and no reason."""
        self.reader.sink = self._before
        if value is None and not self._seen:
            self._before(finding(NOT_READ, node.origin, f"{subject} could not be read"))


def changed(document: MappingNode, service: str, changes: Mapping[str, Node]) -> MappingNode:
    """Return a service's document with the values of an environment in place."""
    node: Node = document
    for path, value in changes.items():
        steps = path.split("/")
        if steps[0] == service:
            node = put(node, steps[1:], value) or node
    return node if isinstance(node, MappingNode) else document


def put(node: Node, steps: list[str], value: Node) -> Node | None:
    """Return the node with the value at a path; None where the path leads nowhere."""
    if not steps:
        return value
    if isinstance(node, MappingNode):
        entry = node.entries.get(steps[0])
        inner = None if entry is None else put(entry.value, steps[1:], value)
        if entry is None or inner is None:
            return None
        entries = {**node.entries, steps[0]: Entry(entry.key, inner)}
        return replace(node, entries=entries)
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if name_of(item) == steps[0]:
                inner = put(item, steps[1:], value)
                if inner is None:
                    return None
                items = (*node.items[:index], inner, *node.items[index + 1 :])
                return replace(node, items=items)
    return None
