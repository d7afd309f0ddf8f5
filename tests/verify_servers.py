"""
Servers that answer as Prometheus, Alertmanager and Grafana do, for specs that a test gives.

Shapes of answers: Prometheus documentation "HTTP API", Alertmanager's OpenAPI description, Grafana
documentation "Dashboard HTTP API" and "Data source HTTP API". What they hold is what a server that
loaded the generated files would hold; tests change it, to see what is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from answering import Exchange

NOW: Final = 1_790_000_000
_JSON: Final = "application/json"

Json = dict[str, Any]

PROJECT: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
"""
CART: Final = """\
apiVersion: obsgen/v1
kind: Service
name: cart
where: {job: cart}
scrape: [{job: cart, targets: ["cart:8080"]}]
metrics:
  orders_total: {type: counter, labels: {result: [paid, failed]}}
  queue_length: {type: gauge}
alerts:
  - name: QueueLong
    threshold: {value: queue_length, above: 100}
    for: 5m
    severity: critical
    summary: The queue is long
    runbook: https://runbooks.example.com/queue
---
apiVersion: obsgen/v1
kind: Dashboard
name: cart
title: Cart
service: cart
panels:
  - {timeseries: {rate: orders_total, by: [result]}, title: Orders, description: Orders by result.}
  - {stat: {max: queue_length}, title: Queue, description: What waits.}
"""
ROUTING: Final = """\
apiVersion: obsgen/v1
kind: Routing
receivers:
  oncall: {webhook: {url: "http://sink:8080/oncall"}}
  chat: {webhook: {url: "http://sink:8080/chat"}}
default_receiver: chat
timing: {group_by: [alertname, service], group_wait: 30s, group_interval: 5m}
routes:
  - {where: {severity: {at_least: high}}, to: oncall}
"""


def answer(data: Any) -> Callable[[Exchange], None]:
    """Return an answer in JSON that is always the same."""
    body = json.dumps(data).encode()
    return lambda exchange: exchange.answer(body, Content_Type=_JSON)


def success(data: Any) -> Callable[[Exchange], None]:
    """Return what Prometheus answers when all is well."""
    return answer({"status": "success", "data": data})


def rule_groups(folder: Path) -> list[Json]:
    """Return what `/api/v1/rules` tells of generated rule files."""
    found = []
    for file in sorted((folder / "prometheus" / "rules").glob("*.yml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            found.append(
                {
                    "name": group["name"],
                    "file": f"/etc/prometheus/rules/{file.name}",
                    "interval": _seconds(group.get("interval", "30s")),
                    "evaluationTime": 0.01,
                    "rules": [_rule(rule) for rule in group["rules"]],
                }
            )
    return found


def _rule(rule: Json) -> Json:
    known = {
        "query": rule["expr"],
        "labels": rule.get("labels", {}),
        "health": "ok",
        "lastError": "",
        "evaluationTime": 0.001,
    }
    if "record" in rule:
        return {**known, "name": rule["record"], "type": "recording"}
    return {
        **known,
        "name": rule["alert"],
        "type": "alerting",
        "duration": _seconds(rule.get("for", "0s")),
        "keepFiringFor": _seconds(rule.get("keep_firing_for", "0s")),
        "annotations": rule.get("annotations", {}),
        "alerts": [],
    }


def _seconds(text: str) -> int:
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def a_target(job: str, address: str, **changes: Any) -> Json:
    """Return an entry of `/api/v1/targets`."""
    usual = {
        "labels": {"job": job, "instance": address},
        "discoveredLabels": {"__address__": address},
        "scrapePool": job,
        "health": "up",
        "lastError": "",
        "scrapeInterval": "15s",
    }
    return {**usual, **changes}


class FakePrometheus:
    """
    What a test's Prometheus knows.

    Attributes:
        values: What queries give, by parts of their texts: labels of each series; the first part
            that is found decides, and without one a single series is given.
    """

    def __init__(self, folder: Path) -> None:
        self.groups = rule_groups(folder)
        self.targets = [a_target("cart", "cart:8080")]
        self.metadata = {
            "orders_total": [{"type": "counter", "help": "", "unit": ""}],
            "queue_length": [{"type": "gauge", "help": "", "unit": ""}],
        }
        self.labels = {"orders_total": ["result"], "queue_length": []}
        self.values: dict[str, list[dict[str, str]] | str] = {
            "topk(5, ": [],
            "count by (__name__)": [{"__name__": name} for name in self.metadata],
        }
        self.version = "2.42.0"

    @property
    def answers(self) -> Mapping[str, Callable[[Exchange], None]]:
        """What it answers, by path."""
        return {
            "/api/v1/query": self._query,
            "/api/v1/query_range": success(_vector([])),
            "/api/v1/rules": success({"groups": self.groups}),
            "/api/v1/targets": success({"activeTargets": self.targets}),
            "/api/v1/metadata": success(self.metadata),
            "/api/v1/labels": self._labels,
            "/api/v1/status/buildinfo": success({"version": self.version}),
        }

    def _labels(self, exchange: Exchange) -> None:
        selector = exchange.params["match[]"]
        name = selector.split("{")[0]
        success(["__name__", "instance", "job", *self.labels[name]])(exchange)

    def _query(self, exchange: Exchange) -> None:
        query = exchange.params["query"]
        if query in {"1", "time()"}:
            success({"resultType": "scalar", "result": [NOW, str(NOW)]})(exchange)
            return
        found = next((v for part, v in self.values.items() if part in query), [{}])
        if isinstance(found, str):
            error = {"status": "error", "errorType": "execution", "error": found}
            exchange.answer(json.dumps(error).encode(), 422, Content_Type=_JSON)
            return
        success(_vector(found))(exchange)


def _vector(series: list[dict[str, str]]) -> Json:
    result = [{"metric": labels, "value": [NOW, "1"]} for labels in series]
    return {"resultType": "vector", "result": result}


class FakeAlertmanager:
    """What a test's Alertmanager has loaded: the generated file, as it prints it."""

    def __init__(self, folder: Path) -> None:
        self.config = yaml.safe_load((folder / "alertmanager" / "alertmanager.yml").read_text())
        self.version = "0.25.0"

    @property
    def answers(self) -> Mapping[str, Callable[[Exchange], None]]:
        """What it answers, by path."""
        return {
            "/api/v2/status": answer(
                {
                    "config": {"original": yaml.safe_dump(self.config)},
                    "versionInfo": {"version": self.version},
                }
            ),
            "/api/v2/alerts": lambda e: e.answer(b""),
        }


class FakeGrafana:
    """What a test's Grafana was provisioned with."""

    def __init__(self, folder: Path) -> None:
        provisioning = folder / "grafana" / "provisioning" / "datasources" / "obsgen.yml"
        self.datasources = {
            one["uid"]: {**one, "id": 1}
            for one in yaml.safe_load(provisioning.read_text())["datasources"]
        }
        self.dashboards = {
            file.stem: {
                "meta": {"folderTitle": file.parent.name, "provisioned": True},
                "dashboard": {**json.loads(file.read_text()), "id": 7, "version": 3},
            }
            for file in (folder / "grafana" / "dashboards").rglob("*.json")
        }

    @property
    def answers(self) -> Mapping[str, Callable[[Exchange], None]]:
        """What it answers, by path."""
        return {
            "/api/health": answer({"database": "ok", "version": "11.0.0"}),
            **{f"/api/dashboards/uid/{uid}": answer(d) for uid, d in self.dashboards.items()},
            **{f"/api/datasources/uid/{uid}": answer(d) for uid, d in self.datasources.items()},
        }
