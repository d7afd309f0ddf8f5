"""One module is one kind of act in a scenario; its name is the act's first word."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("errors", "latency", "traffic", "spend", "target", "metric")
