"""Scrape jobs: what they scrape is what the queries of their environment ask for."""

from __future__ import annotations

from typing import Any

import yaml
from problems import problems

from obsgen.pipeline import Options, build

SPECS = """
apiVersion: obsgen/v1
kind: Project
name: shop
outputs: [prometheus]
---
apiVersion: obsgen/v1
kind: Service
name: cart
where: {job: cart}
metrics: {orders_total: {type: counter}}
alerts: [{name: NoOrders, threshold: {rate: orders_total, below: 1/min}, severity: high}]
scrape:
  - {job: cart, targets: ["cart:9090"], labels: {zone: a}}
  - {job: other, targets: ["other:9090"], labels: {env: other}}
---
apiVersion: obsgen/v1
kind: Environment
name: live
where: {env: production, zone: [a, b], job: "c.*", instance: {not: x}}
"""


def labels() -> dict[str, dict[str, str]]:
    built = build({"specs/shop.yaml": SPECS}, Options())
    assert not problems(built)
    (data,) = (file.data for file in built.files if file.path.endswith("prometheus.yml"))
    config: dict[str, Any] = yaml.safe_load(data)
    jobs = {job["job_name"]: job["static_configs"] for job in config["scrape_configs"]}
    return {name: static["labels"] for name, (static,) in jobs.items()}


def test_a_scraped_target_has_the_labels_that_every_query_of_its_environment_asks_for():
    # Only what is one plain value can be a label: not `a` or `b`, and not a pattern.
    assert {"env": "production", "zone": "a"} == labels()["cart"]


def test_the_labels_of_a_target_are_not_changed():
    assert {"env": "other"} == labels()["other"]
