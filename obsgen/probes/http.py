"""`http`: a request, and what its answer must be."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from obsgen.artefacts import Json
from obsgen.catalogue import near
from obsgen.diagnostics import finding
from obsgen.model import ProbeReader, ProbeSettings
from obsgen.probes._connections import (
    AUTHORIZATION,
    BASIC_AUTH,
    IP_FIELDS,
    IP_NAMES,
    OAUTH2,
    TLS,
    is_host,
)
from obsgen.probes._fields import (
    Fields,
    Flag,
    Several,
    Shape,
    Since,
    Text,
    TextMap,
    Whole,
    Word,
    renamed,
)
from obsgen.probes._findings import TARGET, is_open_secret, place, report_value
from obsgen.probes._patterns import Demand, Demands
from obsgen.schema.shared import text
from obsgen.source import MappingNode, Node, Scalar

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_VERSIONS: Final = ("HTTP/1.0", "HTTP/1.1", "HTTP/2.0")
_URL: Final = "https://shop.example.com/health"


@dataclass(frozen=True, slots=True)
class Url:
    """The whole URL of a page."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """A text."""
        return text("What is asked for, with http:// or https://.", examples=[_URL])

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the URL if it can be asked for and holds no secret."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        hint = "write `basic_auth: {username, password_file}` beside the URL, or a token's file"
        if is_open_secret(node, reader, hint):
            return None
        if problem := _problem(node.text):
            message = f"{place(node, reader)} {problem[0]}"
            reader.report(finding(TARGET, node.origin, message, problem[1]))
            return None
        return node.text


def _problem(url: str) -> tuple[str, str] | None:
    """Return why a URL cannot be asked for, and what to write."""
    example = f"for example `{_URL}`"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"cannot be read as a URL: `{url}`", example
    if "://" not in url:
        return f"has no scheme: `{url}`", example
    if parts.scheme not in {"http", "https"}:
        return f"has scheme `{parts.scheme}`", _scheme_hint(url)
    if any(character.isspace() or not character.isprintable() for character in url):
        return f"holds a blank: `{url}`", "write `%20` for a blank"
    return None if is_host(host) and port != 0 else (f"names no host: `{url}`", example)


def _scheme_hint(url: str) -> str:
    scheme, _, rest = url.partition("://")
    guess = near(scheme.lower(), ["http", "https"])
    if guess:
        return f"did you mean `{guess}://{rest}`?"
    return "write http:// or https://; other protocols have a `tcp` probe"


_FIELDS: Final[Mapping[str, Shape]] = {
    "url": Url(),
    "method": Word("The method; GET unless given.", _METHODS),
    "headers": TextMap("Headers that are sent.", {"Accept": "application/json"}),
    "send": Text("The body that is sent.", '{"ping": true}'),
    "send_file": Since((0, 24), Text("File with the body that is sent.", "/etc/blackbox/body")),
    "status": Several(Whole("Status codes that are right; 2xx unless given.", 100, 599)),
    "body": Demand(
        "Pattern that the body must hold, or what it must and must not.", '"status":\\s*"ok"'
    ),
    "reply_headers": Demands(
        Demand("Pattern of the header.", "application/json", may_miss=True),
        "Patterns that headers of the answer must hold, or what they must and must not.",
        "Content-Type",
    ),
    "json": Since((0, 27), Text("CEL that must hold of a JSON body.", 'body.status == "ok"')),
    "json_not": Since((0, 27), Text("CEL that must not hold.", "body.errors > 0")),
    "http_versions": Several(Word("Versions of HTTP that are right.", _VERSIONS)),
    "follow_redirects": Flag("Whether redirects are followed; they are unless told."),
    "fail_if_ssl": Flag("Whether an answer over TLS is wrong."),
    "fail_if_not_ssl": Flag("Whether an answer without TLS is wrong."),
    "tls": TLS,
    "basic_auth": BASIC_AUTH,
    "authorization": AUTHORIZATION,
    "oauth2": OAUTH2,
    "compression": Word("How the body is packed.", ("gzip", "br", "deflate", "identity")),
    "body_size_limit": Text("No more of the body is read.", "10MB", r"\d{1,9}(?:[KMG]i?)?B"),
    "proxy_url": Text("Proxy to ask through.", "http://proxy:3128"),
    "no_proxy": Since((0, 24), Text("Addresses that need no proxy.", "10.0.0.0/8")),
    "proxy_from_environment": Since((0, 24), Flag("Whether HTTP_PROXY and such count.")),
    "skip_resolve_phase_with_proxy": Flag("Whether a proxy looks up the name."),
    "enable_http2": Flag("Whether HTTP/2 is tried; it is unless told."),
    **IP_FIELDS,
}
_NAMES: Final = {
    **IP_NAMES,
    "status": "valid_status_codes",
    "http_versions": "valid_http_versions",
    "send": "body",
    "send_file": "body_file",
    "json": "fail_if_body_json_not_matches_cel",
    "json_not": "fail_if_body_json_matches_cel",
    "tls": "tls_config",
}
_APART: Final = (("send", "send_file"), ("fail_if_ssl", "fail_if_not_ssl"))
_CREDENTIALS: Final = ("basic_auth", "authorization", "oauth2")


class HttpKind:
    """Reads `{http: {url: "https://shop.example.com/health"}}`."""

    key: Final = "http"
    _fields: Final = Fields(
        description="A request, and what its answer must be.",
        fields=_FIELDS,
        required=("url",),
        example={"url": _URL},
    )
    schema: Final[Mapping[str, Any]] = _fields.schema

    def read(self, node: MappingNode, reader: ProbeReader) -> ProbeSettings | None:
        """Read the request and what is demanded of the answer."""
        found = self._fields.read(node, reader)
        url = found.pop("url", None)
        _check_apart(node, reader)
        if not isinstance(url, str):
            return None
        is_secure = urlsplit(url).scheme == "https"
        body, headers = found.pop("body", None), found.pop("reply_headers", None)
        codes = found.get("status")
        metrics = {
            "probe_failed_due_to_regex": bool(body or headers),
            "probe_failed_due_to_cel": bool({"json", "json_not"} & found.keys()),
        }
        fields = {**renamed(found, _NAMES), **_of_body(body), **_of_headers(headers)}
        return ProbeSettings(
            target=url,
            fields=fields,
            has_certificate=is_secure,
            content_metrics=tuple(name for name, is_told in metrics.items() if is_told),
            has_status=True,
            status_codes=tuple(c for c in codes if isinstance(c, int))
            if isinstance(codes, list)
            else (),
        )


def _check_apart(node: MappingNode, reader: ProbeReader) -> None:
    """Report fields that the exporter refuses to have together, or that never do anything."""
    given = [key for key in _CREDENTIALS if key in node.entries]
    for one, other in (*_APART, *itertools.pairwise(given)):
        if one in node.entries and other in node.entries:
            report_value(node.entries[other].key, reader, f"stands beside `{one}`", "keep one")
    url = node.get("url")
    if "tls" in node.entries and isinstance(url, Scalar) and url.text.startswith("http://"):
        # A redirect may lead to https, and then TLS is told how.
        follows = node.get("follow_redirects")
        if isinstance(follows, Scalar) and follows.text.lower() == "false":
            hint = "write https:// in the URL, or leave `tls` out"
            report_value(node.entries["tls"].key, reader, "is of a URL without TLS", hint)


def _of_body(demand: Json) -> dict[str, Json]:
    if not isinstance(demand, dict):
        return {}
    names = {"all_of": "fail_if_body_not_matches_regexp", "not": "fail_if_body_matches_regexp"}
    return {names[key]: patterns for key, patterns in demand.items() if key in names}


def _of_headers(demands: Json) -> dict[str, Json]:
    names = {"all_of": "fail_if_header_not_matches", "not": "fail_if_header_matches"}
    found: dict[str, list[Json]] = {}
    for header, demand in demands.items() if isinstance(demands, dict) else ():
        for key, patterns in demand.items() if isinstance(demand, dict) else ():
            # A header that must not hold something may well be missing.
            may_miss = key == "not" or (isinstance(demand, dict) and "optional" in demand)
            missing: dict[str, Json] = {"allow_missing": True} if may_miss else {}
            for pattern in patterns if isinstance(patterns, list) else ():
                matched: dict[str, Json] = {"header": header, "regexp": pattern, **missing}
                found.setdefault(names[key], []).append(matched)
    return dict(found)


KIND: Final = HttpKind()
