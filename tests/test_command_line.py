"""What all commands have in common: exit codes, words of options, and how wrong ones are told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest
from answering import Exchange, answering, page
from certificates import certificate
from click.testing import CliRunner, Result
from oracles import a_free_port

from obsgen.cli import commands

SPECS: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
outputs: [prometheus, grafana]
---
apiVersion: obsgen/v1
kind: Service
name: shop
metrics:
  requests_total: {type: counter, labels: [status], role: requests}
dashboards: [red]
"""

# Those that ask a server, and how each is told its address.
ASKING: Final = (
    ("import", "metrics", "--prometheus"),
    ("preview", "--prometheus"),
    ("report", "stats", "--prometheus"),
    ("verify", "--prometheus"),
)
asking = pytest.mark.parametrize("command", ASKING, ids=lambda command: command[0])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with specs of one service; who does not answer is asked but once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("obsgen.http.client.MOST_RETRIES", 0)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/shop.yaml").write_text(SPECS)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments, catch_exceptions=False)


def said(result: Result) -> str:
    """Return what was told to people, in one line."""
    return " ".join(result.stderr.split())


# Servers.


def failing(exchange: Exchange) -> None:
    exchange.answer(b"oops", 500)


HTML: Final = page("<html>Welcome</html>", "text/html")
PATHS: Final = tuple(f"/api/v1/{each}" for each in ("metadata", "query", "query_range"))


@asking
@pytest.mark.parametrize(
    ("answer", "words"),
    [(failing, "answers 500"), (HTML, "a Prometheus")],
    ids=["500", "html"],
)
def test_a_server_that_gives_no_answer_is_a_finding_in_all_commands(
    command: Sequence[str], answer, words: str
):
    with answering(dict.fromkeys(PATHS, answer)) as server:
        result = run(*command, server.url)

    assert (1, True) == (result.exit_code, words in said(result)), result.output


@asking
def test_a_server_that_is_down_is_a_finding_in_all_commands(command: Sequence[str]):
    result = run(*command, f"http://127.0.0.1:{a_free_port()}")

    assert (1, True) == (result.exit_code, "refused" in said(result)), result.output


@asking
def test_a_certificate_that_has_expired_is_a_finding_in_all_commands(
    command: Sequence[str], tmp_path: Path
):
    own = certificate(tmp_path, "20200101000000Z", "20200102000000Z")
    with answering({}, own) as server:
        result = run(*command, server.url, "--ca-file", str(own[0]))

    assert (1, True) == (result.exit_code, "has expired" in said(result)), result.output


@asking
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ftp://host/",), "does not begin with `http://` or `https://`"),
        (
            ("http://host", "--bearer-token-file", "a", "--bearer-token-env", "B"),
            "Error: --bearer-token-file and --bearer-token-env exclude each other",
        ),
        (
            ("http://host", "--bearer-token-file", "token"),
            "Invalid value for --bearer-token-file: the token in `token` cannot be read: no such",
        ),
        (
            ("http://host", "--bearer-token-env", "NO_TOKEN"),
            "for --bearer-token-env: the environment variable `NO_TOKEN` is not set",
        ),
        (
            ("http://host", "--ca-file", "specs/shop.yaml"),
            "Invalid value for --ca-file: `specs/shop.yaml` holds no certificates",
        ),
    ],
    ids=["scheme", "both", "file", "variable", "certificates"],
)
def test_what_cannot_be_used_to_ask_a_server_is_wrong_usage_in_all_commands(
    command: Sequence[str], arguments: Sequence[str], words: str
):
    result = run(*command, *arguments)

    assert (2, True) == (result.exit_code, words in said(result)), result.output


def test_the_token_of_another_server_is_told_by_its_own_options():
    both = ("--grafana-token-file", "a", "--grafana-token-env", "B")
    result = run("verify", "--grafana", "http://host", *both)

    assert 2 == result.exit_code
    assert "--grafana-token-file and --grafana-token-env exclude each other" in said(result)
