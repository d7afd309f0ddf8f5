"""Who is asked, and as whom: addresses and tokens."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

SCHEMES: Final = frozenset({"http", "https"})
# RFC 6750, section 2.1: what a bearer token is made of.
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    How servers are asked.

    Attributes:
        token: Sent as bearer token to the server that is asked, never to another; may be empty.
        ca_file: Certificates of who is trusted; None for those that Python's `certifi` brings.
        timeout_seconds: So long one answer may take, from its first byte to its last, and so long
            the server may think before it.
        most_bytes: Of one answer, unpacked.
        backoff_seconds: Between the second question and the third; twice that after each.
        token_option: How the options begin that give the token: `--bearer-token-file`.
    """

    token: str = field(default="", repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = 10.0
    most_bytes: int = 64 * 1024 * 1024
    backoff_seconds: float = 0.5
    token_option: str = "bearer-token"


def shown(url: str) -> str:
    """
    Return an address as messages may show it: without user, password, query and fragment.

    >>> shown("http://me:secret@prometheus:9090/metrics?token=abc")
    'http://prometheus:9090/metrics'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the address"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def url_problem(url: str) -> str:
    """Return why an address cannot be asked, or an empty text."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "the address cannot be read"
    if parts.scheme not in SCHEMES:
        return f"`{shown(url)}` does not begin with `http://` or `https://`"
    if not has_host:
        return f"`{shown(url)}` names no host"
    if "@" in parts.netloc:
        return f"the address of `{shown(url)}` holds a user or a password"
    return ""


def certificates_problem(file: Path | None) -> str:
    """Return why a file of certificates is of no use, or an empty text."""
    if file is None:
        return ""
    import ssl  # slow, and most commands ask nobody

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        return f"`{file}` holds no certificates"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return f"the file of certificates `{file}` cannot be read: {reason}"
    return ""


def read_token(file: Path | None, variable: str | None) -> str:
    """
    Return the bearer token from a file or an environment variable; empty if neither is named.

    Raises:
        ValueError: there is none, or it is not made of a token's characters; the text says why.
    """
    if file is not None:
        where = f"`{file}`"
        try:
            text = file.read_text("utf-8")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ValueError(f"the token in {where} cannot be read: {reason}") from error
        except UnicodeDecodeError as error:
            raise ValueError(f"{where} holds no token but binary data") from error
    elif variable is not None:
        where = f"the environment variable `{variable}`"
        if variable not in os.environ:
            raise ValueError(f"{where} is not set")
        text = os.environ[variable]
    else:
        return ""
    token = text.strip()
    if not token:
        raise ValueError(f"{where} is empty")
    if not _TOKEN.fullmatch(token):
        form = "one word of letters, digits and `-._~+/=`"
        raise ValueError(f"{where} holds something else than a token: {form}")
    return token
