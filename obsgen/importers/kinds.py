"""The documents that a catalogue can stand in, and how each of them is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from obsgen import names
from obsgen.schema.shared import NAME_PATTERN, WORD_PATTERN


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """
    A kind of document.

    Attributes:
        kind: As the document says it.
        name_key: The key that its name stands under, and the option that gives it.
        named: Whose name that is.
        pattern, form: What the name must match, and the same in words.
        joint: What stands between the words of a name.
    """

    kind: str
    name_key: str = "name"
    named: str
    pattern: str = NAME_PATTERN
    form: str = "lower case, digits and hyphens"
    joint: str = "-"

    @property
    def is_of_service(self) -> bool:
        """Say whether it has no name of its own, but that of a service."""
        return self.name_key == "service"

    def name_of(self, given: Mapping[str, str], job: str) -> str:
        """
        Return the name that was given, else one after the job.

        Args:
            given: By the option that gives it; empty where it does not.
        """
        slug = names.slug(job) or "imported"
        return given[self.name_key] or slug.replace("-", self.joint)


PRESET: Final = DocumentKind(
    kind="Preset", named="preset", pattern=WORD_PATTERN, form="snake_case", joint="_"
)
KINDS: Final[Mapping[str, DocumentKind]] = {
    "preset": PRESET,
    "service": DocumentKind(kind="Service", named="service"),
    "part": DocumentKind(kind="Part", name_key="service", named="service"),
}
"""Every kind by what the command line calls it, the default first."""
