"""
Kubernetes' ConfigMaps, for the sidecar beside Grafana that looks for their labels.

One for each dashboard, and one for the datasources. Labels and annotation are those of Grafana's
Helm chart ("Sidecar for dashboards"); what Kubernetes takes is in its documentation, "ConfigMaps"
and "Object Names and IDs".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from obsgen import names
from obsgen.artefacts import Compiled, Dashboard, OutputFile
from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Origin, Severity, finding
from obsgen.outputs import json, yaml
from obsgen.outputs.grafana.provisioning import datasources

LARGE_CONFIGMAP: Final = Code(
    "OUT924",
    "large-configmap",
    why="`kubectl apply` keeps a copy in an annotation, and all annotations together may have "
    "256 KiB: near that, it is refused",
    fix="Split the dashboard, or use `kubectl apply --server-side`, which keeps no copy.",
    severity=Severity.WARNING,
)
TOO_LARGE_CONFIGMAP: Final = Code(
    "OUT925",
    "too-large-configmap",
    why="Kubernetes refuses a ConfigMap of more than 1 MiB",
    fix="Split the dashboard.",
)
CODES: Final = (LARGE_CONFIGMAP, TOO_LARGE_CONFIGMAP)

LARGE_BYTES: Final = 200_000
MOST_BYTES: Final = 1024 * 1024

DASHBOARD_LABEL: Final = "grafana_dashboard"
DATASOURCE_LABEL: Final = "grafana_datasource"
FOLDER_ANNOTATION: Final = "grafana_folder"
"""The folder that the sidecar writes a dashboard into, which Grafana takes for its own."""


def files(compiled: Compiled) -> Iterator[OutputFile]:
    """Yield the files below `grafana/configmaps/`."""
    for dashboard in compiled.dashboards:
        yield _of_dashboard(dashboard, compiled)
    if any(source.is_provisioned for source in compiled.datasources):
        yield _of_datasources(compiled)


def _of_dashboard(dashboard: Dashboard, compiled: Compiled) -> OutputFile:
    from obsgen.outputs.grafana.normalise import dashboard_json  # imports grafanalib

    text = json.dump(dashboard_json(dashboard, compiled.datasources)).decode()
    found = _configmap(
        dashboard.uid,
        compiled,
        labels={DASHBOARD_LABEL: "1"},
        annotations={FOLDER_ANNOTATION: dashboard.folder},
        data={f"{dashboard.uid}.json": text},
    )
    return _file(
        dashboard.uid,
        found,
        dashboard.sources,
        tuple(_findings(f"dashboard `{dashboard.title}`", text, dashboard.origin)),
    )


def _of_datasources(compiled: Compiled) -> OutputFile:
    text = yaml.dump(datasources(compiled.datasources)).decode()
    name = names.DATASOURCES_CONFIGMAP
    found = _configmap(name, compiled, labels={DATASOURCE_LABEL: "1"}, data={"obsgen.yaml": text})
    return _file(name, found, compiled.sources, tuple(_findings("datasources", text, NOWHERE)))


def _configmap(
    name: str,
    compiled: Compiled,
    *,
    labels: Mapping[str, str],
    data: Mapping[str, str],
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name}
    if compiled.grafana.namespace:
        metadata["namespace"] = compiled.grafana.namespace
    metadata["labels"] = {**compiled.grafana.labels, **labels}
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}


def _file(
    name: str, data: Mapping[str, Any], sources: tuple[str, ...], found: tuple[Diagnostic, ...]
) -> OutputFile:
    return OutputFile(
        path=f"grafana/{names.configmap_file(name)}",
        data=yaml.dump(data, yaml.generated_from(sources)),
        sources=sources,
        findings=found,
    )


def _findings(what: str, text: str, origin: Origin) -> Iterator[Diagnostic]:
    size = len(text.encode())
    if size > MOST_BYTES:
        message = f"the ConfigMap of {what} has {size:,} bytes, more than {MOST_BYTES:,}"
        yield finding(TOO_LARGE_CONFIGMAP, origin, message, "split the dashboard")
    elif size > LARGE_BYTES:
        message = f"the ConfigMap of {what} has {size:,} bytes, more than {LARGE_BYTES:,}"
        hint = "split the dashboard, or apply it with `kubectl apply --server-side`"
        yield finding(LARGE_CONFIGMAP, origin, message, hint)
