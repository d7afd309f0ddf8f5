"""What `uses` brings in: presets, each once and before who uses it, and other services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Reports
from obsgen.reader.merge import Layer
from obsgen.reader.shape import words
from obsgen.source import MappingNode, Scalar, Sequence

UNKNOWN_USE: Final = Code(
    "REF209",
    "unknown-preset",
    why="what it was to bring in would be missing",
    fix="Write the name of a Preset of these specs, of a shipped one, or of another service.",
)
PRESET_CYCLE: Final = Code(
    "REF213",
    "preset-cycle",
    why="a preset that uses itself never ends",
    fix="Take the common part out into a third preset.",
)
CODES: Final = (UNKNOWN_USE, PRESET_CYCLE)

INSTRUMENTATIONS: Final = frozenset(
    {"fastapi", "go_runtime", "otel_genai", "otel_http", "process", "python_runtime"}
)
"""Shipped presets of what a service exposes itself; the others are of exporters and servers."""

PACKS: Final = frozenset({"meta_monitoring", "node_alerts"})
"""Shipped presets of alerts; the metrics come from the presets that they use."""


@dataclass(slots=True)
class PresetStore:
    """Presets by name: those of the specs and, parsed when first used, the shipped ones."""

    written: Mapping[str, MappingNode]
    shipped: Mapping[str, MappingNode]

    def layer(self, name: str) -> Layer | None:
        """Return a preset as a layer of a service."""
        if (document := self.written.get(name)) is not None:
            return Layer(document)
        if (document := self.shipped.get(name)) is None:
            return None
        return Layer(document, shipped=True, foreign=name not in INSTRUMENTATIONS)


@dataclass(slots=True)
class Used:
    """
    Collects what a service uses.

    Attributes:
        names: All services, by which another one can be used.
        layers: The presets, those that others use first.
        services: The services among what is used.
    """

    presets: PresetStore
    names: tuple[str, ...]
    report: Reports
    layers: list[Layer] = field(default_factory=list)
    services: list[str] = field(default_factory=list)

    def collect(self, node: MappingNode, open_: tuple[str, ...] = ()) -> None:
        """Take in what a document uses; *open_* are the presets that it is reached through."""
        uses = node.get("uses")
        for item in uses.items if isinstance(uses, Sequence) else ():
            if not isinstance(item, Scalar) or item.is_null:
                continue
            name = item.text
            if name in open_:
                circle = " → ".join((*open_, name))
                message = f"preset `{name}` uses itself: {circle}"
                self.report(finding(PRESET_CYCLE, item.origin, message))
                continue
            layer = self.presets.layer(name)
            if layer is not None:
                self.collect(layer.document, (*open_, name))
                if not any(layer.document is known.document for known in self.layers):
                    self.layers.append(layer)
            elif name in self.names:
                self.services.append(name)
            else:
                self._report_unknown(item)

    def _report_unknown(self, item: Scalar) -> None:
        known = [*self.presets.written, *self.presets.shipped, *self.names]
        guess = near(item.text, known)
        shipped = words(sorted(self.presets.shipped))
        hint = f"did you mean `{guess}`?" if guess else f"shipped: {shipped}"
        message = f"{item.word} is neither a preset nor a service"
        self.report(finding(UNKNOWN_USE, item.origin, message, hint))
