"""What an answer must hold and must not hold: RE2 patterns, found anywhere in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.matchers import quoted
from obsgen.model import ProbeReader
from obsgen.probes._findings import PATTERN, place, report_value
from obsgen.promql import PromqlError, parse
from obsgen.promql.re2 import regex_problem
from obsgen.schema.shared import flag, listed, text
from obsgen.source import MappingNode, Node, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Pattern:
    """One RE2 pattern."""

    description: str
    example: str

    @property
    def schema(self) -> Mapping[str, Any]:
        """A text."""
        return text(self.description, examples=[self.example])

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the pattern if RE2 can read it."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        if not node.text:
            hint = "leave it out, or write what must stand there"
            report_value(node, reader, "is an empty pattern, which matches everything", hint)
            return None
        if problem := _problem(node.text):
            message = f"{place(node, reader)} is not RE2: {problem}"
            hint = "put a backslash before a character that is meant as it stands"
            reader.report(finding(PATTERN, node.origin, message, hint))
            return None
        return node.text


def _problem(pattern: str) -> str:
    """Return why RE2 does not compile a pattern, or an empty text."""
    if problem := regex_problem(pattern):
        return problem
    try:
        parse(f"x{{a=~{quoted(pattern)}}}")
    except PromqlError as error:
        return error.message
    return ""


@dataclass(frozen=True, slots=True)
class Patterns:
    """One pattern or several."""

    item: Pattern

    @property
    def schema(self) -> Mapping[str, Any]:
        """A list, or a pattern alone."""
        own = self.item.schema
        as_list = listed(own, description=self.item.description, examples=[[self.item.example]])
        return {**as_list, "type": ["array", *own["type"]]}

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the patterns."""
        items = node.items if isinstance(node, Sequence) else (node,)
        read = (self.item.read(item, reader) for item in items)
        return [pattern for pattern in read if pattern is not None] or None


@dataclass(frozen=True, slots=True)
class Demand:
    """
    A pattern that must match, or `{all_of: [P, …], not: P}`.

    Attributes:
        may_miss: What is asked for may be missing altogether: `optional: true`.
    """

    description: str
    example: str
    may_miss: bool = False

    @property
    def schema(self) -> Mapping[str, Any]:
        """A text or a mapping."""
        every = Pattern("All of these must match.", self.example)
        never = Pattern("None of these may match.", "(?i)error")
        keys = {"all_of": Patterns(every).schema, "not": Patterns(never).schema}
        if self.may_miss:
            keys["optional"] = flag("It may be missing.")
        return {
            "type": ["string", "number", "boolean", "object"],
            "description": self.description,
            "examples": [self.example, {"not": "(?i)error"}],
            "properties": keys,
            "patternProperties": {"^x-": {}},
            "additionalProperties": False,
        }

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return `{"all_of": […], "not": […]}`, what is not demanded left out."""
        patterns = Patterns(Pattern("", self.example))
        if isinstance(node, Scalar):
            found = patterns.read(node, reader)
            return None if found is None else {"all_of": found}
        if not isinstance(node, MappingNode):
            return None
        demanded: dict[str, Json] = {}
        for key in ("all_of", "not"):
            inner = node.get(key)
            found = None if inner is None else patterns.read(inner, reader)
            if found is not None:
                demanded[key] = found
        if not demanded and not {"all_of", "not"} & node.entries.keys():
            hint = "write `all_of: [PATTERN]` or `not: PATTERN`"
            report_value(node, reader, "demands nothing", hint)
        is_optional = node.get("optional")
        if demanded and isinstance(is_optional, Scalar) and is_optional.text.lower() == "true":
            demanded["optional"] = True
        return demanded or None


@dataclass(frozen=True, slots=True)
class Demands:
    """What headers of an answer must hold, by name."""

    item: Demand
    description: str
    name: str

    @property
    def schema(self) -> Mapping[str, Any]:
        """A mapping that holds any keys."""
        return {
            "type": "object",
            "additionalProperties": self.item.schema,
            "description": self.description,
            "examples": [{self.name: self.item.example}],
        }

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return what is demanded of each name."""
        entries = node.entries.items() if isinstance(node, MappingNode) else ()
        read = {key: self.item.read(entry.value, reader) for key, entry in entries}
        return {key: value for key, value in sorted(read.items()) if value is not None} or None
