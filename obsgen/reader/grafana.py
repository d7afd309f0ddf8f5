"""`grafana:` of the Project: where people reach it, and how ConfigMaps for it are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import GrafanaServer
from obsgen.diagnostics import Code, finding
from obsgen.model import Reports
from obsgen.reader.values import read_text
from obsgen.secrets import LITERAL_SECRET, looks_secret
from obsgen.source import MappingNode, Node, Scalar

GRAFANA_ADDRESS: Final = Code(
    "DSH693",
    "grafana-address",
    why="every alert carries it, and whoever was woken would click on a link that leads nowhere",
    fix="Write where people reach Grafana: `grafana: {url: https://grafana.example.org}`.",
)
KUBERNETES_NAME: Final = Code(
    "DSH694",
    "kubernetes-name",
    why="Kubernetes refuses objects whose names, namespaces or labels have another form",
    fix="Write small letters, digits and `-`; labels as in `app.kubernetes.io/part-of: metrics`.",
)
CODES: Final = (GRAFANA_ADDRESS, KUBERNETES_NAME)

_URL: Final = re.compile(
    r"https?://(?:\{environment\}|[^\s/?#{}&])+(?:/(?:\{environment\}|[^\s?#{}&])*)?", re.ASCII
)
_NAMESPACE: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_VALUE: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?", re.ASCII)
_KEY: Final = re.compile(
    r"(?:(?=[^/]{1,253}/)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?"
    r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?",
    re.ASCII,
)


def read_grafana(node: Node | None, report: Reports) -> GrafanaServer:
    """Read the section; what is left out is not known."""
    if not isinstance(node, MappingNode):
        return GrafanaServer()
    configmaps = node.get("configmaps")
    found = configmaps if isinstance(configmaps, MappingNode) else None
    return GrafanaServer(
        url=_url(node, report),
        namespace=_namespace(found.get("namespace"), report) if found else "",
        labels=_labels(found.get("labels"), report) if found else {},
    )


def _url(node: MappingNode, report: Reports) -> str:
    url = read_text(node.get("url"), report)
    if reason := looks_secret(url):
        message = f"Grafana's `url` holds a secret: {reason}"
        hint = "leave it out: people sign in at Grafana themselves"
        report(finding(LITERAL_SECRET, node.origin / "url", message, hint))
        return ""
    if url and not _URL.fullmatch(url):
        message = f"Grafana's `url` cannot be `{url}`"
        hint = "write the address of its first page, as in `https://grafana.example.org`"
        report(finding(GRAFANA_ADDRESS, node.origin / "url", message, hint))
        return ""
    return url.rstrip("/")


def _namespace(node: Node | None, report: Reports) -> str:
    name = read_text(node, report)
    if name and node is not None and not _NAMESPACE.fullmatch(name):
        hint = "write up to 63 small letters, digits and `-`: `namespace: monitoring`"
        report(finding(KUBERNETES_NAME, node.origin, f"a namespace cannot be `{name}`", hint))
        return ""
    return name


def _labels(node: Node | None, report: Reports) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
        if key.startswith("x-") or not isinstance(entry.value, Scalar):
            continue
        value = read_text(entry.value, report)
        if not _KEY.fullmatch(key):
            message = f"a label of Kubernetes cannot be called `{key}`"
            hint = "write letters, digits, `-`, `_` and `.`, after a domain and a slash if need be"
            report(finding(KUBERNETES_NAME, entry.key.origin.key(), message, hint))
        elif not _VALUE.fullmatch(value):
            message = f"label `{key}` of Kubernetes cannot be `{value}`"
            hint = "write up to 63 letters, digits, `-`, `_` and `.`"
            report(finding(KUBERNETES_NAME, entry.value.origin, message, hint))
        else:
            found[key] = value
    return found
