"""
Fields that hold secrets: a file where Alertmanager reads one, else a placeholder, never the secret.

A placeholder is `${NAME}`, or for the address of a webhook one that ends so:
`https://discord.com/api/webhooks/${NAME}`. Alertmanager loads it as it is, and whatever deploys the
generated configuration fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Shape, Since, Text
from obsgen.receivers._findings import (
    FIELD_VALUE,
    NEWER_ALERTMANAGER,
    missing,
    place,
    report_secret,
)
from obsgen.receivers._rules import given
from obsgen.schema.shared import text
from obsgen.secrets import is_placeholder
from obsgen.source import MappingNode, Node, Scalar
from obsgen.versions import needs, version_text

NEVER: Final = (9999, 0)
"""The version of an Alertmanager that reads such a secret from a file: there is none."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A field of Alertmanager that would hold a secret: its `_file` sibling is the way."""

    instead: str

    @property
    def schema(self) -> Mapping[str, Any]:
        """Any scalar: the reader says why not."""
        words = f"Refused: a secret is never written into a spec. {self.instead}"
        return {**text(words), "deprecated": True}

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Report the secret."""
        hint = self.instead[:1].lower() + self.instead[1:].removesuffix(".")
        report_secret(node, reader, "is written out", hint)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """
    A secret: the field for a placeholder, and the field for a file.

    Attributes:
        key: The field that would hold it: `api_key`.
        what: What it is: "The key of an API integration".
        placeholder: What a deploy step would fill in: `${OPSGENIE_API_KEY}`.
        path: An example of the file.
        since: The first Alertmanager that reads it from `<key>_file`, or NEVER.
        otherwise: How to do without, where no Alertmanager reads a file.
    """

    key: str
    what: str
    placeholder: str
    path: str = ""
    since: tuple[int, int] = NEVER
    otherwise: str = ""

    @property
    def file_key(self) -> str:
        """The field that names the file."""
        return f"{self.key}_file"

    @property
    def fields(self) -> Mapping[str, Shape]:
        """Both fields, or one where no Alertmanager reads a file."""
        if self.since == NEVER:
            return {self.key: _Placeholder(self)}
        return {self.file_key: _File(self), self.key: _Placeholder(self)}

    @property
    def is_address(self) -> bool:
        """Say whether it is a web address, which Alertmanager parses when it loads."""
        return self.placeholder.startswith("https:")

    def has_file(self, version: tuple[int, int]) -> bool:
        """Say whether an Alertmanager reads the secret from a file."""
        return version >= self.since

    def is_given(self, node: MappingNode, shared: MappingNode | None = None) -> bool:
        """Say whether an integration has the secret, its own or that of all."""
        keys = (self.key, self.file_key)
        return any(given(place_, key) for place_ in (node, shared) for key in keys)

    def require(
        self,
        node: MappingNode,
        shared: MappingNode | None,
        reader: ReceiverReader,
    ) -> None:
        """Report that an integration has no such secret."""
        if self.is_given(node, shared):
            return
        has_file = self.has_file(reader.version)
        key = self.file_key if has_file else self.key
        hint = f"add `{key}: {self.path}`" if has_file else f"add {self.filled_in}"
        missing(node, reader, f"`{key}`", hint)

    def way(self, version: tuple[int, int]) -> str:
        """Say what an author is to write in place of the secret."""
        if self.has_file(version):
            return f"write `{self.file_key}: {self.path}`"
        if self.since != NEVER:
            reason = f"Alertmanager {version_text(self.since)} is the first with `{self.file_key}`"
        else:
            reason = self.otherwise or "no Alertmanager reads it from a file"
        return f"{reason}; write {self.filled_in}"

    @property
    def filled_in(self) -> str:
        """The field with a placeholder, in words."""
        return f'`{self.key}: "{self.placeholder}"`, which a deploy step fills in'


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """The field that would hold the secret."""

    secret: Secret

    @property
    def schema(self) -> Mapping[str, Any]:
        """Any scalar: the reader says which."""
        secret = self.secret
        words = f"{secret.what}, as a placeholder that a deploy step fills in."
        if secret.since == NEVER:
            return text(words, examples=[secret.placeholder])
        words += f" From Alertmanager {version_text(secret.since)} on write `{secret.file_key}`."
        return {**text(words, examples=[secret.placeholder]), "deprecated": True}

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the placeholder if there is no better way."""
        secret, way = self.secret, self.secret.way(reader.version)
        if isinstance(node, Scalar) and (node.is_null or not node.text):
            return None
        if not isinstance(node, Scalar) or not is_placeholder(node.text):
            report_secret(node, reader, "is written out", way)
            return None
        if secret.has_file(reader.version):
            message = f"{place(node, reader)} is left to a deploy step, and needs none"
            reader.report(finding(FIELD_VALUE, node.origin, message, way))
            return None
        if secret.is_address and node.text.startswith("$"):
            message = f"{place(node, reader)} is no web address until it is filled in"
            reader.report(finding(FIELD_VALUE, node.origin, message, f"write {secret.filled_in}"))
            return None
        return node.text


@dataclass(frozen=True, slots=True)
class _File:
    """The field that names the file."""

    secret: Secret

    @property
    def schema(self) -> Mapping[str, Any]:
        """A text, with the version in its description."""
        return Since(self.secret.since, self._path).schema

    @property
    def _path(self) -> Text:
        what = self.secret.what
        return Text(f"File with {what[:1].lower()}{what[1:]}.", self.secret.path)

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the path if the target Alertmanager reads the file."""
        secret = self.secret
        if secret.has_file(reader.version):
            return self._path.read(node, reader)
        message = needs(place(node, reader), "Alertmanager", secret.since, reader.version)
        hint = f"raise `alertmanager: {{version: …}}` in the Project, or write {secret.filled_in}"
        reader.report(finding(NEWER_ALERTMANAGER, node.origin.key(), message, hint))
        return None
