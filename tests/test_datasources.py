"""Datasources: what Grafana reads of them is what the specs say, and no secret is among it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
import yaml
from casefolders import CASES
from problems import problems

from obsgen import build
from obsgen.artefacts import Dashboard, ForeignTarget, GrafanaDatasource, Panel, Section
from obsgen.compile.datasources import check_datasources
from obsgen.diagnostics import Diagnostic, Origin
from obsgen.schema.kinds import keys, load

HEAD: Final = "apiVersion: obsgen/v1\nkind: Project\nname: shop\n"
FILE: Final = "grafana/provisioning/datasources/obsgen.yml"
TRACE: Final = "0af76519-16cd-43dd-8448-eb211c80319c"

EVERYTHING: Final = """\
datasources:
  prometheus: {exemplars: {label: trace_id, to: tempo}}
  alertmanager: {}
  loki:
    basic_auth: {user: pa$y, password_file: /etc/grafana/secrets/loki}
    trace_ids: {pattern: 'trace="(\\w{8})-(\\w{4})-(\\w{4})-(\\w{4})-(\\w{12})"', to: jaeger}
  elasticsearch: {index: "logs-*", tenant: a$b}
  tempo:
    token_file: /etc/grafana/secrets/tempo
    logs: {to: loki}
    metrics: {queries: {Requests: "sum(rate(requests_total{$__tags}[$__rate_interval]))"}}
  jaeger: {logs: {to: elasticsearch, query: '${__tags} AND "${__trace.traceId}"'}}
