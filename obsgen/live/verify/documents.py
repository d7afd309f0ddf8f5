"""The dashboards of a build as programs read them: the JSON that ships, read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from obsgen.artefacts import Compiled
from obsgen.outputs import json as written
from obsgen.outputs.grafana.normalise import dashboard_json

Json = Mapping[str, Any]


def dashboards(compiled: Compiled) -> tuple[Json, ...]:
    """Return the JSON of all dashboards, in their order."""
    return _dashboards(_Same(compiled))


class _Same:
    """One build; it cannot be hashed, and is the same only as itself."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled

    def __hash__(self) -> int:
        return id(self.compiled)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.compiled is self.compiled


@lru_cache(maxsize=1)
def _dashboards(build: _Same) -> tuple[Json, ...]:
    compiled = build.compiled
    made = (dashboard_json(one, compiled.datasources) for one in compiled.dashboards)
    return tuple(json.loads(written.dump(one)) for one in made)
