"""One module is one kind of SLI; its name is the key that chooses it."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("events", "latency", "queries", "time_slice", "probe", "composite")
