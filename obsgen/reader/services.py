"""Services: everything that was brought in by `uses` and Parts, read within one scope."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace

from obsgen.catalogue import Catalogue, scrape_metrics
from obsgen.diagnostics import Origin
from obsgen.matchers import Matcher
from obsgen.model import Alert, Measure, Price, Reports, Service, Slo, Spend
from obsgen.reader.alerts import AlertReader, check_team
from obsgen.reader.dashboards import read_folder
from obsgen.reader.documents import Documents
from obsgen.reader.drafting import DraftReader
from obsgen.reader.drafts import ServiceDraft, check_shared
from obsgen.reader.layers import PresetStore
from obsgen.reader.measures import ServiceReader
from obsgen.reader.merge import name_of, named_items
from obsgen.reader.metrics import check_limits
from obsgen.reader.names import twice
from obsgen.reader.prices import read_prices
from obsgen.reader.probe_alerts import named_like, read_probe_alerts
from obsgen.reader.project import ProjectSpec
from obsgen.reader.references import References
from obsgen.reader.scenarios import read_scenarios
from obsgen.reader.scrape import slowest
from obsgen.reader.sinks import Guard
from obsgen.reader.slos import SloReader
from obsgen.reader.values import read_text, read_words
from obsgen.schema import kinds
from obsgen.source import Entry, MappingNode, Node


class ServicesReader:
    """Reads all services of one environment: first their catalogues, then what they say."""

    def __init__(
        self,
        documents: Documents,
        presets: PresetStore,
        spec: ProjectSpec,
        scope: tuple[Matcher, ...],
        labels: Mapping[str, str],
        report: Reports,
    ) -> None:
        self.documents = documents
        self.presets = presets
        self.spec = spec
        self.scope = scope
        self.report = report
        self.readers: dict[str, ServiceReader] = {}
        self.references = References(intervals=_intervals(documents), labels=labels)
        self._slo_names: dict[str, tuple[str, ...]] = {}
        self._teams: dict[str, str] = {}
        self._prices: dict[str, tuple[Price, ...]] = {}

    def read(
        self, chosen: tuple[MappingNode, ...], changes: Mapping[str, Mapping[str, Entry]]
    ) -> tuple[Service, ...]:
        """
        Read services.

        Args:
            chosen: Their documents.
            changes: An environment's values by service and path below it.
        """
        first = DraftReader(
            self.documents, self.presets, self.spec.project, self.scope, self.report
        )
        drafts: dict[str, ServiceDraft] = {}
        for node in chosen:
            name = name_of(node)
            if name and name not in drafts:
                drafts[name] = first.read(node, name, changes.get(name, {}))
        check_shared(drafts.values(), self.report)
        for draft in drafts.values():
            self.readers[draft.name] = self._reader(draft, drafts)
        for draft in drafts.values():
            used = tuple(self.readers[name] for name in draft.used if name in self.readers)
            self.readers[draft.name].used = used
        self._read_prices(drafts)
        for draft in drafts.values():
            self._offer_slos(draft)
            self._offer_spends(draft)
        return tuple(self._service(draft) for draft in drafts.values())

    def _reader(self, draft: ServiceDraft, drafts: Mapping[str, ServiceDraft]) -> ServiceReader:
        metrics = scrape_metrics(draft.scope, self.spec.project.target_labels)
        for name in draft.used:
            if (other := drafts.get(name)) is not None:
                metrics.update(other.metrics)
        measures = draft.effective.document.get("measures")
        entries = measures.entries if isinstance(measures, MappingNode) else {}
        interval = slowest(draft.scrape, draft.scope, self.spec.project.scrape_interval)
        return ServiceReader(
            project=replace(self.spec.project, scrape_interval=interval),
            catalogue=Catalogue({**metrics, **draft.metrics}),
            named={k: e.value for k, e in entries.items() if not k.startswith("x-")},
            everywhere=self.scope,
            sink=draft.sink,
            references=self.references,
            service=draft.name,
            probes=draft.probes,
        )

    def _read_prices(self, drafts: Mapping[str, ServiceDraft]) -> None:
        """Read all tables of prices, and let measures name what they make."""
        labels = self.references.labels
        for draft in drafts.values():
            node = draft.effective.document.get("prices")
            self._prices[draft.name] = read_prices(node, self.readers[draft.name], labels)
        for draft in drafts.values():
            reader = self.readers[draft.name]
            every = (p for name in (*draft.used, draft.name) for p in self._prices.get(name, ()))
            priced = {price.metric.name: price.metric for price in every}
            reader.catalogue = Catalogue({**reader.catalogue.metrics, **priced})

    def _service(self, draft: ServiceDraft) -> Service:
        document, sink = draft.effective.document, draft.sink
        reader = self.readers[draft.name]
        check_limits(document.get("metrics"), reader.catalogue, sink)
        title = read_text(document.get("title"), sink) or draft.name
        return Service(
            name=draft.name,
            title=title,
            team=self._team(draft),
            folder=self._folder(document, reader) or title,
            description=read_text(document.get("description"), sink),
            scope=draft.scope,
            scrape=draft.scrape,
            scrape_interval=reader.project.scrape_interval,
            catalogue=reader.catalogue,
            measures=self._measures(document.get("measures"), reader),
            slos=self._slos(draft),
            alerts=self._alerts(draft, reader),
            probes=tuple(read.probe for read in draft.probes),
            ready_dashboards=read_words(document.get("dashboards")),
            sources=draft.sources,
            prices=self._prices[draft.name],
            spends=self.references.spends_of(draft.name),
            scenarios=read_scenarios(document.get("scenarios"), reader.catalogue, sink),
            presets=draft.presets,
            origin=document.origin,
        )

    def _folder(self, document: MappingNode, reader: ServiceReader) -> str:
        """Read the folder of the dashboards; the title names it where the author says nothing."""
        return read_folder(document.get("folder") or document.get("title"), reader)

    def _measures(self, node: Node | None, reader: ServiceReader) -> Mapping[str, Measure]:
        """Read the named measures of the specs; shipped ones are read where they are used."""
        if not isinstance(node, MappingNode):
            return {}
        found = {}
        for name, entry in node.entries.items():
            if name.startswith("x-") or entry.value.origin.is_shipped:
                continue
            measure = reader.measure(replace(entry.key, text=name, style=""))
            if measure is not None:
                found[name] = measure
        return found

    def _team(self, draft: ServiceDraft) -> str:
        """Read whose service it is; what is wrong is told once."""
        if draft.name not in self._teams:
            node = draft.effective.document.get("team")
            self._teams[draft.name] = check_team(node, self.spec.project, draft.sink)
        return self._teams[draft.name]

    def _offer_slos(self, draft: ServiceDraft) -> None:
        """Say how each SLO is read: one may be made of others, of any service."""
        reader = self.readers[draft.name]
        found = self._unique(draft.effective.document.get("slos"), "SLO", reader)
        self._slo_names[draft.name] = tuple(name for _, name in found)
        for item, name in found:
            reading = functools.partial(self._slo, item, name, draft)
            self.references.offer(draft.name, name, reading)

    def _offer_spends(self, draft: ServiceDraft) -> None:
        """Say how the budget of money of each alert is read; what is wrong, the alert tells."""
        reader = replace(self.readers[draft.name], sink=lambda _: None)
        for item in named_items(draft.effective.document.get("alerts")):
            if (node := item.get("spend")) is not None and (name := name_of(item)):
                reading = functools.partial(_read_spend, node, name, reader)
                self.references.offer_spend(draft.name, name, reading)

    def _slo(self, item: MappingNode, name: str, draft: ServiceDraft) -> Slo | None:
        reader = self.readers[draft.name]
        spec = replace(self.spec, project=reader.project)
        guard = Guard(reader, self.documents)
        slo = SloReader(reader, spec, self._team(draft)).read(item, name)
        guard.check(slo, item, f"SLO `{name}`")
        return slo

    def _slos(self, draft: ServiceDraft) -> tuple[Slo, ...]:
        names = self._slo_names[draft.name]
        read = (self.references.promise(draft.name, name) for name in names)
        return tuple(slo for slo in read if slo is not None)

    def _alerts(self, draft: ServiceDraft, reader: ServiceReader) -> tuple[Alert, ...]:
        team = self._team(draft)
        alerts = AlertReader(reader, team)
        named = self._unique(draft.effective.document.get("alerts"), "alert", reader)
        found = []
        for item, name in named:
            guard = Guard(reader, self.documents)
            alert = alerts.read(item, name)
            guard.check(alert, item, f"alert `{name}`")
            if alert is not None:
                found.append(alert)
        made = tuple(read_probe_alerts(draft.probes, reader, team, self.documents))
        named_like(named, made, reader)
        return (*found, *made)

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


def _read_spend(node: Node, name: str, reader: ServiceReader) -> Spend | None:
    body = kinds.load("alerts", "spend").read(node, reader)
    return None if body is None else replace(body.spend, name=name)


def _intervals(documents: Documents) -> Mapping[str, Node]:
    """Return the intervals of the Routing documents; the first of each name."""
    found: dict[str, Node] = {}
    for document in documents.of("Routing"):
        intervals = document.get("intervals")
        if isinstance(intervals, MappingNode):
            for name, entry in intervals.entries.items():
                found.setdefault(name, entry.value)
    return found
