"""
Servers that are asked: what is an answer, what is asked again, and what every failure is called.

All servers are on loopback and as bad as servers get.
"""

from __future__ import annotations

import gzip
import itertools
import time
from pathlib import Path

import pytest
from answering import Exchange, answering, page
from oracles import a_free_port

from obsgen import http
from obsgen.diagnostics import ObsgenError

TOKEN = "s3cr3t-t0k3n"


def get(url: str, params=(), **access) -> http.Answer:
    settings = {"timeout_seconds": 5, "backoff_seconds": 0.01, **access}
    with http.Client(http.Access(**settings)) as client:
        return client.get(url, params, accept="text/plain")


def refusal(url: str, **access) -> http.HttpError:
    with pytest.raises(http.HttpError) as caught:
        get(url, **access)
    return caught.value


# --- answers


def test_what_is_sent_one_after_the_other_goes_over_one_connection():
    connections = set()

    def taken(exchange: Exchange) -> None:
        connections.add(exchange.client_address)
        exchange.start(204)

    with answering({"/write": taken}) as server, http.Client(http.Access()) as client:
        for _ in range(3):
            client.post(f"{server.url}/write", b"x", {})

    assert 1 == len(connections)


def test_an_answer_has_its_body_and_its_type():
    with answering({"/metrics": page("up 1\n", "Text/Plain")}) as server:
        answer = get(f"{server.url}/metrics", [("match[]", '{job="a b"}'), ("match[]", "c")])

    assert (b"up 1\n", "text/plain") == (answer.body, answer.content_type)
    (asked,) = server.asked
    assert [("match[]", '{job="a b"}'), ("match[]", "c")] == asked.params
    assert "text/plain" == asked.headers["accept"]
    assert "authorization" not in asked.headers


def test_a_packed_body_is_unpacked():
    body = gzip.compress(b"up 1\n" * 1000)
    with answering({"/": lambda e: e.answer(body, Content_Encoding="gzip")}) as server:
        assert b"up 1\n" * 1000 == get(f"{server.url}/").body


def test_a_server_that_fails_twice_is_asked_a_third_time():
    statuses = itertools.chain([500, 503], itertools.repeat(200))
    with answering({"/": lambda e: e.answer(b"x", next(statuses))}) as server:
        assert b"x" == get(f"{server.url}/").body

    assert 3 == len(server.asked)


def test_a_server_that_fails_for_ever_is_asked_four_times():
    with answering({"/": lambda e: e.answer(b"why", 502)}) as server:
        error = refusal(f"{server.url}/")

    assert 4 == len(server.asked)
    assert isinstance(error, http.ServerRefused)
    assert (502, b"why") == (error.status, error.body)
    assert f"`{server.url}/` answers 502 Bad Gateway" == error.message


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "give a token"), (403, "may not read this"), (404, "/metrics"), (400, ""), (418, "")],
)
def test_what_the_server_will_not_answer_is_asked_once(status: int, hint: str):
    with answering({"/": lambda e: e.answer(b"no", status)}) as server:
        error = refusal(f"{server.url}/")

    assert 1 == len(server.asked)
    assert isinstance(error, http.ServerRefused)
    assert f" answers {status} " in error.message
    assert hint in error.hint


# --- time and size


def hang(exchange: Exchange) -> None:
    time.sleep(1.5)
    exchange.answer(b"late")


def drip(exchange: Exchange) -> None:
    exchange.start(200, Content_Length="1000")
    for _ in range(1000):
        exchange.wfile.write(b"x")
        time.sleep(0.05)


