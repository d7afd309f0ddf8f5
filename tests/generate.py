"""
Valid specs of every kind, as Hypothesis strategies.

`trees()` draws a seed and a size, and a builder throws the dice: whole systems of services,
presets, parts, dashboards, routing and environments would overrun what Hypothesis can draw.
An example is its seed and its size, and shrinks to a smaller size. The kinds come from the `KINDS`
tuples: one that cannot be built here fails with its name.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from hypothesis import strategies as st
from spectree import Tree, Value

from obsgen import alerts, measures, packs, panels, probes, receivers, slis
from obsgen.schema.kinds import load

MAX_SIZE: Final = 4
SEVERITIES: Final = ("critical", "high", "medium", "low")
_WORDS_OF_SEVERITY: Final = (*SEVERITIES, "warning", "info", "page", "ticket")
# The amtool that judges what is generated does not know them.
YOUNG_RECEIVERS: Final = frozenset(
    {"msteams", "msteamsv2", "jira", "rocketchat", "incidentio", "mattermost"}
)
_TEAMS: Final = ("backend", "database", "web")
_WINDOWS: Final = ("5m", "10m", "1h", "1d")
_WAITS: Final = ("0s", "1m", "5m", "1h30m")
_LABEL_VALUES: Final = {
    "method": ("GET", "POST"),
    "code": ("200", "404", "500", "503"),
    "route": ("/", "/a.b", "/c"),
    "model": ("m-1", "m-2"),
    "queue": ("in", "out"),
    "pool": ("a", "b"),
    "job": ("a", "b"),
    "instance": ("i:1", "i:2"),
}
_MATCHERS: Final[dict[str, tuple[Value, ...]]] = {
    "method": ("GET", {"not": "POST"}, ["GET", "POST"]),
    "code": ("5..", ["5..", "404"], {"not": "2.."}, "500", {"not": ["200", "404"]}),
    "route": ({"is": "/a.b"}, "/.*", {"not": "/c"}),
    "model": ("m-.*", "m-1"),
    "queue": ("in", {"not": "out"}, {"not": ""}),
    "pool": ("a|b", {"not": ""}),
    "job": ({"not": "z"}, {"not": ["y", "z"]}),
    "instance": ("i:.*", {"not": "i:2"}),
}
_LIMITS: Final = {
    "s": ("250ms", "2s", "1h30m"),
    "bytes": ("512B", "10MB", "4GiB"),
    "ratio": ("5%", "0.5%", "80%"),
    "USD": ("100 USD", "$5", "0.25 USD"),
    "count": ("10", "3"),
}
# Panels that ask no measure.
_FOREIGN_PANELS: Final[dict[str, tuple[Value, ...]]] = {
    "text": ("**Bold** words", {"content": "## Words\n\n- one\n"}),
    "logs": (
        {"loki": '{app="a", route=~"${route}"} |= `x`', "labels": ["level"], "limit": "50"},
        {"elasticsearch": "level:ERROR AND took:[1 TO 5}", "sort": "oldest", "labels": True},
    ),
    "log_counts": (
        {"loki": '{app="a"}', "by": ["level"]},
        {"elasticsearch": "a:b", "by": ["level.keyword"], "top": "3"},
    ),
    "log_table": (
        {"elasticsearch": "", "by": ["a.keyword"], "show": [{"avg": "ms", "unit": "ms"}, "count"]},
        {"loki": '{app="a"} | json', "by": ["path"], "top": "5"},
    ),
    "traces": (
        {"tempo": '{resource.service.name="a" && duration>1s}'},
        {"tempo": "3f2a"},
        {"jaeger": {"service": "a", "tags": {"error": True}, "min_duration": "1s"}, "limit": "5"},
    ),
    "alertlist": ({}, {"states": ["firing"], "where": {"team": "web"}, "by": ["severity"]}),
    "panel": (
        {"type": "news", "options": {"feedUrl": "https://example.org"}},
        {"type": "logs", "targets": [{"datasource": "loki", "expr": '{app="a"}'}]},
    ),
}
_OWN_KEYS: Final[dict[str, dict[str, Value]]] = {
    "bargauge": {"display": "lcd"},
    "state_timeline": {"states": {"0": {"text": "no", "color": "red"}, "1": "yes"}},
    "histogram": {"combine": True},
    "piechart": {"shape": "pie"},
}
_COMPARISONS: Final = ("above", "below", "at_least", "at_most", "equals", "not_equals")


@dataclass(frozen=True)
class Has:
    """A metric that a service declares: what a measure needs to know of it."""

    name: str
    type: str
    labels: tuple[str, ...]
    unit: str
    buckets: tuple[str, ...] = ()

    @property
    def all_labels(self) -> tuple[str, ...]:
        return (*self.labels, "job", "instance")


@dataclass(frozen=True)
class Made:
    """
    A measure with the labels that it keeps (None: open), its unit, and of a rate its time.

    Attributes:
        limits: Those that divide its values, where not every one does.
    """

    node: Value
    labels: tuple[str, ...] | None
    unit: str
    per: str = ""
    limits: tuple[str, ...] = ()


def trees(max_size: int = MAX_SIZE, min_size: int = 1) -> st.SearchStrategy[Tree]:
    """Return valid specs of so many services."""
    return st.builds(a_tree, st.integers(0, 2**32 - 1), st.integers(min_size, max_size))


def a_tree(seed: int, size: int) -> Tree:
    """Return the valid specs of a seed."""
    return _Builder(random.Random(seed), size).tree()


class _Builder:
    """Throws the dice for one tree."""

    def __init__(self, dice: random.Random, size: int) -> None:
        self.dice = dice
        self.size = size
        self.external = dice.random() < 0.3
        self.ready: dict[str, tuple[str, ...]] = {}
        self.slo_names: dict[str, list[str]] = {}

    # --- dice --------------------------------------------------------------------------------

    def chance(self, odds: float) -> bool:
        return self.dice.random() < odds

    def some(self, items: Iterable[Any], least: int = 0, most: int = 99) -> list[Any]:
        """Return some of the items in their order."""
        every = list(items)
        count = self.dice.randint(min(least, len(every)), min(most, len(every)))
        chosen = set(self.dice.sample(range(len(every)), count))
        return [item for index, item in enumerate(every) if index in chosen]

    def maybe(self, odds: float, **entries: Callable[[], Value]) -> dict[str, Value]:
        return {k.rstrip("_"): make() for k, make in entries.items() if self.chance(odds)}

    def pick(self, *items: Any) -> Any:
        return self.dice.choice(items)

    # --- documents -----------------------------------------------------------------------------

    def tree(self) -> Tree:
        names = self.dice.sample(("cart", "gateway", "billing-api", "s3", "x"), self.size)
        documents: list[dict[str, Value]] = [self.project()]
        presets = [self.preset("http_service")] if self.chance(0.6) else []
        documents += presets
        for name in names:
            documents += self.service(name, bool(presets) and self.chance(0.6))
        if self.chance(0.8):
            documents.append(self.routing(names))
        if self.chance(0.4):
            count = self.pick(1, 2)
            documents += [self.environment(env, names) for env in ("prod", "test")[:count]]
        files: dict[str, list[dict[str, Value]]] = {}
        for document in documents:
            head = {"apiVersion": "obsgen/v1", **document}
            owner = document.get("service", document.get("name", ""))
            file = self.pick(f"specs/{owner or 'more'}.yaml", "specs/all.yaml", "specs/b/x.yaml")
            files.setdefault(file, []).append(head)
        return Tree(files)

    def project(self) -> dict[str, Value]:
        prometheus: dict[str, Value] = {
            "version": self.pick("2.42", "3.0"),
            "scrape_interval": self.pick("5s", "15s", "30s", "1m"),
            "evaluation_interval": self.pick("15s", "30s", "1m"),
            "retention": self.pick("95d", "400d"),
        }
        if self.external:
            prometheus["external_labels"] = {"cluster": "c1"}
        return {
            "kind": "Project",
            "name": "shop",
            "outputs": ["prometheus", "alertmanager", "grafana", "docs", "loki"],
            "prometheus": prometheus,
            "alert_profiles": {"patient": self.tiers(), "by_period": self.lists_by_period()},
            "teams": self.pick(list(_TEAMS), {team: {} for team in _TEAMS}),
            "datasources": {
                **self.maybe(0.3, prometheus=lambda: {"prometheus": {"url": "http://p:9090"}}),
                **{name: {} for name in ("loki", "tempo", "jaeger")},
                "elasticsearch": {"index": "logs-*"},
            },
            **self.maybe(
                0.3,
                title=lambda: "The shop",
                categories=lambda: ["capacity"],
                target_labels=lambda: ["zone"],
                runbooks=lambda: {"base_url": "https://runbooks.example.org/"},
                repository=lambda: "https://git.example.org/blob/main/",
                dashboards=lambda: self.some(packs.KINDS),
                alertmanager=lambda: {"version": "0.25", "targets": ["am:9093"]},
                ledger=lambda: {"settle": "10s", "bridge": "10m", "tile": self.pick("30s", "1m")},
                severities=lambda: [
                    {"name": "critical", "respond_within": "5m", "page": True},
                    {"name": "high", "respond_within": "15m", "page": True},
                    {"name": "medium", "respond_within": "1h", "aliases": ["warning"]},
                    {"name": "low", "respond_within": "24h", "aliases": ["info"]},
                ],
            ),
        }

    def tiers(self) -> Value:
        # Spent in the long window of 7 to 30 days these shares have factors of 1.4 to 72.
        shares = {
            ("1h", "5m"): ("2%", "10%"),
            ("2h", "10m"): ("3%", "10%"),
            ("6h", "30m"): ("5%", "12.5%"),
            ("12h", "1h"): ("10%", "25%"),
            ("1d", "2h"): ("20%", "25%"),
        }
        found = []
        for number, ((long, short), spends) in enumerate(self.some(shares.items(), 1, 4)):
            share = {"spends": self.pick(*spends)}
            factor = self.pick(share, {"factor": self.pick("1", "2.5", "14.4")})
            rest = self.maybe(0.3, for_=lambda: "2m", keep_firing_for=lambda: "5m")
            events = self.maybe(0.4, min_events=lambda: self.pick("10", "50"))
            severity = {"severity": self.pick(*_WORDS_OF_SEVERITY)}
            windows = {"long": long, "short": short}
            found.append({"tier": f"t{number}", **factor, **windows, **severity, **rest, **events})
        return found

    def lists_by_period(self) -> Value:
        return {"periods": {"30d": self.tiers(), "7d": self.tiers()}}

    def preset(self, name: str) -> dict[str, Value]:
        has = self.metrics("http")
        return {
            "kind": "Preset",
            "name": name,
            # A `where` of a metric would take the place of those that tell its services apart.
            "metrics": {m.name: self.metric(m, where=False) for m in has},
            "slos": [self.slo("preset-slo", has)],
            "measures": {"preset_measure": self.measure(has).node},
            "alerts": [self.alert("FromPreset", has)],
        }

    def service(self, name: str, uses_preset: bool) -> list[dict[str, Value]]:
        prefix = name.replace("-", "_")
        has = self.metrics(prefix)
        slo_names = [f"slo-{i}" for i in range(self.dice.randint(0, 2))]
        slos = [self.slo(slo, has) for slo in slo_names]
        if len(slo_names) > 1 and self.chance(0.5):
            # Parts have tiles of one length.
            slos = [{k: v for k, v in slo.items() if k != "ledger"} for slo in slos]
            parts = self.some(slo_names, 2, len(slo_names))
            weights = {part: self.pick("1", "0.7", "3") for part in parts}
            sli = self.pick({"all_of": list(parts)}, {"weighted": weights})
            slos.append({"name": "made-of-others", "objective": "90", "sli": {"composite": sli}})
        alert_names = ["HighRate", "Slow", "Down", "Odd1", "Odd2", "Odd3"]
        listed = [self.alert(a, has) for a in self.some(alert_names)]
        if slo_names and self.chance(0.5):
            left = {"slo": slo_names[0], "show": "budget_remaining", "below": "30%"}
            listed.append({"name": "LittleLeft", "threshold": left, "severity": "low"})
        named = {f"m_{i}": self.measure(has) for i in range(self.dice.randint(1, 3))}
        uses = self.some(("node_exporter", "postgres_exporter", "cadvisor"))
        if uses_preset:
            uses.append("http_service")
            slo_names.append("preset-slo")
            if self.chance(0.5):
                slos.append({"name": "preset-slo", "objective": "99.5"})
            if self.chance(0.3):
                listed.append({"name": "FromPreset", "remove": True})
        scope = {"job": name} if uses_preset else {"job": self.pick("a", ["a", "b"])}
        self.slo_names[name] = slo_names
        self.ready[name] = tuple(self.some(packs.KINDS))
        part_slos, slos = (slos[:1], slos[1:]) if self.chance(0.3) else ([], slos)
        part_alerts, listed = (listed[:2], listed[2:]) if self.chance(0.3) else ([], listed)
        service: dict[str, Value] = {
            "kind": "Service",
            "name": name,
            "uses": uses,
            "metrics": {m.name: self.metric(m) for m in has},
            "measures": {k: made.node for k, made in named.items()},
            "slos": slos,
            "alerts": listed,
            "dashboards": list(self.ready[name]),
            **self.maybe(
                0.4,
                title=lambda: f"The {name}",
                team=lambda: self.pick(*_TEAMS),
                folder=lambda: f"Folder {name}",
                description=lambda: "What it does.\nIn two lines: really.\n",
                scrape=lambda: [self.scrape(name)],
                probes=lambda: [self.probe(kind) for kind in self.some(probes.KINDS, 1)],
            ),
        }
        if uses_preset or self.chance(0.4):
            service["where"] = scope
        found = [{k: v for k, v in service.items() if v or k == "name"}]
        if part_slos or part_alerts:
            part = {"kind": "Part", "service": name, "slos": part_slos, "alerts": part_alerts}
            found.append({k: v for k, v in part.items() if v})
        for number in range(self.dice.randint(0, 2)):
            found.append(self.dashboard(f"{name}-board-{number}", name, has, named))
        return found

    def scrape(self, name: str) -> Value:
        return {
            "job": name,
            "targets": [f"{name}:8080", f"{name}-2:8080"],
            **self.maybe(
                0.3,
                labels=lambda: {"tier": "backend"},
                path=lambda: "/internal/metrics",
                scheme=lambda: "https",
                interval=lambda: "10s",
            ),
        }

    def probe(self, kind: str) -> Value:
        build = getattr(self, f"probe_{kind}", None)
        if build is None:
            raise NotImplementedError(f"no strategy for the probe kind `{kind}`")
        fields, its_alerts = build()
        limits = {"slow": {"above": "2s"}, "certificate": {"below": "30d"}}
        return {
            "name": f"asks-{kind}",
            kind: {**fields, **self.maybe(0.3, ip_protocol=lambda: self.pick("ip4", "ip6"))},
            "alerts": {
                alert: {
                    **limits.get(alert, {}),
                    "severity": self.pick(*_WORDS_OF_SEVERITY),
                    **self.maybe(0.3, for_=lambda: self.pick(*_WAITS), team=lambda: _TEAMS[0]),
                }
                for alert in self.some(("down", "slow", *its_alerts))
            },
            **self.maybe(
                0.3,
                interval=lambda: self.pick("20s", "1m"),
                timeout=lambda: self.pick("1s", "4s"),
                labels=lambda: {"tier": "front"},
                refs=lambda: ["R-3"],
            ),
        }

    def probe_http(self) -> tuple[dict[str, Value], tuple[str, ...]]:
        fields: dict[str, Value] = {
            "url": "https://cart.example.com/a?b={c}",
            "body": self.pick('"status":\\s*"ok"', {"all_of": ["a", "b"], "not": "c"}),
            **self.maybe(
                0.3,
                status=lambda: self.pick("204", ["200", "503"]),
                headers=lambda: {"Accept": "text/plain", "X-B": "c"},
                reply_headers=lambda: {"Server": {"not": "old"}, "Age": "0"},
                follow_redirects=lambda: False,
            ),
        }
        return fields, ("body", "status", "certificate")

    def probe_tcp(self) -> tuple[dict[str, Value], tuple[str, ...]]:
        steps = [{"expect": "^220 "}, {"send": "QUIT"}]
        fields = {"address": "db:5432", **self.maybe(0.5, query_response=lambda: steps)}
        return ({**fields, "tls": True}, ("certificate",)) if self.chance(0.5) else (fields, ())

    def probe_icmp(self) -> tuple[dict[str, Value], tuple[str, ...]]:
        return {"host": "gateway", **self.maybe(0.5, ttl=lambda: "5")}, ()

    def probe_dns(self) -> tuple[dict[str, Value], tuple[str, ...]]:
        asks: dict[str, Value] = {"server": "192.0.2.53", "query": "example.com"}
        return asks | self.maybe(0.5, answer=lambda: {"any_of": "192"}), ()

    def probe_grpc(self) -> tuple[dict[str, Value], tuple[str, ...]]:
        return {"address": "orders:9090", **self.maybe(0.5, service=lambda: "orders.v1")}, ()

    def environment(self, name: str, names: list[str]) -> dict[str, Value]:
        without = names[0] if len(names) > 1 and self.chance(0.3) else ""
        kept = [service for service in names if service != without]
        own = [f"{s}/slos/{slo}/objective" for s in kept for slo in self.slo_names[s]]
        document = {
            "kind": "Environment",
            "name": name,
            **self.maybe(
                0.5,
                where=lambda: {"environment": name},
                labels=lambda: {"environment": name},
                max_severity=lambda: self.pick(*SEVERITIES),
                set=lambda: dict.fromkeys(self.some(own), "99.25"),
            ),
        }
        document |= {"without": [without]} if without else {}
        return {k: v for k, v in document.items() if v}

    # --- metrics -------------------------------------------------------------------------------

    def metrics(self, prefix: str) -> tuple[Has, ...]:
        buckets = self.some(("0.005", "0.05", "0.5", "1", "2.5", "10"), 2)
        return (
            Has(f"{prefix}_requests_total", "counter", ("method", "code", "route"), "count"),
            Has(f"{prefix}_errors_total", "counter", self.labels("method", "route"), "count"),
            Has(f"{prefix}_cost_usd_total", "counter", self.labels("model"), "USD"),
            Has(
                f"{prefix}_duration_seconds",
                "histogram",
                self.labels("method", "route"),
                "s",
                tuple(buckets),
            ),
            Has(f"{prefix}_size_bytes", "histogram", ("route",), "bytes", ("100", "1000", "1e6")),
            Has(f"{prefix}_wait_ms", "summary", ("model",), "ms"),
            Has(f"{prefix}_queue_length", "gauge", self.labels("queue"), "count"),
            Has(f"{prefix}_memory_total_bytes", "gauge", ("pool",), "bytes"),
            Has(f"{prefix}_memory_free_bytes", "gauge", ("pool",), "bytes"),
            Has(f"{prefix}_last_success_timestamp_seconds", "gauge", (), "s"),
        )

    def labels(self, *known: str) -> tuple[str, ...]:
        return tuple(self.some(known))

    def metric(self, has: Has, *, where: bool = True) -> Value:
        labels: Value = list(has.labels)
        if has.labels and self.chance(0.4):
            declared = {label: list(_LABEL_VALUES[label]) for label in has.labels}
            labels = {k: self.pick(v, "any") for k, v in declared.items()}
        of_requests, of_queues = self.pick("requests", "auth"), self.pick("in_flight", "security")
        roles = {"requests_total": of_requests, "duration_seconds": "duration"}
        roles |= {"queue_length": of_queues, "cost_usd_total": "cost"}
        role = next((word for end, word in roles.items() if has.name.endswith(end)), "")
        found: dict[str, Value] = {"type": has.type, "labels": labels}
        if has.buckets:
            found["buckets"] = list(has.buckets)
        if has.type == "summary":
            found |= {"unit": "ms", "quantiles": ["0.5", "0.99"]}
        if role and self.chance(0.6):
            found["role"] = role
        if role in {"requests", "auth"} and self.chance(0.6):
            found["bad"] = {"code": "5.."}
        rest = self.maybe(
            0.2,
            help=lambda: "What it counts: all of it.",
            planned=lambda: True,
            refs=lambda: ["REQ-1"],
            **({"where": lambda: {"job": "a"}} if where else {}),
        )
        return {k: v for k, v in {**found, **rest}.items() if v}

    def of(self, has: Iterable[Has], *types: str) -> Has:
        # A point in time is compared with no length of time: `age` and `until` ask for it.
        chosen = (m for m in has if m.type in types and "_timestamp_" not in m.name)
        return self.pick(*chosen)

    def where(self, labels: Iterable[str]) -> Value:
        return {k: self.pick(*_MATCHERS[k]) for k in self.some(labels, 1, 2)}

    # --- measures ------------------------------------------------------------------------------

    def measure(self, has: tuple[Has, ...], *, panel: bool = False, kind: str = "") -> Made:
        """Return a measure of a kind that fits its place."""
        # What an SLO records needs an SLO, which is not known here.
        known = [
            k
            for k in measures.KINDS
            if k not in {"slo", "spend"} and (panel or k != "distribution")
        ]
        kind = kind or self.pick(*known)
        build = getattr(self, f"measure_{kind}", None)
        if build is None:
            raise NotImplementedError(f"no strategy for the measure kind `{kind}`")
        made: Made = build(has, panel)
        return made

    def modified(
        self, node: dict[str, Value], has: Has, *, panel: bool, by: bool = True, window: bool = True
    ) -> tuple[dict[str, Value], tuple[str, ...]]:
        """Add modifiers; return the labels that are kept, too."""
        kept = tuple(self.some(has.all_labels, 0, 2)) if by and self.chance(0.5) else ()
        extra = self.maybe(
            0.3, where=lambda: self.where(has.all_labels), offset=lambda: self.pick("5m", "7d")
        )
        if kept:
            extra["by"] = list(kept)
        if window and self.chance(0.3):
            extra["window"] = self.pick(*_WINDOWS, *(("range",) if panel else ()))
        if panel:
            named = f"{{{{{kept[0]}}}}} x" if kept else "all"
            extra |= self.maybe(0.2, top=lambda: "5", legend=lambda: named)
        return {**node, **extra}, kept

    def measure_rate(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "counter", "histogram", "summary")
        per = self.pick("", "1s", "1m", "1h", "1d")
        node, kept = self.modified({"rate": metric.name}, metric, panel=panel)
        node |= {"per": per} if per else {}
        node |= self.slower_than(metric)
        unit = metric.unit if metric.type == "counter" else "count"
        return Made(node, kept, unit, {"1m": "min"}.get(per, per[-1:] or "s"))

    def measure_increase(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "counter", "histogram", "summary")
        node, kept = self.modified({"increase": metric.name}, metric, panel=panel)
        node |= self.slower_than(metric)
        return Made(node, kept, metric.unit if metric.type == "counter" else "count")

    def slower_than(self, metric: Has) -> dict[str, Value]:
        if metric.type != "histogram" or not self.chance(0.4):
            return {}
        return {"slower_than": self.bound(metric)}

    def bound(self, metric: Has, place: int | None = None) -> str:
        bucket = self.pick(*metric.buckets) if place is None else metric.buckets[place]
        if metric.unit == "s":
            return f"{bucket}s"
        return {"100": "100B", "1000": "1kB", "1e6": "1MB"}[bucket]

    def measure_share(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "counter", "histogram")
        if metric.type == "histogram" and self.chance(0.6):
            side: Value = {self.pick("above", "below"): self.bound(metric)}
        else:
            side = self.where(metric.all_labels)
        node, kept = self.modified({"share": side, "of": metric.name}, metric, panel=panel)
        return Made(node, kept, "ratio")

    def measure_quantile(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "histogram")
        several = panel and self.chance(0.3)
        quantile: Value = ["0.5", "0.95", "0.999"] if several else self.pick("0.5", "0.99")
        node, kept = self.modified({"quantile": quantile, "of": metric.name}, metric, panel=panel)
        return Made(node, kept, metric.unit, limits=(self.bound(metric, 0),))

    def measure_mean(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "histogram", "summary")
        node, kept = self.modified({"mean": metric.name}, metric, panel=panel)
        return Made(node, kept, "s" if metric.unit == "ms" else metric.unit)

    def measure_distribution(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "histogram")
        node, _ = self.modified({"distribution": metric.name}, metric, panel=panel, by=False)
        node.pop("top", None)
        return Made(node, ("le",), "count")

    def measure_value(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "gauge")
        node, _ = self.modified({"value": metric.name}, metric, panel=panel, by=False, window=False)
        return Made(node, metric.all_labels, metric.unit)

    def aggregated(self, op: str, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "gauge")
        node, kept = self.modified({op: metric.name}, metric, panel=panel)
        return Made(node, kept, metric.unit)

    def measure_sum(self, has: tuple[Has, ...], panel: bool) -> Made:
        return self.aggregated("sum", has, panel)

    def measure_avg(self, has: tuple[Has, ...], panel: bool) -> Made:
        return self.aggregated("avg", has, panel)

    def measure_min(self, has: tuple[Has, ...], panel: bool) -> Made:
        return self.aggregated("min", has, panel)

    def measure_max(self, has: tuple[Has, ...], panel: bool) -> Made:
        return self.aggregated("max", has, panel)

    def measure_age(self, has: tuple[Has, ...], panel: bool, key: str = "age") -> Made:
        metric = next(m for m in has if m.name.endswith("timestamp_seconds"))
        node, _ = self.modified({key: metric.name}, metric, panel=panel, by=False, window=False)
        return Made(node, metric.all_labels, "s")

    def measure_until(self, has: tuple[Has, ...], panel: bool) -> Made:
        return self.measure_age(has, panel, key="until")

    def measure_used_of(self, has: tuple[Has, ...], panel: bool) -> Made:
        total = next(m for m in has if m.name.endswith("memory_total_bytes"))
        free = next(m for m in has if m.name.endswith("memory_free_bytes"))
        node = {"used_of": total.name, "free": free.name}
        node, _ = self.modified(node, total, panel=panel, by=False, window=False)
        return Made(node, total.all_labels, "ratio")

    def measure_count(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "gauge")
        inner: Value = {self.pick("value", "age"): metric.name}
        unit = "s" if "age" in inner else metric.unit
        node: Value = {"count": inner}
        if self.chance(0.6):
            node["which"] = self.comparison(Made({}, (), unit))
        node, kept = self.modified(node, metric, panel=panel, window=False)
        return Made(node, kept, "count")

    def measure_ratio(self, has: tuple[Has, ...], panel: bool) -> Made:
        counters = [m for m in has if m.type == "counter" and m.unit == "count"]
        one, two = self.pick(*counters), self.pick(*counters)
        shared = [label for label in one.all_labels if label in two.all_labels]
        kept = tuple(self.some(shared, 0, 2))
        node: dict[str, Value] = {"ratio": {"rate": one.name}, "over": {"rate": two.name}}
        if self.chance(0.3):
            node["ratio"]["where"] = self.where(one.labels or ("job",))
        node |= {"by": list(kept)} if kept else {}
        node |= self.maybe(0.3, window=lambda: self.pick(*_WINDOWS), offset=lambda: "1d")
        return Made(node, kept, "ratio")

    def measure_expr(self, has: tuple[Has, ...], panel: bool) -> Made:
        metric = self.of(has, "counter")
        kept = metric.labels[:1]
        by = f" by ({kept[0]})" if kept else ""
        query = f"sum{by} (rate({metric.name}[5m]))\n/ 2"
        node: Value = {"expr": query}
        unit = self.pick("count", "s", "bytes", "ratio", "USD")
        if unit != "count" or self.chance(0.5):
            node["unit"] = unit
        return Made(node, kept, unit)

    # --- conditions ----------------------------------------------------------------------------

    def limit(self, made: Made) -> str:
        if made.limits:
            return self.pick(*made.limits)
        amount = self.pick(*_LIMITS["s" if made.unit == "ms" else made.unit])
        if made.unit == "USD" and made.per:
            return f"{amount} USD/{made.per}".replace(" USD USD", " USD").replace("$", "")
        if made.unit == "ratio" or not made.per:
            return str(amount)
        return f"{amount}/{made.per}"

    def comparison(self, made: Made) -> dict[str, Value]:
        # A point in time is compared with another one.
        asked = (str(made.node.get(kind)) for kind in ("value", "sum", "avg", "min", "max"))
        if any("_timestamp_" in metric for metric in asked):
            return {self.pick(*_COMPARISONS): "20000d"}
        limit: Value = self.limit(made)
        if made.labels and self.chance(0.3):
            label = self.pick(*made.labels)
            values = self.some(_LABEL_VALUES.get(label, ("v",)), 1)
            limit = {"by": label, **{v: self.limit(made) for v in values}}
            limit |= self.maybe(0.7, default=lambda: self.limit(made))
        return {self.pick(*_COMPARISONS): limit}

    def condition(self, has: tuple[Has, ...]) -> Made:
        made = self.measure(has)
        return replace(made, node={**made.node, **self.comparison(made)})

    # --- SLOs ----------------------------------------------------------------------------------

    def slo(self, name: str, has: tuple[Has, ...]) -> Value:
        # A composite needs other SLOs, which are not known here.
        kind = self.pick(*(k for k in slis.KINDS if k != "composite"))
        build = getattr(self, f"sli_{kind}", None)
        if build is None:
            raise NotImplementedError(f"no strategy for the SLI kind `{kind}`")
        sli, labels = build(has)
        # Of slices and samples there are too few for profiles that wait for many events.
        counts_events = kind in {"events", "latency", "queries"}
        own = self.pick("", "", "patient", "by_period") if counts_events else ""
        # Factors of own profiles go up to 72: 1 % of budget leaves room below 1.
        objectives = ("99", "99.9", "99.95", "99.999") if own else ("50", "90", "99.9%")
        periods = (
            ("7d", "28d", "30d") if own else ("1d", "14d", "30d", "90d", "week", "month", "quarter")
        )
        objective, period = self.pick(*objectives), self.pick(*periods)
        found: dict[str, Value] = {"name": name, "objective": objective, "sli": {kind: sli}}
        if period != "30d" or self.chance(0.5):
            found["period"] = period
        by = self.some(labels, 0, 2)
        if by and self.chance(0.5):
            found["by"] = by
        profile = own or self.pick("standard", "page-only", "tickets", "none", "")
        if profile and self.chance(0.5):
            found["alerts"] = profile
        elif profile:
            found["alerts"] = {"profile": profile} | self.maybe(
                0.4,
                budget=lambda: [
                    {"spent": spent, "severity": self.pick(*_WORDS_OF_SEVERITY)}
                    for spent in self.some(("20%", "50%", "99.5%", "120%"), 1)
                ],
            )
            if profile == "standard":
                found["alerts"] |= self.maybe(
                    0.4,
                    without=lambda: self.some(("fast", "medium", "slow", "creep"), 1),
                    severity=lambda: {"fast": "high", "creep": "info"},
                )
        return found | self.maybe(
            0.2,
            team=lambda: self.pick(*_TEAMS),
            description=lambda: "Good enough.",
            runbook=lambda: "https://example.org/r?a=b#c",
            labels=lambda: {"area": "checkout"},
            ledger=lambda: {"tile": self.pick("30s", "1m")},
            refs=lambda: ["R-1"],
        )

    def sli_events(self, has: tuple[Has, ...]) -> tuple[Value, tuple[str, ...]]:
        total = self.of(has, "counter", "histogram")
        second = self.of([m for m in has if m is not total], "counter")
        labels = total.all_labels
        if self.chance(0.3):
            side: Value = {"counter": second.name} | self.maybe(
                0.4, where=lambda: self.where(second.all_labels)
            )
            labels = tuple(label for label in labels if label in second.all_labels)
        else:
            side = self.where(total.all_labels)
        node = {"total": total.name, self.pick("bad", "good"): side}
        if "counter" not in side:
            node |= self.maybe(0.3, where=lambda: self.where(total.all_labels))
        return node, labels

    def sli_latency(self, has: tuple[Has, ...]) -> tuple[Value, tuple[str, ...]]:
        metric = self.of(has, "histogram")
        node = {"histogram": metric.name, "below": self.bound(metric)}
        node |= self.maybe(0.3, where=lambda: self.where(metric.all_labels))
        return node, metric.all_labels

    def sli_queries(self, has: tuple[Has, ...]) -> tuple[Value, tuple[str, ...]]:
        total, second = self.of(has, "counter"), self.of(has, "counter")
        labels = tuple(label for label in total.all_labels if label in second.all_labels)
        by = f" by ({', '.join(labels)}) " if labels else ""
        total_query, side = (f"sum{by}(increase({m.name}[$window]))" for m in (total, second))
        return {"total": total_query, self.pick("bad", "good"): side}, labels

    def sli_time_slice(self, has: tuple[Has, ...]) -> tuple[Value, tuple[str, ...]]:
        made = self.condition(has)
        node = {**made.node, "slice": self.pick("1m", "5m")}
        return node | self.maybe(0.2, no_data=lambda: "bad"), made.labels or ()

    def sli_probe(self, has: tuple[Has, ...]) -> tuple[Value, tuple[str, ...]]:
        gauge = self.of(has, "gauge")
        node = {"metric": gauge.name}
        return node | self.maybe(0.3, where=lambda: self.where(gauge.all_labels)), gauge.all_labels

    # --- alerts --------------------------------------------------------------------------------

    def alert(self, name: str, has: tuple[Has, ...]) -> Value:
        kind = self.pick(*alerts.KINDS)
        build = getattr(self, f"alert_{kind}", None)
        if build is None:
            raise NotImplementedError(f"no strategy for the alert kind `{kind}`")
        if kind in alerts.UNGRADED:
            return {"name": name, kind: build(has)}
        severity: dict[str, Value] = {"severity": self.pick(*_WORDS_OF_SEVERITY)}
        # Loki tells of lines alone.
        gate = {} if kind == "logs" else {"only_when": lambda: self.condition(has).node}
        return {
            "name": name,
            kind: build(has),
            **({} if kind in alerts.LEVELLED else severity),
            **self.maybe(
                0.3,
                for_=lambda: self.pick(*_WAITS),
                keep_firing_for=lambda: self.pick(*_WAITS),
                team=lambda: self.pick(*_TEAMS),
                category=lambda: self.pick("security", "cost"),
                summary=lambda: "It is {value} of {limit} in {window}: {{ $value }}",
                description=lambda: "Look at {{ $value }}.\nThen look again.\n",
                runbook=lambda: "https://example.org/run",
                impact=lambda: "Nobody can *pay*.",
                steps=lambda: ["Look.", "1. `roll` back | wait"],
                dashboard=lambda: "https://grafana.example.org/d/x",
                labels=lambda: {"area": "checkout"},
                annotations=lambda: {"note": "see {{ $externalURL }}"},
                refs=lambda: ["R-2"],
                **gate,
            ),
        }

    def alert_threshold(self, has: tuple[Has, ...]) -> Value:
        return self.condition(has).node

    def alert_any_of(self, has: tuple[Has, ...]) -> Value:
        return [self.condition(has).node for _ in range(self.dice.randint(1, 3))]

    def alert_all_of(self, has: tuple[Has, ...]) -> Value:
        return [self.condition(has).node for _ in range(self.dice.randint(1, 3))]

    def alert_down(self, has: tuple[Has, ...]) -> Value:
        gauge = self.of(has, "gauge").name
        several = {"any_of": [gauge, "up"], "where": {"job": {"not": "z"}}, "or_absent": True}
        return self.pick("up", {"metric": gauge}, several)

    def alert_spend(self, has: tuple[Has, ...]) -> Value:
        metric = next(m for m in has if m.type == "counter" and m.unit == "USD")
        per, project = self.pick(
            ("day", ""), ("week", "1d"), ("day", "elapsed"), ("6h", "1h"), ("1d", "6h")
        )
        by = self.some(metric.labels, 0, 1)
        budget: Value = self.pick("500 USD", "$0.7", "100.5 USD")
        if by and self.chance(0.5):
            some, other = _LABEL_VALUES[by[0]]
            budget = {"by": by[0], some: "5 USD", other: "$7", "default": "6 USD"}
        levels = self.some([("spent", "90%"), ("spent", "100%"), ("projected", "120%")], 1)
        return {
            "of": metric.name,
            "budget": budget,
            "per": per,
            **({"project": project} if project else {}),
            **({"by": by} if by else {}),
            **self.maybe(0.3, where=lambda: self.where(metric.labels or ("job",))),
            "levels": [
                {shown: share, "severity": self.pick(*_WORDS_OF_SEVERITY)}
                for shown, share in levels
            ],
        }

    def alert_forecast(self, has: tuple[Has, ...]) -> Value:
        gauge = next(m for m in has if m.type == "gauge" and m.unit == "bytes")
        limit = self.pick("0B", "1GiB")
        return {"value": gauge.name, "below": limit, "within": "24h", "from": "6h"}

    def alert_anomaly(self, has: tuple[Has, ...]) -> Value:
        counter = self.of(has, "counter").name
        return {"rate": counter, "baseline": "1d", **self.pick({"sigma": "2"}, {"above": "150%"})}

    def alert_absent(self, has: tuple[Has, ...]) -> Value:
        metric = self.of(has, self.pick("counter", "gauge"))
        node = {"metric": metric.name}
        return node | self.maybe(0.5, where=lambda: self.where(metric.all_labels))

    def alert_heartbeat(self, has: tuple[Has, ...]) -> Value:
        counter = self.of(has, "counter")
        return {
            "metric": counter.name,
            "within": self.pick("10m", "1h"),
            **self.maybe(0.5, seen_in=lambda: "6h", by=lambda: self.some(counter.labels, 0, 1)),
        }

    def alert_logs(self, _has: tuple[Has, ...]) -> Value:
        return {
            "loki": self.pick('{app="a"} |= "out (of"', "{app=~`a|b`} | json | level=`error`"),
            self.pick("above", "at_least"): self.pick("0", "20"),
            **self.maybe(0.4, by=lambda: ["level"], window=lambda: self.pick("10m", "1h")),
        }

    def alert_watchdog(self, _has: tuple[Has, ...]) -> Value:
        return {"every": self.pick("1m", "5m")}

    def alert_expr(self, has: tuple[Has, ...]) -> Value:
        return f"sum(rate({self.of(has, 'counter').name}[5m])) > 1\nor up == 0"

    # --- dashboards ----------------------------------------------------------------------------

    def dashboard(
        self, name: str, service: str, has: tuple[Has, ...], named: dict[str, Made]
    ) -> dict[str, Value]:
        sections = [
            {
                "title": f"Section {number}",
                "panels": [self.panel(has, named, p) for p in range(self.dice.randint(1, 4))],
                **self.maybe(0.3, collapsed=lambda: True),
            }
            for number in range(self.dice.randint(1, 3))
        ]
        return {
            "kind": "Dashboard",
            "name": name,
            "service": service,
            "sections": sections,
            # Some panels ask for the route.
            "variables": [{"label": "route", "title": "Route"}, *self.some(("method", "job"))],
            **self.maybe(
                0.4,
                title=lambda: f"Board of {service}: all",
                panels=lambda: [self.panel(has, named, 9)],
                description=lambda: "All of it.",
                folder=lambda: "Everything",
                intervals=lambda: ["10m", "1h"],
                annotations=lambda: ["alerts", {"name": "Down", "expr": "up == 0", "on": False}],
                links=lambda: [{"title": "Wiki", "url": "https://wiki.example.org"}],
                time=lambda: self.pick("now-7d", "now/d", "24h"),
                refresh=lambda: "30s",
                tags=lambda: ["shop"],
                refs=lambda: ["R-3"],
            ),
        }

    def panel(self, has: tuple[Has, ...], named: dict[str, Made], number: int) -> Value:
        kind = self.pick(*panels.KINDS)
        link = {"title": "More", "url": "https://example.org/?a=b&c"}
        found: dict[str, Value] = {}
        if kind in _FOREIGN_PANELS:
            found[kind] = self.pick(*_FOREIGN_PANELS[kind])
        elif kind == "heatmap":
            found[kind] = self.measure(
                has, panel=True, kind=self.pick("value", "distribution")
            ).node
        else:
            measure = self.measure(has, panel=True)
            one = self.pick(*named) if self.chance(0.2) else measure.node
            several = [one, self.measure(has, panel=True).node]
            found[kind] = several if self.chance(0.3) else one
            if kind in _OWN_KEYS and self.chance(0.3):
                found[kind] = {"measures": found[kind], **_OWN_KEYS[kind]}
            if one is measure.node and found[kind] is one and self.chance(0.3):
                # Dials of a few units only: a rate of seconds is a ratio, of words a word.
                found["thresholds"] = {"base": "green", "red": self.limit(measure)}
        return (
            found
            | self.maybe(
                0.4,
                title=lambda: f"Panel {number}",
                description=lambda: "What it shows.",
                width=lambda: self.pick("1", "1/2", "1/3", "5/12", "1/24", "2/3"),
                height=lambda: self.pick("3", "8", "12"),
                time=lambda: self.pick("now-30d", "30d"),
                links=lambda: [link],
                legend=lambda: "all",
                raw=lambda: self.pick(
                    {"transparent": True}, {"fieldConfig": {"defaults": {"displayName": "x"}}}
                ),
                refs=lambda: ["R-4"],
            )
            | self.style(load("panels", kind).takes)
        )

    def style(self, takes: frozenset[str]) -> dict[str, Value]:
        """Return what stands beside a kind that takes it."""
        found = self.maybe(
            0.2,
            decimals=lambda: self.pick("0", "2"),
            no_value=lambda: "nothing",
            texts=lambda: {"0": "none", "null": {"text": "gone", "color": "red"}},
            overrides=lambda: [{"measure": "1", "color": "#00FF00", "title": "First"}],
            transformations=lambda: [{"sortBy": {"sort": [{"field": "Time"}]}}],
            data_links=lambda: [{"title": "More", "url": "https://example.org"}],
            stacked=lambda: True,
            fill=lambda: "30%",
            axis=lambda: self.pick("right", {"label": "how many"}),
            scale=lambda: "log2",
            exemplars=lambda: True,
            interval=lambda: "1m",
        )
        return {key: value for key, value in found.items() if key in takes}

    # --- routing -------------------------------------------------------------------------------

    def routing(self, services: list[str]) -> dict[str, Value]:
        names = self.some(("chat", "oncall", "mail", "hook"), 1)
        made = {name: self.receiver() for name in names}
        return {
            "kind": "Routing",
            "shared": {
                "slack": {"api_url_file": "/etc/alertmanager/secrets/slack"},
                "email": {"smarthost": "smtp.example.org:587", "from": "a@example.org"},
            },
            "receivers": made,
            "default_receiver": names[0],
            "intervals": {
                "office": {"days": "monday..friday", "times": ["09:00-18:00"], "location": "UTC"},
                "night": {"times": "22:00-06:00", "location": "Asia/Tokyo"},
                "feast": {"months": "december", "days_of_month": ["24..26"], "location": "UTC"},
            },
            "routes": [self.route(names, services, 2) for _ in range(self.dice.randint(0, 4))],
            "escalate": [self.escalation(names, services) for _ in range(self.dice.randint(0, 3))],
            **self.maybe(0.5, timing=self.timing),
        }

    def escalation(self, names: list[str], services: list[str]) -> Value:
        route = self.route(names, services, 0)
        kept = {k: v for k, v in route.items() if k != "continue"}
        return kept | self.maybe(0.7, after=lambda: self.pick("10m", "15m", "1h"))

    def receiver(self) -> Value:
        builders = {
            "slack": lambda: {"channel": "#a", **self.maybe(0.3, title=lambda: "{{ .Status }}")},
            "pagerduty": lambda: {"routing_key_file": "/etc/alertmanager/secrets/pd"},
            "email": lambda: {"to": "a@example.org, b@example.org"},
            "webhook": lambda: {
                "url": "http://hook:8080",
                **self.maybe(0.3, max_alerts=lambda: "5"),
            },
            "opsgenie": lambda: {"api_key_file": "/etc/alertmanager/secrets/opsgenie"},
            "discord": lambda: {"webhook_url": "https://discord.com/api/webhooks/${HOOK}"},
            "telegram": lambda: {"chat_id": "-1001234567890", "bot_token": "${TOKEN}"},
            "webex": lambda: {
                "room_id": "abc",
                "http_config": {"authorization": {"credentials_file": "/run/secrets/webex"}},
            },
            "victorops": lambda: {
                "routing_key": "shop",
                "api_key_file": "/etc/alertmanager/secrets/victorops",
            },
            "pushover": lambda: {
                "user_key": "${USER_KEY}",
                "token": "${TOKEN}",
                **self.maybe(0.3, retry=lambda: "1m30s"),
            },
            "sns": lambda: {
                **self.pick(
                    {"topic_arn": "arn:aws:sns:eu-central-1:123456789012:pages"},
                    {"target_arn": "arn:aws:sns:eu-central-1:123456789012:endpoint/GCM/app/1"},
                    {"phone_number": "+4930123456"},
                ),
                **self.maybe(0.3, sigv4=lambda: {"region": "eu-central-1"}),
            },
            "wechat": lambda: {
                "corp_id": "a",
                "api_secret": "${SECRET}",
                "agent_id": "1",
                "to_user": "@all",
            },
        }
        found = {}
        missing = {*receivers.KINDS} - {*builders} - YOUNG_RECEIVERS
        if missing:
            raise NotImplementedError(f"no strategy for the receiver kinds {sorted(missing)}")
        for kind in self.some(builders, 1, 4):
            found[kind] = builders[kind]()
        return found

    def timing(self) -> Value:
        return self.maybe(
            0.5,
            group_by=lambda: self.pick(["alertname"], ["..."], ["service", "slo"]),
            group_wait=lambda: "10s",
            group_interval=lambda: "10m",
            repeat_interval=lambda: "6h",
        )

    def route(self, names: list[str], services: list[str], depth: int) -> Value:
        labels: dict[str, tuple[Value, ...]] = {
            "severity": (
                *({"at_least": s} for s in SEVERITIES),
                *("critical", "warning", ["high", "info"], {"not": "low"}, "page"),
            ),
            "team": (*_TEAMS, "", {"not": "web"}),
            "category": ("security", "slo", {"not": ["cost", "slo"]}),
            "service": (*services, {"not": services[0]}, f"{services[0]}|x"),
            "alertname": ("High.*", "ErrorBudgetBurn", {"is": "Slow"}, {"not": "Odd[12]"}),
        }
        to = self.some(names, 1, 2)
        found: dict[str, Value] = {
            "where": {k: self.pick(*labels[k]) for k in self.some(labels, 1, 2)},
            "to": to if len(to) > 1 else self.pick(to, to[0]),
        }
        if self.chance(0.3):
            found["continue"] = True
        if depth and self.chance(0.3):
            count = self.pick(1, 2)
            found["routes"] = [self.route(names, services, depth - 1) for _ in range(count)]
        found |= self.timing() if self.chance(0.2) else {}
        return found | self.maybe(
            0.15, active=lambda: "office", mute=lambda: self.pick("night", ["night", "feast"])
        )
