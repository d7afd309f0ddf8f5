"""The first pass over services: what each is made of, and its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import Project, Reports
from obsgen.reader.changes import changed
from obsgen.reader.documents import Documents
from obsgen.reader.drafts import ServiceDraft
from obsgen.reader.layers import PresetStore, Used
from obsgen.reader.matching import read_matchers
from obsgen.reader.merge import Effective, completed, idle_removals, merge_layers, name_of
from obsgen.reader.metrics import Scopes, read_metrics
from obsgen.reader.probes import ProbesReader, implied_layer, of_service
from obsgen.reader.scrape import read_scrape
from obsgen.reader.sinks import with_uses
from obsgen.reader.values import read_words
from obsgen.source import Entry, MappingNode, Node, Scalar


class DraftReader:
    """
    Reads drafts: services whose catalogues are known, and nothing else of them.

    Args:
        scope: What an environment adds to every query.
    """

    def __init__(
        self,
        documents: Documents,
        presets: PresetStore,
        project: Project,
        scope: tuple[Matcher, ...],
        report: Reports,
    ) -> None:
        self.documents = documents
        self.presets = presets
        self.project = project
        self.scope = scope
        self.report = report
        self._metric_cache: dict[tuple[int, tuple[Matcher, ...]], Metric] = {}

    def read(self, node: MappingNode, name: str, changes: Mapping[str, Entry]) -> ServiceDraft:
        """
        Read the draft of a service.

        Args:
            changes: An environment's values by path.
        """
        names = tuple(name_of(other) for other in self.documents.of("Service"))
        used = Used(presets=self.presets, names=names, report=self.report)
        used.collect(node)
        parts = [p for p in self.documents.of("Part") if _service_of(p) == name]
        own = completed(node, parts, self.report)
        implied = implied_layer(own, used.layers, self.presets)
        if implied is not None:
            used.layers.insert(0, implied)
        for diagnostic in idle_removals(own, used.layers):
            self.report(diagnostic)
        effective = merge_layers(own, used.layers)
        sink = with_uses(self.report, node, [layer.document for layer in used.layers])
        if changes:
            document = changed(effective.document, changes, self.report)
            self.documents.check(document, "Service", self.report)
            effective = replace(effective, document=document)
        scope, metrics = self._metrics(name, effective, sink)
        probes = ProbesReader(name, self.project, self.scope, sink)
        read = probes.read(effective.document.get("probes"))
        presets = (layer.document for layer in used.layers if not layer.shipped)
        files = (each.origin.file for each in (node, *presets, *parts))
        return ServiceDraft(
            name=name,
            effective=effective,
            scope=scope,
            metrics=of_service(metrics, name, read, is_implied=implied is not None),
            probes=read,
            scrape=read_scrape(effective.document.get("scrape"), self.project, self.scope, sink),
            used=tuple(used.services),
            sources=tuple(dict.fromkeys(files)),
            presets=tuple(layer.document.origin for layer in used.layers),
            sink=sink,
        )

    def _metrics(
        self, name: str, effective: Effective, sink: Reports
    ) -> tuple[tuple[Matcher, ...], Mapping[str, Metric]]:
        target_labels = self.project.target_labels
        bare = Metric(name=name, type="gauge", target_labels=target_labels)
        own = self._scope(effective.document.get("where"), bare, effective, sink)
        scopes = Scopes(own=own, everywhere=self.scope, unscoped=effective.unscoped)
        node = effective.document.get("metrics")
        metrics = read_metrics(node, scopes, target_labels, sink, self._metric_cache)
        return (*own, *self.scope), metrics

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
        return read_matchers(where, (labels,), sink, "every metric of the service")


def _label_names(metric: MappingNode) -> tuple[str, ...]:
    labels = metric.get("labels")
    return tuple(labels.entries) if isinstance(labels, MappingNode) else read_words(labels)


def _service_of(part: MappingNode) -> str:
    node = part.get("service")
    return node.text if isinstance(node, Scalar) else ""
