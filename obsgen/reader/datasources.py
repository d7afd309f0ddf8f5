"""The datasources of Grafana: what all kinds have in common, and how they refer to each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import GrafanaDatasource, Json, SecretFile
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, finding
from obsgen.model import DatasourceKind, Reports
from obsgen.reader.shape import words
from obsgen.schema import kinds
from obsgen.secrets import LITERAL_SECRET, looks_secret
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration

DATASOURCE_SETTING: Final = Code(
    "DSH692",
    "datasource-setting",
    why="Grafana would take it as it stands, and the link, the login or the query would not work",
    fix="Write what the hint says.",
)
UNKNOWN_DATASOURCE: Final = Code(
    "REF281",
    "unknown-datasource",
    why="the link would lead to a datasource that Grafana does not have",
    fix="Declare it in the Project, if only with its defaults: `datasources: {tempo: {}}`.",
)
CODES: Final = (DATASOURCE_SETTING, UNKNOWN_DATASOURCE)

_ALWAYS: Final = "prometheus"
_URL: Final = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?|\$\{[A-Za-z_]\w*\}[^\s?#]*", re.ASCII)
_UID: Final = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
# Grafana expands `$…` and ends the path at a brace.
_PATH: Final = re.compile(r"/[^\s{}$]+")
_OWN_TEXTS: Final = frozenset({"pattern", "query", "queries"})
"""Keys below which stands no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the Project says that datasources are told of."""

    scrape_interval: Duration
    prometheus_version: tuple[int, int]


def read_datasources(
    node: Node | None, around: Around, report: Reports
) -> tuple[GrafanaDatasource, ...]:
    """Return the datasources in the order of their kinds; a Prometheus is always the first."""
    reader = _Reader(node, around, report)
    found = tuple(reader.read(key) for key in kinds.keys("datasources") if key in reader.nodes)
    for field in ("name", "uid"):
        reader.check_unique(field, found)
    return found


def empty_mapping(origin: Origin) -> MappingNode:
    """Return a mapping without keys, for what is left out."""
    return MappingNode(entries={}, origin=origin, start=(0, 0), end=(0, 0))


class _Reader:
    """Reads one datasource after the other; what the kinds ask of it stands in the model."""

    def __init__(self, node: Node | None, around: Around, report: Reports) -> None:
        self.around = around
        self._report = report
        declared = node.entries if isinstance(node, MappingNode) else {}
        origin = node.origin if node is not None else Origin("")
        self.nodes: dict[str, MappingNode] = {_ALWAYS: empty_mapping(origin / _ALWAYS)}
        for key, entry in declared.items():
            if isinstance(entry.value, MappingNode) and key in kinds.keys("datasources"):
                self.nodes[key] = entry.value

    @property
    def scrape_interval(self) -> Duration:
        return self.around.scrape_interval

    @property
    def prometheus_version(self) -> tuple[int, int]:
        return self.around.prometheus_version

    def report(self, diagnostic: Diagnostic) -> None:
        self._report(diagnostic)

    def wrong(self, origin: Origin, message: str, hint: str) -> None:
        self.report(finding(DATASOURCE_SETTING, origin, message, hint))

    def uid(self, key: str) -> str:
        node = self.nodes.get(key)
        return "" if node is None else _text(node, "uid") or key

    def reference(self, node: Node | None, of: tuple[str, ...]) -> str:
        if not isinstance(node, Scalar) or node.is_null:
            return ""
        key = node.text
        if key not in of:
            guess = near(key, of)
            hint = f"did you mean `{guess}`?" if guess else f"write one of {words(list(of))}"
            self.wrong(node.origin, f"`to` leads to {node.word}", hint)
            return ""
        if key not in self.nodes:
            message = f"datasource `{key}` is not declared"
            hint = f"add `{key}: {{}}` under `datasources:` of the Project"
            self.report(finding(UNKNOWN_DATASOURCE, node.origin, message, hint))
        return self.uid(key)

    def read(self, key: str) -> GrafanaDatasource:
        """Return one datasource."""
        kind: DatasourceKind = kinds.load("datasources", key)
        node = self.nodes[key]
        older = node.get(key)
        url = self._url(node, _text(older, "url") or kind.address)
        self._check_secrets(node)
        headers, secure = self._access(node)
        return GrafanaDatasource(
            name=_text(node, "name") or kind.title,
            uid=self._uid(node, key),
            url=url,
            type=key,
            is_default=key == _ALWAYS,
            scrape_interval=self.scrape_interval if key == _ALWAYS else Duration(0),
            user=_text(node.get("basic_auth"), "user"),
            settings={**kind.read(node, self), **headers},
            secure=secure,
            is_provisioned=not _is_false(node.get("provisioned")),
        )

    def check_unique(self, field: str, found: tuple[GrafanaDatasource, ...]) -> None:
        """Report datasources that Grafana could not tell apart."""
        first: dict[str, str] = {}
        for source in found:
            value: str = getattr(source, field)
            other = first.setdefault(value, source.type)
            if other != source.type:
                message = f"datasources `{other}` and `{source.type}` have one {field}, `{value}`"
                related = (Related("the other one is here", self.nodes[other].origin),)
                place = self.nodes[source.type].origin / field
                hint = f"give one of them another `{field}`"
                self.report(finding(DATASOURCE_SETTING, place, message, hint, related=related))

    def _url(self, node: MappingNode, default: str) -> str:
        url = _text(node, "url") or default
        if not looks_secret(url) and not _URL.fullmatch(url):
            message = f"`url` of a datasource cannot be `{url}`"
            self.wrong(node.origin / "url", message, f"write it like `{default}`")
        return url.rstrip("/")

    def _uid(self, node: MappingNode, key: str) -> str:
        uid = _text(node, "uid") or key
        if not _UID.fullmatch(uid):
            message = f"`uid` of a datasource cannot be `{uid}`"
            hint = "write up to 40 letters, digits, `-` and `_`"
            self.wrong(node.origin / "uid", message, hint)
        return uid

    def _access(
        self, node: MappingNode
    ) -> tuple[Mapping[str, Json], Mapping[str, str | SecretFile]]:
        """Return how Grafana shows who it is: parts of `jsonData` and of `secureJsonData`."""
        login = node.get("basic_auth")
        secure: dict[str, str | SecretFile] = {}
        if password := self._file(login, "password_file"):
            secure["basicAuthPassword"] = SecretFile(path=password)
        elif login is not None:
            hint = "add `password_file: /etc/grafana/secrets/password`"
            self.wrong(login.origin, "`basic_auth` has no password", hint)
        headers: list[tuple[str, str | SecretFile]] = []
        if token := self._file(node, "token_file"):
            headers.append(("Authorization", SecretFile(path=token, prefix="Bearer ")))
            if login is not None:
                message = "a datasource has a token and a password, and Grafana sends only one"
                self.wrong(node.origin / "token_file", message, "keep one of the two")
        if tenant := _text(node, "tenant"):
            headers.append(("X-Scope-OrgID", tenant))
        settings: dict[str, Json] = {}
        for number, (name, value) in enumerate(headers, 1):
            settings[f"httpHeaderName{number}"] = name
            secure[f"httpHeaderValue{number}"] = value
        if authority := self._file(node, "ca_file"):
            settings["tlsAuthWithCACert"] = True
            secure["tlsCACert"] = SecretFile(path=authority)
        return settings, secure

    def _file(self, node: Node | None, key: str) -> str:
        path = _text(node, key)
        if path and node is not None and not _PATH.fullmatch(path):
            message = f"`{key}` cannot be `{path}`"
            hint = f"write a whole path where Grafana runs: `{key}: /etc/grafana/secrets/loki`"
            self.wrong(node.origin / key, message, hint)
        return path

    def _check_secrets(self, node: MappingNode) -> None:
        for key, scalar in _scalars(node):
            if key in {"password", "token"}:
                message = f"the data source's `{key}` is written out"
                hint = f"write the secret into a file: `{key}_file: /etc/grafana/secrets/{key}`"
                self.report(finding(LITERAL_SECRET, scalar.origin, message, hint))
            elif reason := looks_secret(scalar.text):
                message = f"the data source's `{key}` holds a secret: {reason}"
                hint = "write `basic_auth: {user, password_file}` or `token_file`"
                self.report(finding(LITERAL_SECRET, scalar.origin, message, hint))


def _text(node: Node | None, key: str) -> str:
    found = node.get(key) if isinstance(node, MappingNode) else None
    return found.text if isinstance(found, Scalar) and not found.is_null else ""


def _is_false(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.is_boolean and not node.is_true


def _scalars(node: MappingNode) -> Iterator[tuple[str, Scalar]]:
    """Yield all texts of a datasource that are no queries, with their keys."""
    for key, entry in node.entries.items():
        if key in _OWN_TEXTS or key.startswith("x-"):
            continue
        if isinstance(entry.value, Scalar):
            yield key, entry.value
        elif isinstance(entry.value, MappingNode):
            yield from _scalars(entry.value)
