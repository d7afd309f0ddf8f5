"""
A shop whose services have everything that the ready dashboards `use`, `llm` and `cost` show, poor
ones that have little of it, and one that has nothing.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from grafana_specs import panels
from problems import problems

from obsgen.disk import shipped_presets
from obsgen.pipeline import Built, Options, build

PROJECT: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {version: "2.42", scrape_interval: 15s, retention: 60d}
outputs: [prometheus, grafana]
"""

HOSTS: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: cart
title: Cart
uses: [node_exporter, cadvisor, redis_exporter, postgres_exporter, nginx]
where: {job: cart}
scrape:
  - {job: cart, targets: ["cart-1:80", "cart-2:80"]}
  - {job: node, targets: ["node-1:9100"]}
metrics:
  process_cpu_seconds_total: {type: counter}
  process_resident_memory_bytes: {type: gauge}
  process_open_fds: {type: gauge}
  process_max_fds: {type: gauge}
  go_goroutines: {type: gauge}
  go_gc_duration_seconds: {type: summary, quantiles: [0, 0.5, 1]}
  python_gc_collections_total: {type: counter, labels: {generation: ["0", "1", "2"]}}
  cart_pool_used:
    {type: gauge, labels: [pool], role: utilization, limit: cart_pool_size, help: Connections used}
  cart_pool_size: {type: gauge, labels: [pool]}
  cart_disk_percent: {type: gauge, role: utilization}
  cart_worker_busy_seconds_total: {type: counter, role: utilization, limit: cart_workers}
  cart_workers: {type: gauge}
  cart_queue_length: {type: gauge, labels: [queue], role: saturation}
  cart_waited_seconds_total: {type: counter, role: saturation}
  cart_requests_under_way: {type: gauge, role: in_flight}
  cart_failures_total: {type: counter, labels: [reason], role: errors}
dashboards: [use]
"""

MODELS: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: chat
title: Chat
where: {job: chat}
scrape: [{job: chat, targets: ["chat-1:80"]}]
metrics:
  chat_requests_total:
    type: counter
    labels: {provider: [openai], model: [large, small], agent: [a, b], status: [success, error]}
    role: requests
    bad: {status: error}
  chat_errors_total:
    {type: counter, labels: {provider: [openai], model: [large, small], error_type: [timeout]},
     role: errors}
  chat_duration_seconds:
    {type: histogram, labels: {provider: [openai], model: [large, small]}, buckets: [0.1, 1, 5],
     role: duration}
  chat_first_token_seconds:
    {type: histogram, labels: {model: [large, small]}, buckets: [0.1, 1, 5],
     role: time_to_first_token}
  chat_token_seconds:
    {type: histogram, labels: {model: [large, small]}, buckets: [0.01, 0.1, 1],
     role: time_per_token}
  chat_tokens_total:
    type: counter
    labels: {provider: [openai], model: [large, small], token_type: [prompt, completion]}
    role: tokens
    unit: tokens
  chat_cost_usd_total:
    {type: counter, labels: {provider: [openai], model: [large, small]}, role: cost}
  chat_quality_score:
    {type: histogram, labels: {model: [large, small]}, buckets: [0.25, 0.5, 0.75, 1],
     role: quality, unit: score}
  chat_rate_limited_total:
    {type: counter, labels: {provider: [openai], model: [large, small]}, role: rate_limited}
  chat_blocked_total: {type: counter, labels: {reason: [policy]}, role: blocked}
alerts:
  - name: Budget
    spend:
      of: chat_cost_usd_total
      budget: 500 USD
      per: month
      levels: [{spent: 90%, severity: high}]
dashboards: [llm, cost]
"""

PRICES: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: search
title: Search
where: {job: search}
scrape: [{job: search, targets: ["search-1:80"]}]
metrics:
  search_tokens_total:
    {type: counter, labels: {model: [large, small]}, role: tokens, unit: tokens}
prices:
  search_priced_usd:
    {of: search_tokens_total, by: [model], currency: USD, per: 1000,
     table: {large: 0.01, small: 0.001}}
alerts:
  - name: Models
    spend:
      of: search_priced_usd
      by: [model]
      budget: 50 USD
      per: day
      levels: [{spent: 100%, severity: high}]
dashboards: [llm, cost]
"""

EUROS: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: mail
title: Mail
where: {job: mail}
metrics:
  mail_cost_eur_total: {type: counter, role: cost}
dashboards: [cost]
"""

CONVENTIONS: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: agent
title: Agent
uses: [otel_genai]
where: {job: agent}
scrape: [{job: agent, targets: ["agent-1:80"]}]
dashboards: [llm]
"""

NOTHING: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: empty
metrics:
  requests_total: {type: counter, labels: [route], role: requests}
dashboards: [use, llm, cost]
"""

RICH: Final = PROJECT + HOSTS + MODELS + PRICES + CONVENTIONS


@functools.cache
def built(text: str = RICH) -> Built:
    """Build specs that are right."""
    found = build({"specs/shop.yaml": text.encode()}, Options(presets=shipped_presets()))
    assert [] == [d.message for d in problems(found)]
    return found


@functools.cache
def dashboards(text: str = RICH) -> dict[str, dict[str, Any]]:
    """Return the dashboards by their uid, numbers exact."""
    files = (f for f in built(text).files if f.path.startswith("grafana/dashboards/"))
    found = (json.loads(f.data, parse_float=Decimal) for f in files)
    return {dashboard["uid"]: dashboard for dashboard in found}


def titles(dashboard: dict[str, Any]) -> list[str]:
    """Return the titles of all panels."""
    return [panel["title"] for panel in panels(dashboard)]


def asked(dashboard: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each panel with each of its queries."""
    for panel in panels(dashboard):
        for target in panel.get("targets", ()):
            yield panel, target["expr"]


def panel(uid: str, title: str, text: str = RICH) -> dict[str, Any]:
    """Return the one panel of a title."""
    (found,) = (p for p in panels(dashboards(text)[uid]) if p["title"] == title)
    return found


def exprs(found: dict[str, Any]) -> list[str]:
    """Return the queries of a panel, on one line each."""
    return [re.sub(r"\s+", " ", target["expr"]) for target in found["targets"]]