def drip_chunks(exchange: Exchange) -> None:
    exchange.start(200, Transfer_Encoding="chunked")
    for _ in range(1000):
        exchange.wfile.write(b"1\r\nx\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [hang, drip, drip_chunks])
def test_a_slow_server_is_left_in_time_and_not_asked_again(answer):
    with answering({"/": answer}) as server:
        before = time.monotonic()
        error = refusal(f"{server.url}/", timeout_seconds=0.4)
        seconds = time.monotonic() - before

    assert isinstance(error, http.ServerTooSlow)
    assert "within 0.4s" in error.message
    assert 1 == len(server.asked)
    assert 0.3 < seconds < 2


def endless(exchange: Exchange) -> None:
    exchange.start(200, Transfer_Encoding="chunked")
    while True:
        exchange.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def bomb(exchange: Exchange) -> None:
    exchange.answer(gzip.compress(b"x" * 20_000_000), Content_Encoding="gzip")


@pytest.mark.parametrize("answer", [endless, bomb])
def test_an_answer_without_end_is_not_taken_in(answer):
    with answering({"/": answer}) as server:
        error = refusal(f"{server.url}/", most_bytes=3 * 1024 * 1024)

    assert isinstance(error, http.AnswerTooLarge)
    assert error.message.endswith("answers with more than 3 MiB")


# --- broken connections


def cut(exchange: Exchange) -> None:
    exchange.start(200, Content_Length="1000")
    exchange.wfile.write(b"x")
    exchange.close_connection = True


def cut_chunks(exchange: Exchange) -> None:
    exchange.start(200, Transfer_Encoding="chunked")
    exchange.wfile.write(b"5\r\nhello\r\n")
    exchange.close_connection = True


def no_http(exchange: Exchange) -> None:
    exchange.wfile.write(b"SSH-2.0-server\r\n")
    exchange.close_connection = True


def not_packed(exchange: Exchange) -> None:
    exchange.answer(b"hello", Content_Encoding="gzip")


@pytest.mark.parametrize("answer", [cut, cut_chunks, no_http, not_packed])
def test_half_an_answer_is_none(answer):
    with answering({"/": answer}) as server:
        error = refusal(f"{server.url}/")

    assert isinstance(error, http.ServerUnreachable)
    assert "the connection broke" in error.message


def test_a_port_where_nobody_listens_is_said():
    url = f"http://127.0.0.1:{a_free_port()}/metrics"
    error = refusal(url)

    assert isinstance(error, http.ServerUnreachable)
    assert f"`{url}` cannot be reached: connection refused" == error.message


def test_a_server_without_tls_is_not_trusted():
    with answering({}) as server:
        error = refusal(server.url.replace("http:", "https:"))

    assert isinstance(error, http.ServerUntrusted)
    assert "write `http://`" in error.hint


def test_certificates_that_are_not_there_are_said(tmp_path: Path):
    error = refusal("https://127.0.0.1/", ca_file=tmp_path / "ca.pem")

    assert isinstance(error, http.ServerUntrusted)
    assert "ca.pem` cannot be read: no such file or directory" in error.message


def test_a_file_without_certificates_is_said(tmp_path: Path):
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    error = refusal("https://127.0.0.1/", ca_file=tmp_path / "ca.pem")

    assert isinstance(error, http.ServerUntrusted)
    assert f"`{tmp_path / 'ca.pem'}` holds no certificates" == error.message


# --- redirects


def to(location: str, status: int = 302):
    return lambda exchange: exchange.answer(b"", status, Location=location)


def test_redirects_are_followed_to_the_answer():
    answers = {"/a": to("/b"), "/b": to("/c", 308), "/c": page("here")}
    with answering(answers) as server:
        answer = get(f"{server.url}/a")

    assert (b"here", f"{server.url}/c") == (answer.body, answer.url)


def test_redirects_without_end_are_left():
    with answering({"/": to("/")}) as server:
        error = refusal(f"{server.url}/")

    assert isinstance(error, http.TooManyRedirects)
    assert 6 == len(server.asked)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://["])
def test_a_redirect_leads_to_nothing_but_http(location: str):
    with answering({"/": to(location)}) as server:
        error = refusal(f"{server.url}/")

    assert isinstance(error, http.UrlUnusable)
    assert f"`{server.url}/` redirects there" == error.hint or "[" in location


def test_who_sends_us_to_nobody_is_named():
    with answering({"/": to(f"http://127.0.0.1:{a_free_port()}/login")}) as server:
        error = refusal(f"{server.url}/")

    assert isinstance(error, http.ServerUnreachable)
    assert f"`{server.url}/` redirects there" == error.hint


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        (
            "/graph/api/v1/query",
            "give the address at which its own pages begin: `http://prometheus:9090`",
        ),
        # Grafana's and Alertmanager's.
        ("/x/api/health", "give the address at which its own pages begin"),
        ("/x/api/v2/status", "give the address at which its own pages begin"),
        ("/x", "check the path: metrics are at `/metrics` nearly everywhere"),
    ],
)
def test_what_is_not_there_is_looked_for_where_such_things_are(path: str, hint: str):
    with answering({}) as server:
        error = refusal(f"{server.url}{path}")

    assert hint == error.hint


