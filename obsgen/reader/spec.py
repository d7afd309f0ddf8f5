"""From documents to one `Spec` for each environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import Metric, near
from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Related, finding
from obsgen.model import DashboardSpec, Environment, Project, Reports, Routing, SeverityScheme, Spec
from obsgen.reader.changes import read_changes
from obsgen.reader.dashboards import read_dashboard
from obsgen.reader.documents import Documents, distinct
from obsgen.reader.label_values import read_label_values
from obsgen.reader.layers import PresetStore
from obsgen.reader.matching import read_matchers
from obsgen.reader.merge import name_of, named_items
from obsgen.reader.names import NAME_TWICE
from obsgen.reader.project import read_project
from obsgen.reader.services import ServicesReader
from obsgen.reader.severities import resolved_severity
from obsgen.reader.shape import missing_key, words
from obsgen.reader.values import read_list
from obsgen.schema.shared import is_label
from obsgen.source import MappingNode, Scalar

NO_PROJECT: Final = Code(
    "REF214",
    "no-project",
    why="versions, retention and severities decide what is generated, so `generate` wants them "
    "written down",
    fix="Add a document `kind: Project` with a `name`.",
)
UNKNOWN_SERVICE: Final = Code(
    "REF215",
    "unknown-service",
    why="the entry belongs to a service that these specs do not hold",
    fix="Write the name of a service, or add its `kind: Service`.",
)
NOTHING_TO_DO: Final = Code(
    "REF217",
    "unknown-environment",
    why="`--env` picks one of the environments that the specs hold",
    fix="Write one of their names, or leave `--env` out.",
)
CODES: Final = (NO_PROJECT, UNKNOWN_SERVICE, NOTHING_TO_DO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    Which parts of the specs are asked for.

    Attributes:
        environment: One environment only, or None for all.
        is_complete: Everything must be there, the Project too: it is going to be written.
    """

    environment: str | None = None
    is_complete: bool = False


def read_specs(
    documents: Documents, presets: PresetStore, wanted: Wanted, report: Reports
) -> tuple[Spec, ...]:
    """Return the spec of every environment that is asked for; one without a name if none is."""
    _check_projects(documents, wanted, report)
    _check_parts(documents, report)
    environments = distinct(documents.of("Environment"))
    if wanted.environment is not None:
        chosen = tuple(e for e in environments if name_of(e) == wanted.environment)
        if not chosen:
            report(_unknown_environment(wanted.environment, environments))
            return ()
        environments = chosen
    if not environments:
        return (_SpecReader(documents, presets, None, report).read(),)
    return tuple(_SpecReader(documents, presets, e, report).read() for e in environments)


def _unknown_environment(name: str, environments: tuple[MappingNode, ...]) -> Diagnostic:
    known = [name_of(e) for e in environments]
    hint = f"it has {words(known)}" if known else "the specs hold no environment"
    place = environments[0].origin if environments else NOWHERE
    return finding(NOTHING_TO_DO, place, f"environment `{name}` is not defined", hint)


def _check_projects(documents: Documents, wanted: Wanted, report: Reports) -> None:
    projects = documents.of("Project")
    if not projects and wanted.is_complete:
        hint = "add `kind: Project` with a `name`; `obsgen init` writes one"
        report(finding(NO_PROJECT, NOWHERE, "the specs hold no Project", hint))
    for other in projects[1:]:
        related = (Related("the first one is here", projects[0].origin),)
        message = "a second Project: there is exactly one"
        hint = "merge the two; one Project holds many systems"
        report(finding(NAME_TWICE, other.origin, message, hint, related=related))


def _check_parts(documents: Documents, report: Reports) -> None:
    services = [name_of(s) for s in documents.of("Service")]
    for part in documents.of("Part"):
        node = part.get("service")
        if isinstance(node, Scalar) and node.text not in services:
            report(_unknown_service(node, services))


def _unknown_service(node: Scalar, services: list[str]) -> Diagnostic:
    guess = near(node.text, services)
    hint = (
        f"did you mean `{guess}`?" if guess else f"defined: {words(services)}" if services else ""
    )
    return finding(UNKNOWN_SERVICE, node.origin, f"service {node.word} is not defined", hint)


