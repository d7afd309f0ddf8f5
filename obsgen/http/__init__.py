"""
Other machines, asked over HTTP. Nothing else uses the network.

`problems` draws the tree of exceptions, `access` says who is asked as whom, `client` asks. The
library is imported when a client begins.
"""

from __future__ import annotations

from obsgen.http.access import Access, certificates_problem, read_token, shown, url_problem
from obsgen.http.client import Answer, Client
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

__all__ = [
    "Access",
    "Answer",
    "AnswerTooLarge",
    "Client",
    "HttpError",
    "ServerRefused",
    "ServerTooSlow",
    "ServerUnreachable",
    "ServerUntrusted",
    "TooManyRedirects",
    "UrlUnusable",
    "certificates_problem",
    "read_token",
    "shown",
    "url_problem",
]