# --- credentials


def test_the_token_is_sent_and_not_to_another_server():
    with answering({"/metrics": page("there")}) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        with answering({"/": to("/here"), "/here": to(f"{elsewhere}/metrics")}) as server:
            get(f"{server.url}/", token=TOKEN)

    assert [f"Bearer {TOKEN}"] * 2 == [asked.headers["authorization"] for asked in server.asked]
    assert "authorization" not in other.asked[0].headers


def test_passwords_of_a_netrc_stay_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with answering({"/": page("x")}) as server:
        get(f"{server.url}/")

    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (to("/"), http.TooManyRedirects),
        (lambda e: e.answer(b"", 401), http.ServerRefused),
        (hang, http.ServerTooSlow),
        (cut, http.ServerUnreachable),
    ],
)
def test_no_message_holds_a_token_or_the_query_of_an_address(answer, kind: type[ObsgenError]):
    with answering({"/": answer}) as server:
        error = refusal(f"{server.url}/?key=hunter2", token=TOKEN, timeout_seconds=0.3)

    assert isinstance(error, kind)
    assert TOKEN not in error.message + error.hint + repr(http.Access(token=TOKEN))
    assert "hunter2" not in error.message + error.hint


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://host:9090/metrics?a=b", ""),
        ("HTTPS://host", ""),
        ("ftp://host/", "`ftp://host/` does not begin with `http://` or `https://`"),
        ("http:///metrics", "`http:///metrics` names no host"),
        ("http://:80/", "`http://:80/` names no host"),
        ("http://[", "the address cannot be read"),
        ("http://host:99999/", "the address cannot be read"),
        ("http://me:hunter2@host/", "the address of `http://host/` holds a user or a password"),
    ],
)
def test_an_address_that_cannot_be_asked_is_said_without_its_password(url: str, problem: str):
    assert problem == http.url_problem(url)


@pytest.mark.parametrize(
    "url", ["http://a..b/", f"http://{'a' * 70}/", "http://x y/", "http://\0/"]
)
def test_an_address_that_only_the_library_refuses_is_said(url: str):
    assert isinstance(refusal(url), http.UrlUnusable)


def test_a_token_comes_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("PROMETHEUS_TOKEN", f" {TOKEN} ")

    assert TOKEN == http.read_token(tmp_path / "token", None)
    assert TOKEN == http.read_token(None, "PROMETHEUS_TOKEN")
    assert "" == http.read_token(None, None)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (None, "cannot be read: no such file or directory"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe", "holds no token but binary data"),
        (b"two words", "holds something else than a token"),
        (b"token\r\nX-Header: 1", "holds something else than a token"),
    ],
)
def test_a_file_without_a_token_is_said_without_what_it_holds(
    tmp_path: Path, data: bytes | None, problem: str
):
    file = tmp_path / "token"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(ValueError, match=problem) as caught:
        http.read_token(file, None)

    assert "words" not in str(caught.value)


def test_a_variable_that_is_not_set_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PROMETHEUS_TOKEN", raising=False)
    problem = "^the environment variable `PROMETHEUS_TOKEN` is not set$"
    with pytest.raises(ValueError, match=problem):
        http.read_token(None, "PROMETHEUS_TOKEN")
