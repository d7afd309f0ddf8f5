"""The Grafana that shows dashboards, and the datasources that they ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsgen.artefacts.grafana import PROMETHEUS
from obsgen.artefacts.json import Json
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFile:
    """
    A secret that Grafana reads from a file of its own machine.

    Attributes:
        prefix: What stands before it, as in `Bearer `.
    """

    path: str
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaDatasource:
    """
    A datasource that dashboards may ask.

    Attributes:
        scrape_interval: Of a Prometheus; `$__rate_interval` is made of it.
        user: Of basic authentication, or empty.
        settings: All of `jsonData`, in Grafana's own words.
        secure: All of `secureJsonData`: texts that everyone may know, or files with secrets.
        is_provisioned: It is made by what is generated; otherwise Grafana has it already.
    """

    name: str
    uid: str
    url: str
    type: str = PROMETHEUS
    is_default: bool = True
    scrape_interval: Duration = Duration(0)
    user: str = ""
    settings: Mapping[str, Json] = field(default_factory=dict)
    secure: Mapping[str, str | SecretFile] = field(default_factory=dict)
    is_provisioned: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaServer:
    """
    The Grafana that shows the dashboards.

    Attributes:
        url: Where people reach it, without a slash at its end; empty where nobody says.
        namespace: Of Kubernetes' ConfigMaps, or empty for whichever they are applied to.
        labels: On ConfigMaps, beside the one that a sidecar looks for.
    """

    url: str = ""
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
