"""Servers that are asked for reports, as bad as they get: a sentence, exit 1, never a traceback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from answering import Exchange, answering, page
from click.testing import Result
from oracles import ROOT, a_free_port
from report_world import PROJECT, run, specs

from obsgen.commands.report import FORMATS, KINDS

SERVICE: Final = """\
apiVersion: obsgen/v1
kind: Service
name: desk
metrics:
  calls_total: {type: counter, labels: [model, status], role: requests, bad: {status: error}}
  duration_seconds: {type: histogram, labels: [model], buckets: [1], role: duration}
  cost_usd_total: {type: counter, labels: [model], role: cost}
alerts:
  - name: Spend
    spend: {of: cost_usd_total, budget: 5 USD, per: day, levels: [{spent: 90%, severity: high}]}
slos:
  - name: works
    objective: 99
    sli: {events: {total: calls_total, bad: {status: error}}}
"""
AT: Final = ("--at", "2025-10-04T13:00", "--period", "today")
NOW: Final = 1_759_582_800
EMPTY: Final = {"status": "success", "data": {"resultType": "vector", "result": []}}

Answer = Callable[[Exchange], None]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    specs(tmp_path, PROJECT, SERVICE)
    return tmp_path


def said(document: Any) -> Answer:
    return page(json.dumps(document), "application/json")


def asked(here: Path, answer: Answer, kind: str = "cost", *arguments: str) -> Result:
    both = {"/api/v1/query": answer, "/api/v1/query_range": answer}
    with answering(both) as server:
        return run(here, kind, "--prometheus", server.url, *AT, *arguments)


def refused(result: Result, words: str) -> None:
    """Demand a sentence with a code, and nothing on standard output."""
    assert isinstance(result.exception, SystemExit)
    assert (1, "") == (result.exit_code, result.stdout)
    assert words in result.stderr
    assert "[OUT9" in result.stderr


def test_a_server_that_is_down_is_said(here: Path):
    refused(run(here, "cost", "--prometheus", f"http://127.0.0.1:{a_free_port()}"), "refused")


def test_a_server_that_is_slow_is_said(here: Path):
    refused(asked(here, lambda _: time.sleep(2), "cost", "--timeout", "0.3"), "did not end")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page("<html>Welcome</html>", "text/html"), "something else than a Prometheus"),
        (page('{"status": "succ', "application/json"), "something else than a Prometheus"),
        (page("[" * 100_000, "application/json"), "something else than a Prometheus"),
        (page("", "application/json"), "something else than a Prometheus"),
        (said({"status": "success", "data": []}), "no result"),
        (lambda e: e.answer(b'{"status": "error", "error": "no room"}', 422), "no room"),
        (lambda e: e.answer(b"no", 403), "answers 403"),
        (lambda e: e.answer(b"no", 401), "answers 401"),
    ],
    ids=["html", "half", "nested", "nothing", "no-result", "refused", "forbidden", "stranger"],
)
def test_an_answer_that_is_none_is_said(here: Path, answer: Answer, words: str):
    refused(asked(here, answer), words)


def test_a_server_that_fails_is_said(here: Path):
    # It is asked four times, later each time.
    refused(asked(here, lambda e: e.answer(b"oops", 500)), "answers 500")


def test_more_series_than_anybody_reads_are_refused(here: Path):
    series = [{"metric": {"model": str(n)}, "values": [[NOW, "1"]]} for n in range(10_001)]
    document = {"status": "success", "data": {"resultType": "matrix", "result": series}}

    refused(asked(here, said(document)), "10,001 series")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", ["1e300", "-1e300", "123456789012345678901234567890.5"])
def test_numbers_beyond_all_measure_are_figures(here: Path, kind: str, value: str):
    metric = {"model": "m", "le": "1", "alertname": "A"}
    sample = {"metric": metric, "value": [NOW, value], "values": [[NOW, value]]}
    document = {"status": "success", "data": {"resultType": "matrix", "result": [sample]}}

    assert 0 == asked(here, said(document), kind).exit_code


@pytest.mark.parametrize("kind", KINDS)
def test_no_figure_is_asked_for_twice(here: Path, kind: str):
    both = {"/api/v1/query": said(EMPTY), "/api/v1/query_range": said(EMPTY)}
    with answering(both) as server:
        run(here, kind, "--prometheus", server.url, *AT)
        questions = [(one.path, *one.params) for one in server.asked]
    # Where series begin is asked for each way of grouping them.
    questions = [one for one in questions if not one[1][1].startswith("count(")]

    assert len(set(questions)) == len(questions)


def test_a_long_time_without_alerts_is_looked_at_day_by_day(here: Path):
    both = {"/api/v1/query": said(EMPTY), "/api/v1/query_range": said(EMPTY)}
    with answering(both) as server:
        year = ("--at", "2025-10-04T13:00", "--period", "this_year")
        result = run(here, "alerts", "--prometheus", server.url, *year)
        asked_ = [dict(one.params)["query"] for one in server.asked]
    windows = {int(w) for query in asked_ for w in re.findall(r"last_over_time.*\[(\d+)s\]", query)}

    # The 4th of October: 276 whole days, and 13 hours of it.
    assert {86_400, 13 * 3600} == windows
    assert "no data: neither alerts nor targets" in result.stdout


def test_a_limit_above_all_bounds_is_said(here: Path):
    result = asked(here, said(EMPTY), "slow", "--over", "5s")

    assert "calls longer than 1,000ms are counted, its largest one" in " ".join(
        result.stdout.split()
    )


def test_budgets_of_two_currencies_stand_in_a_table_each(here: Path):
    euros = SERVICE.replace(
        "alerts:\n",
        "  cost_eur_total: {type: counter, unit: EUR, labels: [model], role: cost}\n"
        "alerts:\n"
        "  - name: SpendOfEuros\n"
        "    spend: {of: cost_eur_total, budget: 7 EUR, per: day,"
        " levels: [{spent: 90%, severity: high}]}\n",
    )
    specs(here, PROJECT, euros)
    result = asked(here, said(EMPTY), "cost", "--format", "json")
    found = {
        part["rows"][0]["budget"]: next(
            f["currency"] for f in part["columns"] if f["name"] == "amount"
        )
        for part in json.loads(result.stdout)["parts"]
        if part["part"] == "budgets"
    }

    assert {"SpendOfEuros": "EUR", "Spend": "USD"} == found


def test_an_answer_without_end_is_refused(here: Path):
    def endless(exchange: Exchange) -> None:
        exchange.start(200, Content_Type="application/json", Connection="close")
        while True:
            exchange.wfile.write(b" " * 1_000_000)

    refused(asked(here, endless, "cost", "--timeout", "30"), "more than 64 MiB")


@pytest.mark.parametrize(
    ("kind", "format_"),
    [*((kind, "table") for kind in KINDS), *(("summary", format_) for format_ in FORMATS[1:])],
)
def test_a_server_without_data_gives_a_report_without_figures(here: Path, kind: str, format_: str):
    result = asked(here, said(EMPTY), kind, "--format", format_)

    assert (0, "") == (result.exit_code, result.stderr)
    assert "NaN" not in result.stdout or format_ == "html"
    assert "0.00 USD" not in result.stdout


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", ["NaN", "1e400", None])
def test_what_is_no_number_is_no_data(here: Path, kind: str, value: object):
    sample = {"metric": {"model": "m", "le": "x"}, "value": [NOW, value], "values": [[NOW, value]]}
    document = {"status": "success", "data": {"resultType": "matrix", "result": [sample]}}
    result = asked(here, said(document), kind)

    assert 0 == result.exit_code, result.output
    assert "nan" not in result.stdout.lower()
    assert "inf" not in result.stdout.lower()


HOSTILE: Final = "=cmd|'<script>alert(1)</script>\x1b[31m`*_[x](http://e)\n"


def hostile() -> Any:
    values = [[NOW + late, "3"] for late in (0, 1)]
    labels = {"model": HOSTILE, "le": "+Inf", "alertname": HOSTILE}
    sample = {"metric": labels, "value": values[0], "values": values}
    return {"status": "success", "data": {"resultType": "matrix", "result": [sample]}}


@pytest.mark.parametrize("kind", ["cost", "stats", "slow", "alerts"])
def test_labels_are_text_on_a_page(here: Path, kind: str):
    text = asked(here, said(hostile()), kind, "--format", "html").stdout

    assert "<script>alert" not in text
    assert "alert(1)" in text


@pytest.mark.parametrize("kind", ["cost", "stats", "slow", "alerts"])
def test_labels_are_text_in_markdown(here: Path, kind: str):
    text = asked(here, said(hostile()), kind, "--format", "markdown").stdout

    assert "=cmd\\|'&lt;script&gt;" in text
    assert "\\[x\\](" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("kind", ["cost", "stats", "slow", "alerts"])
def test_labels_are_no_formulas_in_csv(here: Path, kind: str):
    text = asked(here, said(hostile()), kind, "--format", "csv").stdout

    assert ",\"'=cmd" in text
    assert ',"=cmd' not in text


@pytest.mark.parametrize("kind", ["cost", "stats", "slow", "alerts"])
def test_labels_move_no_terminal(here: Path, kind: str):
    assert "\x1b" not in asked(here, said(hostile()), kind).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--prometheus", "ftp://x"), "does not begin with"),
        (("--prometheus", "localhost:9090"), "does not begin with"),
        (("--prometheus", "http://me:secret@x"), "holds a user or a password"),
        (("--prometheus", "http://x", "--period", "someday"), "is no period"),
        (("--prometheus", "http://x", "--period", "2025-13"), "is no day or month"),
        (("--prometheus", "http://x", "--period", "9999d"), "is longer than"),
        (("--prometheus", "http://x", "--at", "noon"), "is no time"),
        (("--prometheus", "http://x", "--at", "2025-10-04", "--period", "2026"), "is no period"),
        (("--prometheus", "http://x", "--at", "2025-10-04", "--period", "2026-01"), "not begun"),
        (("--prometheus", "http://x", "--time-zone", "Mars/Base"), "is no time zone"),
        (("--prometheus", "http://x", "--time-zone", "../../etc/passwd"), "is no time zone"),
        (("--prometheus", "http://x", "--service", "desq"), "did you mean desk"),
        (("--prometheus", "http://x", "--over", "soon"), "`soon` is no length of time"),
        (("--prometheus", "http://x", "--over", "0s"), "`0s` is no length of time"),
        (("--prometheus", "http://x", "--every", "day"), "for a timeline alone"),
        ((), "--prometheus"),
    ],
)
def test_wrong_use_is_told_before_anybody_is_asked(
    here: Path, arguments: tuple[str, ...], words: str
):
    result = run(here, "cost", *arguments)

    assert 2 == result.exit_code
    assert words in " ".join(result.stderr.split())
    assert "secret" not in result.stderr


def test_specs_with_errors_are_told_and_nobody_is_asked(here: Path):
    specs(here, PROJECT, SERVICE.replace("objective: 99", "objective: 101"))
    result = run(here, "cost", "--prometheus", "http://127.0.0.1:1")

    assert 1 == result.exit_code
    assert "objective 101" in result.stderr
    assert "nothing was asked" in result.stderr


def test_an_interrupted_report_ends_and_leaves_no_file(here: Path):
    out = here / "cost.json"
    answers: dict[str, Answer] = {"/api/v1/query": lambda _: time.sleep(3)}
    with answering(answers) as server:
        command = [sys.executable, "-m", "obsgen", "report", "cost", str(here / "specs")]
        command += ["--prometheus", server.url, "-o", str(out), "--timeout", "30"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        while not server.asked and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)

    assert (130, "obsgen: interrupted") == (process.returncode, errors.strip())
    assert not out.exists()