class _SpecReader:
    """Reads the specs for one environment."""

    def __init__(
        self,
        documents: Documents,
        presets: PresetStore,
        environment: MappingNode | None,
        report: Reports,
    ) -> None:
        self.documents = documents
        self.presets = presets
        self.node = environment
        self.report = report

    def read(self) -> Spec:
        """Return what holds in the environment."""
        projects = self.documents.of("Project")
        where = None if self.node is None else self.node.get("where")
        keys = tuple(where.entries) if isinstance(where, MappingNode) else ()
        labels = tuple(key for key in keys if not key.startswith("x-"))
        if not all(map(is_label, labels)):  # the schema said so
            where = None
        spec = read_project(projects[0] if projects else None, labels, self.report)
        bare = Metric(name="targets", type="gauge", target_labels=spec.project.target_labels)
        scope = read_matchers(where, (bare,), self.report, "every target")
        environment = self._environment(spec.project.severities)
        services = ServicesReader(
            self.documents, self.presets, spec, scope, environment.labels, self.report
        )
        chosen = self._chosen()
        setting = None if self.node is None else self.node.get("set")
        changes = read_changes(setting, tuple(map(name_of, chosen)), self.report)
        read = services.read(chosen, changes)
        dashboards = self._dashboards(services)
        routing = self._routing(
            spec.project,
            chosen,
            asked=frozenset(services.references.used_intervals),
            notified=frozenset(n.text for s in read for alert in s.alerts for n in alert.notify),
        )
        return Spec(
            project=spec.project,
            environment=environment,
            services=read,
            dashboards=dashboards,
            routing=routing,
            written={name: tuple(r.written) for name, r in services.readers.items()},
        )

    def _environment(self, scheme: SeverityScheme) -> Environment:
        if self.node is None:
            return Environment()
        cap = self.node.get("max_severity")
        maximum = None
        if isinstance(cap, Scalar) and not cap.is_null:
            maximum = resolved_severity(cap, scheme, self.report)
        return Environment(
            name=name_of(self.node),
            labels=read_label_values(self.node.get("labels"), self.report),
            max_severity=maximum,
        )

    def _chosen(self) -> tuple[MappingNode, ...]:
        services = self.documents.of("Service")
        if self.node is None:
            return services
        names = [name_of(s) for s in services]
        for key in ("only", "without"):
            for item in read_list(self.node.get(key)):
                if isinstance(item, Scalar) and item.text not in names:
                    self.report(_unknown_service(item, names))
        only = {i.text for i in read_list(self.node.get("only")) if isinstance(i, Scalar)}
        out = {i.text for i in read_list(self.node.get("without")) if isinstance(i, Scalar)}
        return tuple(
            s for s in services if (not only or name_of(s) in only) and name_of(s) not in out
        )

    def _routing(
        self,
        project: Project,
        chosen: Iterable[MappingNode],
        *,
        asked: frozenset[str],
        notified: frozenset[str],
    ) -> Routing | None:
        documents = self.documents.of("Routing")
        if not documents:
            return None
        # Half of the specs that are checked alone have none, and need not wait for it.
        from obsgen.reader.route_matchers import Known
        from obsgen.reader.route_tests import Place
        from obsgen.reader.routing import read_routing

        return read_routing(
            documents,
            project,
            self.report,
            asked=asked,
            notified=notified,
            known=Known(values=self._known()),
            place=Place(
                environment="" if self.node is None else name_of(self.node),
                environments=tuple(map(name_of, self.documents.of("Environment"))),
                missing=frozenset(map(name_of, self.documents.of("Service")))
                - frozenset(map(name_of, chosen)),
            ),
        )

    def _known(self) -> Mapping[str, frozenset[str]]:
        """Return the names of services and SLOs of all environments, where they are all here."""
        services = self.documents.of("Service")
        holders = (*services, *self.documents.of("Part"), *self.documents.of("Preset"))
        slos = frozenset(name_of(slo) for node in holders for slo in named_items(node.get("slos")))
        values = {"service": frozenset(map(name_of, services)), "slo": slos}
        return {label: names for label, names in values.items() if names}

    def _dashboards(self, services: ServicesReader) -> tuple[DashboardSpec, ...]:
        found = []
        all_names = [name_of(s) for s in self.documents.of("Service")]
        for node in distinct(self.documents.of("Dashboard")):
            service = node.get("service")
            if not isinstance(service, Scalar):
                if service is None:
                    self.report(missing_key(node.origin, "service", "add `service: NAME`"))
                continue
            reader = services.readers.get(service.text)
            if reader is None:
                if service.text not in all_names:
                    self.report(_unknown_service(service, all_names))
                continue
            dashboard = read_dashboard(node, reader)
            if dashboard is not None:
                found.append(dashboard)
        return tuple(found)
