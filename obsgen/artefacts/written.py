"""What authors wrote themselves, as they wrote it: findings about it point into their own text."""

from __future__ import annotations

from dataclasses import dataclass, field

from obsgen.diagnostics import NOWHERE, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """
    A text of a spec or of a rule file.

    Attributes:
        text: As its author wrote it; characters of *origin* count in it.
        narrowed: PromQL as it is compiled, with what an environment adds to its selectors.
    """

    text: str
    narrowed: str = ""
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)
