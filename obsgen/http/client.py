"""
Questions over HTTP, each with one bounded answer.

A server that answers with 5xx or cannot be connected to is asked again, later each time; one that
is slow is not. Messages name a server without the user, the query and the token of its address.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urljoin, urlsplit

from obsgen.http.access import SCHEMES, Access, certificates_problem, shown, url_problem
from obsgen.http.problems import (
    AnswerTooLarge,
    HttpError,
    ServerRefused,
    ServerTooSlow,
    ServerUnreachable,
    ServerUntrusted,
    TooManyRedirects,
    UrlUnusable,
)

MOST_REDIRECTS: Final = 5
MOST_RETRIES: Final = 3

_CONNECT_SECONDS: Final = 5.0
_CHUNK: Final = 64 * 1024
_REFUSED_BYTES: Final = 64 * 1024
_METRICS: Final = "check the path: metrics are at `/metrics` nearly everywhere"
_OWN_PAGES: Final = "give the address at which its own pages begin"
_PROMETHEUS: Final = ": `http://prometheus:9090`"
_PASSING: Final = (500, 502, 503, 504)
_FIRST_ERROR: Final = 400
_FIRST_REDIRECT: Final = 300
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What a server said.

    Attributes:
        url: Where the answer was in the end, after all redirects.
        content_type: Its header, in lower case; may be empty.
    """

    url: str
    body: bytes
    content_type: str


