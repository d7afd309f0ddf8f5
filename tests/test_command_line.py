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


# Lengths of time.


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("cost",), "--scrape-interval"),
        (("demo",), "--history"),
        (("report", "slow", "--prometheus", "http://host"), "--over"),
        (("simulate",), "--history"),
        (("simulate", "--history", "1h"), "--interval"),
    ],
)
@pytest.mark.parametrize("text", ["soon", "5", "-1m", "1h 30m", "", "101y"])
def test_a_length_of_time_that_is_none_is_told_in_the_same_words(
    command: Sequence[str], option: str, text: str
):
    result = run(*command, option, text)
    words = f"{option}': `{text}` is no length of time: write `90m` or `4w`"

    assert (2, True) == (result.exit_code, words in said(result)), result.output


# Where things go.

# Those that write, up to the place that they write to; no server is there to be asked.
NOWHERE: Final = "http://127.0.0.1:9"
FILES: Final = (
    ("import", "metrics", NOWHERE),
    ("report", "stats", "--prometheus", NOWHERE),
    ("simulate", "--history", "1h"),
)
FOLDERS: Final = (
    ("generate",),
    ("preview",),
    ("simulate", "--history", "1h"),
    ("stack",),
)
to_files = pytest.mark.parametrize("command", FILES, ids=lambda command: command[0])
to_folders = pytest.mark.parametrize("command", FOLDERS, ids=lambda command: command[0])


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither specs are compiled nor servers asked: whoever does has begun too early."""

    def begun(*_arguments: object, **_options: object) -> None:
        raise AssertionError("the work has begun")

    monkeypatch.setattr("obsgen.workspace.compile_specs", begun)
    monkeypatch.setattr("obsgen.http.client.Client.__enter__", begun)


def refused(result: Result, words: str) -> None:
    """Demand that the place was refused as wrong usage, in these words."""
    told = f"Error: Invalid value for --output: {words}"
    assert (2, "", True) == (result.exit_code, result.stdout, told in said(result)), result.output


@pytest.mark.parametrize("command", sorted({*FILES, *FOLDERS}), ids=lambda command: command[0])
def test_the_place_of_output_has_one_name_in_all_commands(command: Sequence[str]):
    told = " ".join(run(*command, "--help").stdout.split())

    assert "-o, --output " in told
    assert "--out " not in told


@to_files
@pytest.mark.usefixtures("idle")
def test_a_file_in_a_folder_that_is_not_there_is_refused_before_the_work(command: Sequence[str]):
    refused(
        run(*command, "-o", "missing/out.om"),
        "the folder of `missing/out.om` is not there: make it, or correct the path",
    )


@to_files
@pytest.mark.usefixtures("idle")
def test_a_file_below_a_file_is_refused_before_the_work(command: Sequence[str]):
    refused(run(*command, "-o", "specs/shop.yaml/out.om"), "`specs/shop.yaml` is no folder")


@pytest.mark.parametrize("command", FILES[:2], ids=lambda command: command[0])
@pytest.mark.usefixtures("idle")
def test_a_folder_where_a_file_is_wanted_is_refused_before_the_work(command: Sequence[str]):
    refused(run(*command, "-o", "specs"), "`specs` is a folder: give the name of a file")


@to_files
@pytest.mark.usefixtures("idle")
def test_a_file_that_is_there_is_refused_before_the_work(command: Sequence[str], here: Path):
    (here / "out.om").write_text("mine")
    refused(
        run(*command, "-o", "out.om"), "`out.om` is there already: give another name, or --force"
    )
    assert "mine" == (here / "out.om").read_text()


@to_files
@pytest.mark.usefixtures("idle")
def test_a_device_is_never_replaced(command: Sequence[str]):
    refused(run(*command, "-o", "/dev/null", "--force"), "`/dev/null` is no plain file")


@to_files
@pytest.mark.usefixtures("idle")
def test_a_file_that_the_user_may_not_write_is_refused_before_the_work(
    command: Sequence[str], monkeypatch: pytest.MonkeyPatch
):
    # Who runs the tests as root may write anywhere.
    monkeypatch.setattr("os.access", lambda *_: False)
    refused(run(*command, "-o", "out.om"), "nothing can be written in `.`: give another path")


@to_folders
@pytest.mark.usefixtures("idle")
def test_a_folder_that_the_user_may_not_write_to_is_refused_before_the_work(
    command: Sequence[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("os.access", lambda *_: False)
    refused(run(*command, "-o", "out/new/"), "nothing can be written in `.`: give another path")


@to_folders
@pytest.mark.usefixtures("idle")
def test_a_folder_below_a_file_is_refused_before_the_work(command: Sequence[str], here: Path):
    (here / "file").touch()
    refused(run(*command, "-o", "file/out/"), "`file` is no folder: give the path of one")


@to_folders
@pytest.mark.usefixtures("idle")
def test_a_folder_among_the_specs_is_refused_before_the_work(command: Sequence[str]):
    refused(run(*command, "-o", "specs/out/"), "`specs/out` lies within the specs in `specs`")


def test_a_file_is_replaced_where_that_is_asked_for(here: Path):
    (here / "page.txt").write_text("x 1\n")
    (here / "out.yaml").write_text("old")
    replaced = run("import", "metrics", "page.txt", "-o", "out.yaml", "--force")

    assert 0 == replaced.exit_code, replaced.output
    assert "kind: Preset" in (here / "out.yaml").read_text()


def test_a_dash_is_standard_output_and_no_file(here: Path):
    (here / "page.txt").write_text("x 1\n")
    result = run("import", "metrics", "page.txt", "-o", "-")

    assert "kind: Preset" in result.stdout
    assert not (here / "-").exists()


def test_a_folder_that_is_only_compared_need_not_be_written_to(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    result = run("generate", "--check")

    assert (1, True) == (result.exit_code, "not up to date" in said(result)), result.output


@pytest.mark.parametrize(
    "given",
    [
        ("-o", "past.om"),
        ("--output", "past/"),
        ("--until", "2026-01-15T12:00Z"),
        ("--interval", "1m"),
        ("--gzip",),
        ("--all",),
        ("--force",),
    ],
    ids=" ".join,
)
def test_what_is_said_of_a_past_that_is_not_written_is_wrong_usage(given: Sequence[str]):
    result = run("simulate", *given)
    option = {"-o": "--output"}.get(given[0], given[0])

    assert 2 == result.exit_code
    assert f"Error: {option} is of the past alone: it needs --history" in said(result)


def test_where_it_serves_is_wrong_usage_where_a_past_is_written():
    result = run("simulate", "--history", "1h", "--listen", "127.0.0.1:9200")

    assert 2 == result.exit_code
    assert "--listen is where it serves: with --history nothing is served" in said(result)


@pytest.mark.parametrize("to", [(), ("-o", "past.om")], ids=["standard output", "a file"])
def test_only_the_files_of_a_folder_are_packed_by_option(to: Sequence[str]):
    result = run("simulate", "--history", "1h", "--gzip", *to)

    assert 2 == result.exit_code
    assert "--gzip packs the files of a folder; a file is packed by its name" in said(result)


@pytest.mark.parametrize("name", ["2026-01-15.cart.om", "2026-01-15.cart.om.gz", "span"])
def test_a_folder_that_holds_a_past_is_refused_before_the_work(idle, tmp_path: Path, name: str):
    (tmp_path / name).write_text("older")
    result = run("simulate", "--history", "1h", "--output", f"{tmp_path}/")

    refused(result, f"`{tmp_path / name}` is there already: give another folder, or --force")
    assert "older" == (tmp_path / name).read_text()


@pytest.mark.parametrize(("command", "usual"), [("simulate", 9200), ("sink", 9201)])
def test_an_address_that_is_none_is_told_with_the_usual_one_of_the_command(
    command: str, usual: int
):
    result = run(command, "--listen", "9999")

    assert 2 == result.exit_code
    assert f"`9999` is no host with a port: write `127.0.0.1:{usual}`" in said(result)
