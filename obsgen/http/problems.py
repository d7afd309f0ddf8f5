"""
What can go wrong when a server is asked.

    ObsgenError             in `diagnostics`: what stops obsgen at any of its edges
      HttpError             a server gave no answer that can be used
        UrlUnusable         the address is none that can be asked
        ServerUnreachable   nobody answers there, or the connection broke
        ServerUntrusted     its certificate is not signed by anyone who is trusted
        ServerTooSlow       the answer did not come in time
        ServerRefused       it answered with an error
        AnswerTooLarge      it does not stop answering
        TooManyRedirects    it sends from one address to the next
"""

from __future__ import annotations

from typing import Final

from obsgen.diagnostics import Code, ObsgenError

URL_UNUSABLE: Final = Code(
    "OUT951",
    "url-unusable",
    why="only `http://` and `https://` addresses can be asked, and a password in an address is "
    "seen by everyone who lists processes",
    fix="Write `http://HOST:PORT/metrics`; give a token by `--bearer-token-file`.",
)
SERVER_UNREACHABLE: Final = Code(
    "OUT953",
    "server-unreachable",
    why="nobody answers at this address, so there is nothing to read",
    fix="Check host and port, and that the server runs and can be reached from here.",
)
SERVER_UNTRUSTED: Final = Code(
    "OUT954",
    "server-untrusted",
    why="whoever answers cannot prove to be the server that was meant",
    fix="Give the certificate of the authority that signed it: `--ca-file ca.pem`.",
)
SERVER_TOO_SLOW: Final = Code(
    "OUT955",
    "server-too-slow",
    why="a server that does not end its answer must not hold up CI for ever",
    fix="Ask for less (`--job`, `--match`), or wait longer: `--timeout 60`.",
)
SERVER_REFUSED: Final = Code(
    "OUT956",
    "server-refused",
    why="the server answered with an error instead of what was asked for",
    fix="401 and 403: give a token (`--bearer-token-file`); 404: check the path; 5xx: look into "
    "the server's log.",
)
ANSWER_TOO_LARGE: Final = Code(
    "OUT957",
    "answer-too-large",
    why="an answer without end would fill the memory",
    fix="Ask for less: `--job NAME`, `--match GLOB`.",
)
TOO_MANY_REDIRECTS: Final = Code(
    "OUT958",
    "too-many-redirects",
    why="a server that sends from one address to the next, and back, never answers",
    fix="Give the address at which the answer really is.",
)
CODES: Final = (
    URL_UNUSABLE,
    SERVER_UNREACHABLE,
    SERVER_UNTRUSTED,
    SERVER_TOO_SLOW,
    SERVER_REFUSED,
    ANSWER_TOO_LARGE,
    TOO_MANY_REDIRECTS,
)


class HttpError(ObsgenError):
    """A server gave no answer that can be used."""


class UrlUnusable(HttpError):
    """The address is none that can be asked."""

    code = URL_UNUSABLE


class ServerUnreachable(HttpError):
    """Nobody answers there, or the connection broke."""

    code = SERVER_UNREACHABLE


class ServerUntrusted(HttpError):
    """Its certificate is not signed by anyone who is trusted."""

    code = SERVER_UNTRUSTED


class ServerTooSlow(HttpError):
    """The answer did not come in time."""

    code = SERVER_TOO_SLOW


class ServerRefused(HttpError):
    """
    The server answered with an error.

    Attributes:
        status: HTTP's number for it.
        body: The first 64 KiB of what it said.
    """

    code = SERVER_REFUSED

    def __init__(self, message: str, hint: str, *, status: int, body: bytes) -> None:
        super().__init__(message, hint)
        self.status = status
        self.body = body


class AnswerTooLarge(HttpError):
    """The server does not stop answering."""

    code = ANSWER_TOO_LARGE


class TooManyRedirects(HttpError):
    """The server sends from one address to the next."""

    code = TOO_MANY_REDIRECTS