class Client:
    """Asks servers; its connections are kept until the context ends."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def __enter__(self) -> Self:
        """Begin: nothing is connected yet."""
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        if problem := certificates_problem(self._access.ca_file):
            raise ServerUntrusted(problem)
        retry = Retry(
            total=MOST_RETRIES,
            read=False,
            other=0,
            status_forcelist=_PASSING,
            backoff_factor=self._access.backoff_seconds,
            # A server may ask for hours.
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        self._session = requests.Session()
        # Else the passwords of ~/.netrc would go out; proxies are taken from the environment below.
        self._session.trust_env = False
        for scheme in SCHEMES:
            self._session.mount(f"{scheme}://", HTTPAdapter(max_retries=retry))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self._session.close()

    def get(self, url: str, params: Sequence[tuple[str, str]] = (), *, accept: str) -> Answer:
        """
        Ask one question.

        Args:
            params: Of the query, added to those that *url* has.
            accept: The formats that are understood, as HTTP's header says them.

        Raises:
            HttpError: there is no answer that can be used; the tree above says which.
        """
        from urllib3.exceptions import HTTPError as BrokenBody

        headers = {"Accept": accept, "User-Agent": "obsgen"}
        if self._access.token:
            headers["Authorization"] = f"Bearer {self._access.token}"
        first = url
        for _ in range(MOST_REDIRECTS + 1):
            if problem := url_problem(url):
                hint = "give a token by `--bearer-token-file`" * ("@" in url)
                if url != first:
                    hint = f"`{shown(first)}` redirects there"
                raise UrlUnusable(problem, hint)
            try:
                answer = self._ask(url, params, headers)
                if isinstance(answer, Answer):
                    return answer
                if self._session.should_strip_auth(url, answer):  # type: ignore[no-untyped-call]
                    headers.pop("Authorization", None)
            except (OSError, ValueError, BrokenBody) as error:
                # All errors of requests are an OSError; some addresses it refuses as a ValueError.
                raise _problem(error, url, self._access, first) from error
            url, params = answer, ()
        message = f"`{shown(first)}` redirects more than {MOST_REDIRECTS} times"
        raise TooManyRedirects(message, f"the last address was `{shown(url)}`")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """
        Send something to a server of our own, on loopback.

        Raises:
            HttpError: it did not take it.
        """
        from urllib3.exceptions import HTTPError as BrokenBody

        seconds = self._access.timeout_seconds
        own = {"User-Agent": "obsgen", **headers}
        try:
            response = self._session.post(url, data=body, headers=own, timeout=seconds, stream=True)
            with response:
                if response.status_code >= _FIRST_ERROR:
                    raise _refused(response, url, self._access)
                # A connection whose answer was read serves the next question too.
                response.raw.read1(_REFUSED_BYTES, decode_content=True)
        except (OSError, ValueError, BrokenBody) as error:
            raise _problem(error, url, self._access) from error

    def send(self, url: str, body: bytes, content_type: str) -> None:
        """
        Send something to a server that is asked otherwise, as the same person.

        Raises:
            HttpError: it did not take it.
        """
        from requests.utils import get_environ_proxies
        from urllib3.exceptions import HTTPError as BrokenBody

        if problem := url_problem(url):
            raise UrlUnusable(problem)
        seconds = self._access.timeout_seconds
        headers = {"Content-Type": content_type, "User-Agent": "obsgen"}
        if self._access.token:
            headers["Authorization"] = f"Bearer {self._access.token}"
        try:
            response = self._session.post(
                url,
                data=body,
                headers=headers,
                # What is sent to one server is meant for no other.
                allow_redirects=False,
                stream=True,
                timeout=(min(seconds, _CONNECT_SECONDS), seconds),
                verify=str(self._access.ca_file) if self._access.ca_file else True,
                proxies={} if _is_loopback(url) else get_environ_proxies(url, no_proxy=None),
            )
            with response:
                if response.status_code >= _FIRST_REDIRECT:
                    raise _refused(response, url, self._access)
        except (OSError, ValueError, BrokenBody) as error:
            raise _problem(error, url, self._access) from error

    def _ask(
        self, url: str, params: Sequence[tuple[str, str]], headers: dict[str, str]
    ) -> Answer | str:
        """Return the answer, or the address that it is said to be at."""
        from requests.utils import get_environ_proxies

        seconds = self._access.timeout_seconds
        response = self._session.get(
            url,
            params=list(params),
            headers=headers,
            # Their bodies would be read whole, however large.
            allow_redirects=False,
            stream=True,
            timeout=(min(seconds, _CONNECT_SECONDS), seconds),
            verify=str(self._access.ca_file) if self._access.ca_file else True,
            # A proxy of the environment does not know our loopback.
            proxies={} if _is_loopback(url) else get_environ_proxies(url, no_proxy=None),
        )
        try:
            if target := self._session.get_redirect_target(response):
                return urljoin(url, target)
            if response.status_code >= _FIRST_ERROR:
                raise _refused(response, url, self._access)
            body = b"".join(self._chunks(response, url))
        finally:
            response.close()
        content_type = response.headers.get("Content-Type", "").lower()
        return Answer(url=response.url, body=body, content_type=content_type)

    def _chunks(self, response: Any, url: str) -> Iterator[bytes]:
        """Yield the body while it is neither too large nor too late."""
        deadline = time.monotonic() + self._access.timeout_seconds
        size = 0
        # `read1` returns what is there: a server that sends a byte now and then is noticed.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > self._access.most_bytes:
                most = f"{self._access.most_bytes // 1024 // 1024} MiB"
                raise AnswerTooLarge(f"`{shown(url)}` answers with more than {most}")
            if time.monotonic() > deadline:
                raise _too_slow(url, self._access)
            yield chunk


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


def _refused(response: Any, url: str, access: Access) -> ServerRefused:
    status, option = response.status_code, access.token_option
    hints = {
        401: f"give a token: `--{option}-file FILE` or `--{option}-env NAME`",
        403: "the token, or a stranger, may not read this",
        404: _OWN_PAGES + _PROMETHEUS * ("/api/v1/" in url) if "/api/" in url else _METRICS,
    }
    hint = hints.get(status, "look into the server's log" if status in _PASSING else "")
    body = response.raw.read1(_REFUSED_BYTES, decode_content=True)
    message = f"`{shown(url)}` answers {status} {response.reason or ''}".rstrip()
    return ServerRefused(message, hint, status=status, body=body)


def _too_slow(url: str, access: Access) -> ServerTooSlow:
    message = f"`{shown(url)}` did not end its answer within {access.timeout_seconds:g}s"
    return ServerTooSlow(message, "ask for less, or wait longer: `--timeout 60`")


def _problem(error: Exception, url: str, access: Access, first: str = "") -> HttpError:
    """Return what an error of the libraries means; its own text may hold the whole address."""
    from requests import exceptions
    from urllib3.exceptions import TimeoutError as SlowBody

    place = f"`{shown(url)}`"
    if isinstance(error, exceptions.SSLError):
        return _untrusted(error, place)
    if isinstance(error, exceptions.Timeout | SlowBody):
        return _too_slow(url, access)
    if isinstance(error, ValueError):
        return UrlUnusable(f"{place} is no address that can be asked")
    hint = "is the server running there, and is the port right?"
    if first not in {"", url}:
        hint = f"`{shown(first)}` redirects there"
    return ServerUnreachable(f"{place} cannot be reached: {_reason(error)}", hint)


def _untrusted(error: Exception, place: str) -> ServerUntrusted:
    reasons = (getattr(each, "verify_message", "") for each in _causes(error))
    if reason := next(filter(None, reasons), ""):
        hint = "give the certificate of who signed it: `--ca-file FILE`"
        if "expired" in reason or "not yet valid" in reason:
            hint = "the server needs another certificate, or one of the two clocks is wrong"
    else:
        reason = "no secure connection came about"
        hint = "does the server speak TLS there? else write `http://`"
    return ServerUntrusted(f"{place} is not trusted: {reason}", hint)


def _reason(error: Exception) -> str:
    for each in _causes(error):
        if isinstance(each, OSError) and isinstance(each.strerror, str):
            return each.strerror.lower()
    return "the connection broke"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came of, each once: libraries keep that in several places."""
    found: list[BaseException] = [error]
    for each in found:
        yield each
        near = (*each.args, each.__cause__, each.__context__, getattr(each, "reason", None))
        found.extend(e for e in near if isinstance(e, BaseException) and e not in found)
