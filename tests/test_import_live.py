"""
`obsgen import metrics` as people run it: files, standard input, servers on loopback, and the real
Prometheus, whose own metrics come the same from its page and from its API.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from answering import Answering, answering, page
from click.testing import CliRunner, Result
from oracles import Server, a_free_port, running_prometheus

from obsgen.cli import commands

PAGE = "# TYPE requests_total counter\nrequests_total 1\n"
OPENMETRICS = "# TYPE requests counter\nrequests_total 1\n# EOF\n"
HTML = b"<!DOCTYPE html>\n<html><a href=metrics>Metrics</a></html>"
WITHIN_SECONDS = 30.0


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(
        commands, ["import", "metrics", *arguments], input=given, catch_exceptions=False
    )


def declared(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)["metrics"]


# --- files


def test_a_file_becomes_a_spec_on_standard_output_that_validates(here: Path):
    (here / "page.txt").write_text(PAGE)
    result = run("page.txt")
    (here / "imported.yaml").write_text(result.stdout)
    checked = CliRunner().invoke(commands, ["validate", "imported.yaml"])

    assert (0, "1 metric imported\n") == (result.exit_code, result.stderr)
    assert result.stdout.startswith("# Imported by obsgen from page.txt; it is yours to edit.\n")
    assert (0, "nothing found\n") == (checked.exit_code, checked.stderr)


def test_standard_input_is_a_source(here: Path):
    del here
    result = run("-", given=PAGE)

    assert {"requests_total": {"type": "counter"}} == declared(result.stdout)
    assert "from <stdin>;" in result.stdout


def test_a_file_that_is_not_there_is_said():
    result = run("page.txt")

    assert (1, "") == (result.exit_code, result.stdout)
    assert (
        "obsgen: error: `page.txt` cannot be read: no such file or directory [OUT907]\n"
        == result.stderr
    )


@pytest.mark.parametrize("source", ["page.txt", "-"])
def test_a_file_without_end_is_not_taken_in(here: Path, monkeypatch, source: str):
    monkeypatch.setattr("obsgen.commands.import_._MOST_BYTES", 1024 * 1024)
    text = "x 1\n" * 300_000
    (here / "page.txt").write_text(text)
    result = run(source, given=text)

    assert (1, "") == (result.exit_code, result.stdout)
    assert " is larger than 1 MiB [OUT907]" in result.stderr


def test_a_folder_is_no_page(here: Path):
    (here / "folder").mkdir()

    assert "`folder` cannot be read: is a directory [OUT907]" in run("folder").stderr


def test_a_finding_in_a_file_has_its_line_in_every_format(here: Path):
    (here / "page.txt").write_text("x 1\ny z\n")
    result = run("page.txt", "--format", "github")

    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("::error file=page.txt,line=2,col=1")


def test_a_warning_fails_where_it_is_asked_to(here: Path):
    (here / "page.txt").write_text("# TYPE hits counter\nhits 1\n")

    assert 0 == run("page.txt").exit_code
    result = run("page.txt", "--fail-on", "warning", "-o", "out.yaml")
    assert (1, "") == (result.exit_code, result.stdout)
    assert not (here / "out.yaml").exists()


def test_an_output_file_is_never_replaced_without_being_told(here: Path):
    (here / "page.txt").write_text(PAGE)
    first = run("page.txt", "-o", "out.yaml")
    before = (here / "out.yaml").read_text()
    (here / "page.txt").write_text("x 1\n")
    second = run("page.txt", "-o", "out.yaml")

    assert (0, "") == (first.exit_code, first.stdout)
    assert 2 == second.exit_code
    assert "`out.yaml` is there already: give another name, or --force" in second.stderr
    assert before == (here / "out.yaml").read_text()
    assert 0 == run("page.txt", "-o", "out.yaml", "--force").exit_code
    assert {"x": {"type": "gauge"}} == declared((here / "out.yaml").read_text())
    assert {"page.txt", "out.yaml"} == {path.name for path in here.iterdir()}


@pytest.mark.parametrize(
    ("options", "head"),
    [
        ([], "kind: Preset\nname: imported\n"),
        (["--name", "http_service"], "kind: Preset\nname: http_service\n"),
        (["--kind", "service", "--name", "cart"], "kind: Service\nname: cart\n"),
        (["--kind", "part", "--service", "cart"], "kind: Part\nservice: cart\n"),
    ],
)
def test_the_document_is_a_preset_a_service_or_a_part_that_validates(
    here: Path, options: list[str], head: str
):
    (here / "specs").mkdir()
    (here / "specs/project.yaml").write_text("apiVersion: obsgen/v1\nkind: Project\nname: shop\n")
    if "part" in options:
        text = "apiVersion: obsgen/v1\nkind: Service\nname: cart\n"
        (here / "specs/cart.yaml").write_text(text)
    result = run("-", *options, "-o", "specs/imported.yaml", given=PAGE)
    checked = CliRunner().invoke(commands, ["validate"])

    assert 0 == result.exit_code
    assert f"apiVersion: obsgen/v1\n{head}metrics:\n" in (here / "specs/imported.yaml").read_text()
    assert 0 == checked.exit_code
    assert checked.stderr.startswith("nothing found")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["-", "--job", "cart"], "need the URL of a Prometheus server"),
        (["page.txt", "--prometheus"], "need the URL of a Prometheus server"),
        (["-", "--match", "a{b}"], "`a{b}` has other characters than those of a metric's name"),
        (["-", "--kind", "part"], "--kind part and --service NAME belong together"),
        (["-", "--service", "cart"], "--kind part and --service NAME belong together"),
        (["-", "--kind", "part", "--service", "c", "--name", "x"], "a part has no --name"),
        (["-", "--name", "Cart"], "`Cart` is no name of a preset: snake_case"),
        (["-", "--kind", "service", "--name", "a_b"], "`a_b` is no name of a service"),
        (["-", "--bearer-token-file", "a", "--bearer-token-env", "b"], "exclude each other"),
        (["ftp://host/"], "does not begin with `http://` or `https://`"),
        (["http://me:hunter2@host/"], "the address of `http://host/` holds a user or a password"),
    ],
)
def test_what_contradicts_itself_is_wrong_usage(arguments: list[str], problem: str):
    result = run(*arguments)

    assert (2, "") == (result.exit_code, result.stdout)
    assert problem in result.stderr
    assert "hunter2" not in result.stderr


# --- servers on loopback


@pytest.mark.parametrize(
    ("body", "type_"),
    [
        (PAGE, "text/plain; version=0.0.4"),
        (OPENMETRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (PAGE, "application/octet-stream"),
    ],
)
def test_a_page_is_asked_for_in_both_formats_and_read_in_what_comes(body: str, type_: str):
    with answering({"/metrics": page(body, type_)}) as server:
        result = run(f"{server.url}/metrics")

    assert {"requests_total": {"type": "counter"}} == declared(result.stdout)
    assert f"from {server.url}/metrics;" in result.stdout
    accepted = server.asked[0].headers["accept"]
    assert accepted.index("openmetrics-text;version=1.0.0") < accepted.index("text/plain")


def test_a_page_that_fails_twice_is_imported():
    statuses = itertools.chain([500, 500], itertools.repeat(200))
    answer = lambda e: e.answer(PAGE.encode(), next(statuses))  # noqa: E731 (a value of the table)
    with answering({"/metrics": answer}) as server:
        result = run(f"{server.url}/metrics")

    assert 0 == result.exit_code
    assert 3 == len(server.asked)


def _redirect(exchange: Any) -> None:
    exchange.answer(b"", 302, Location="/metrics")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda e: time.sleep(1), "did not end its answer within 0.3s [OUT955]"),
        (_redirect, "redirects more than 5 times [OUT958]"),
        (lambda e: e.answer(b"", 401), "answers 401 Unauthorized [OUT956]"),
        (page(HTML, "text/html"), "a page for people (`<!DOCTYPE html>`), not metrics [OUT961]"),
        (page("x 1\ny z\n"), "/metrics:2:1: error: this is not the text format"),
    ],
    ids=["hangs", "redirects", "401", "html", "broken"],
)
def test_a_bad_server_is_told_in_a_finding(answer: Any, problem: str):
    with answering({"/metrics": answer}) as server:
        result = run(f"{server.url}/metrics", "--timeout", "0.3")

    assert (1, "") == (result.exit_code, result.stdout)
    assert problem in result.stderr


def test_the_token_goes_to_the_server_and_nowhere_else(here: Path):
    (here / "token").write_text("s3cr3t")
    with answering({"/metrics": page(PAGE), "/no": lambda e: e.answer(b"", 403)}) as server:
        good = run(f"{server.url}/metrics?key=hunter2", "--bearer-token-file", "token")
        bad = run(f"{server.url}/no?key=hunter2", "--bearer-token-file", "token")

    assert all("Bearer s3cr3t" == asked.headers["authorization"] for asked in server.asked)
    for result in (good, bad):
        assert "s3cr3t" not in result.stdout + result.stderr
        assert "hunter2" not in result.stdout + result.stderr


# --- the real Prometheus


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Answering]]:
    """Run a Prometheus that scrapes itself and a page of ours."""
    folder = tmp_path_factory.mktemp("prometheus")
    buckets = "".join(f'took_ms_bucket{{le="{le}"}} 1\n' for le in ("1", "+Inf"))
    text = f"{PAGE}# TYPE took_ms histogram\n{buckets}"
    with answering({"/metrics": page(text)}) as ours:
        config = folder / "prometheus.yml"
        address = ours.url.removeprefix("http://")
        config.write_text(
            "global: {scrape_interval: 1s}\n"
            "scrape_configs:\n"
            "- job_name: cart\n"
            f"  static_configs: [{{targets: ['{address}'], labels: {{env: dev}}}}]\n"
            "- {job_name: prometheus, file_sd_configs: [{files: [self.yml]}]}\n"
        )
        with running_prometheus(config) as server:
            # Only now its port is known.
            own = server.url.removeprefix("http://")
            (folder / "self.yml").write_text(f"[{{targets: ['{own}']}}]\n")
            _until_both_are_scraped(server)
            yield server, ours


def _until_both_are_scraped(server: Server) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    wanted = {"cart", "prometheus"}
    while time.monotonic() < deadline:
        # Twice, so that what answering the first scrape brings into being is there, too.
        query = "count_over_time(up[1m]) > 1 and up == 1"
        result = server.get("/api/v1/query", query=query)["data"]["result"]
        if wanted == {each["metric"]["job"] for each in result}:
            return
        time.sleep(0.2)
    raise AssertionError("Prometheus did not scrape its targets in time")


def test_the_page_and_the_api_of_prometheus_give_the_same_catalogue(prometheus):
    server, _ = prometheus
    on_page = run(f"{server.url}/metrics", "--with-runtime")
    in_api = run("--prometheus", server.url, "--job", "prometheus", "--with-runtime")

    assert 0 == on_page.exit_code == in_api.exit_code
    page_metrics, api_metrics = declared(on_page.stdout), declared(in_api.stdout)
    shared = page_metrics.keys() & api_metrics.keys()
    assert len(shared) > 100
    assert len(shared) > 0.9 * len(page_metrics)
    assert {name: page_metrics[name] for name in shared} == {
        name: api_metrics[name] for name in shared
    }
    types = {metric["type"] for metric in api_metrics.values()}
    assert {"counter", "gauge", "histogram", "summary"} == types


def test_what_comes_of_prometheus_validates_without_a_finding(prometheus, here: Path):
    server, _ = prometheus
    for name, source in (("page", f"{server.url}/metrics"), ("api", server.url)):
        run(source, "--with-runtime", "--values", "10", "--name", name, "-o", f"{name}.yaml")
        checked = CliRunner().invoke(commands, ["validate", f"{name}.yaml"])

        assert (0, "nothing found\n") == (checked.exit_code, checked.stderr)
    assert {"page.yaml", "api.yaml"} == {path.name for path in here.iterdir()}


def test_the_address_of_a_prometheus_is_recognised_and_a_job_is_its_own(prometheus):
    server, _ = prometheus
    everything, cart = run(server.url), run(server.url, "--job", "cart")

    assert {
        "requests_total": {"type": "counter"},
        "took_ms": {"type": "histogram", "buckets": [1]},
    } == declared(cart.stdout)
    assert "kind: Preset\nname: cart\n" in cart.stdout
    assert "the targets of these series bring `env` [OUT965]" in cart.stderr
    assert "`took_ms` is in `ms`, not in seconds [OUT972]" in cart.stderr
    assert declared(cart.stdout).keys() < declared(everything.stdout).keys()


def test_a_wrong_path_of_a_prometheus_is_told_as_such(prometheus):
    server, _ = prometheus
    result = run(f"{server.url}/metric")

    assert 1 == result.exit_code
    assert f"`{server.url}/metric` answers 404 Not Found [OUT956]" in result.stderr


def test_a_query_that_prometheus_refuses_is_told_in_its_words(prometheus, monkeypatch):
    server, _ = prometheus
    monkeypatch.setattr("obsgen.importers.wanted.glob_pattern", lambda glob: "(")
    result = run(server.url, "--prometheus", "--match", "x")

    assert 1 == result.exit_code
    assert "/api/v1/query` says: invalid parameter" in result.stderr


def test_a_server_where_nobody_listens_is_told():
    result = run(f"http://127.0.0.1:{a_free_port()}/metrics")

    assert 1 == result.exit_code
    assert "cannot be reached: connection refused [OUT953]" in result.stderr