"""


def expanded(value: Any, environment: Mapping[str, str]) -> Any:
    """Return what Grafana reads: `pkg/services/provisioning/values`, `interpolateValue`."""
    if isinstance(value, dict):
        return {key: expanded(inner, environment) for key, inner in value.items()}
    if isinstance(value, list):
        return [expanded(inner, environment) for inner in value]
    if not isinstance(value, str):
        return value
    pattern = r"\$__file\{(?P<file>[^}]+)\}|\$\{(?P<braced>\w+)\}|\$(?P<bare>\w+)"

    def known(match: re.Match[str]) -> str:
        return f"<{match['file']}>" if match["file"] else environment.get(match[0], "")

    return "$".join(re.sub(pattern, known, part) for part in value.split("$$"))


def read(text: str, environment: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """Return the datasources by their type, as Grafana reads them."""
    built = build({"specs/shop.yaml": HEAD + text})
    assert [] == [d.message for d in problems(built)]
    (data,) = (file.data for file in built.files if file.path == FILE)
    found = expanded(yaml.safe_load(data), environment or {})
    return {source["type"]: source for source in found["datasources"]}


def findings(text: str) -> list[str]:
    built = build({"specs/shop.yaml": HEAD + text})
    return sorted(f"{d.code.id} {d.message}" for d in built.diagnostics)


def test_every_kind_of_datasource_has_a_case():
    assert sorted(keys("datasources")) == sorted(p.name for p in (CASES / "datasources").iterdir())


@pytest.mark.parametrize("key", keys("datasources"))
def test_a_kind_is_called_as_grafana_calls_it_and_is_found_in_the_cluster(key: str):
    kind = load("datasources", key)

    assert key == kind.key
    assert re.fullmatch(rf"http://{key}:\d+", kind.address)
    assert kind.title == key.capitalize()


def test_prometheus_is_always_there_and_the_only_default():
    assert {"prometheus"} == set(read(""))
    assert ["prometheus"] == [k for k, s in read(EVERYTHING).items() if s["isDefault"]]


def test_the_versions_and_the_interval_are_those_of_the_project():
    prometheus = {"prometheus": {"version": "3.5", "scrape_interval": "45s"}}
    settings = read(yaml.safe_dump(prometheus))["prometheus"]["jsonData"]

    assert ("3.5.0", "45s") == (settings["prometheusVersion"], settings["timeInterval"])


def test_silences_are_made_in_the_alertmanager_that_is_declared():
    declared = read("datasources: {alertmanager: {uid: am}}")

    assert "am" == declared["prometheus"]["jsonData"]["alertmanagerUid"]
    assert "alertmanagerUid" not in read("")["prometheus"]["jsonData"]
    assert "prometheus" == declared["alertmanager"]["jsonData"]["implementation"]


def test_grafana_reads_queries_as_their_authors_wrote_them():
    sources = read(EVERYTHING)

    (query,) = sources["tempo"]["jsonData"]["tracesToMetrics"]["queries"]
    assert "sum(rate(requests_total{$__tags}[$__rate_interval]))" == query["query"]
    assert (
        '${__tags} AND "${__trace.traceId}"'
        == sources["jaeger"]["jsonData"]["tracesToLogsV2"]["query"]
    )
    assert "pa$y" == sources["loki"]["basicAuthUser"]
    assert "a$b" == sources["elasticsearch"]["secureJsonData"]["httpHeaderValue1"]


def test_an_address_may_stand_in_grafanas_environment():
    text = 'datasources: {loki: {url: "${LOKI}"}}'

    assert "http://loki" == read(text, {"${LOKI}": "http://loki"})["loki"]["url"]


def test_secrets_are_read_from_files():
    sources = read(EVERYTHING)

    assert "</etc/grafana/secrets/loki>" == sources["loki"]["secureJsonData"]["basicAuthPassword"]
    assert "Authorization" == sources["tempo"]["jsonData"]["httpHeaderName1"]
    secret = sources["tempo"]["secureJsonData"]["httpHeaderValue1"]
    assert "Bearer </etc/grafana/secrets/tempo>" == secret


def test_the_id_of_a_trace_loses_the_hyphens_of_a_uuid():
    fields = read(EVERYTHING)["loki"]["jsonData"]["derivedFields"]
    line = f'level=error trace="{TRACE}" msg=x'
    values = {}
    for field in fields:
        match = re.search(field["matcherRegex"], line)
        assert match is not None
        values[field["name"]] = match[1]  # Grafana takes the first group
    link = fields[-1]

    url = link["url"].replace("${__value.raw}", values[link["name"]])
    assert TRACE.replace("-", "") == re.sub(
        r"\$\{__data\.fields\.(\w+)\}", lambda m: values[m[1]], url
    )
    assert "jaeger" == link["datasourceUid"]
    assert all("datasourceUid" not in field for field in fields[:-1])


def test_links_lead_to_the_uids_of_datasources():
    text = EVERYTHING.replace("  tempo:\n", "  tempo:\n    uid: traces\n")
    (link,) = read(text)["prometheus"]["jsonData"]["exemplarTraceIdDestinations"]

    assert {"name": "trace_id", "datasourceUid": "traces"} == link


def test_a_datasource_that_grafana_has_already_is_not_made():
    sources = read("datasources: {loki: {provisioned: false}}")

    assert {"prometheus"} == set(sources)


def test_the_older_way_to_write_an_address_is_read():
    sources = read("datasources: {prometheus: {prometheus: {url: http://metrics:9090}}}")

    assert "http://metrics:9090" == sources["prometheus"]["url"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{loki: {trace_ids: {label: a, pattern: (b), to: tempo}}, tempo: {}}", "once"),
        ("{loki: {trace_ids: {pattern: '(a', to: tempo}}, tempo: {}}", "no regular expression"),
        ("{loki: {trace_ids: {pattern: '(?i)(a)', to: tempo}}, tempo: {}}", "browsers"),
        ("{loki: {trace_ids: {pattern: '[(]a', to: tempo}}, tempo: {}}", "no group"),
        ("{prometheus: {exemplars: {to: tempo, url: 'http://x'}}, tempo: {}}", "two places"),
        ("{tempo: {logs: {to: loki, around: -5m}}, loki: {}}", "`around` cannot be `-5m`"),
        ("{loki: {uid: prometheus}}", "have one uid"),
        ("{loki: {token_file: '/a}b'}}", "`token_file` cannot be"),
    ],
)
def test_what_would_not_work_in_grafana_is_told(text: str, expected: str):
    (found,) = findings(f"datasources: {text}")

    assert found.startswith("DSH692 ")
    assert expected in found


@pytest.mark.parametrize("value", ["3", "[]", "{}", "''", "[{}]", "{a: b}", "true", "{to: {}}"])
@pytest.mark.parametrize("key", keys("datasources"))
def test_nothing_that_stands_there_breaks_the_reader(key: str, value: str):
    fields = {**load("datasources", key).fields, "url": {}, "basic_auth": {}, "token_file": {}}
    for field in fields:
        build({"a.yaml": f"{HEAD}datasources: {{{key}: {{{field}: {value}}}}}\n"})
    build({"a.yaml": f"{HEAD}datasources: {{{key}: {value}}}\n"})
    build({"a.yaml": f"{HEAD}datasources: {value}\ngrafana: {value}\n"})


def asking(kind: str) -> Dashboard:
    target = ForeignTarget(datasource=kind, query={}, origin=Origin("a.yaml", ("panels", 0)))
    panel = Panel(
        type="logs", title="Errors", description="Lines.", width=24, height=8, foreign=(target,)
    )
    return Dashboard(
        uid="obs-logs",
        title="Logs",
        description="",
        folder="Shop",
        tags=(),
        sections=(Section(title="", panels=(panel,)),),
    )


def test_a_panel_that_asks_what_is_not_declared_is_a_finding():
    found: list[Diagnostic] = []
    loki = GrafanaDatasource(name="Loki", uid="loki", url="http://loki:3100", type="loki")

    check_datasources((asking("loki"), asking("tempo")), (loki,), found.append)

    assert ["panel `Errors` asks `tempo`, which is not declared"] == [d.message for d in found]
    assert ["DSH691"] == [d.code.id for d in found]
    assert ("panels", 0) == found[0].origin.path
