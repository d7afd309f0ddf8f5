"""One module is one pack: a ready dashboard, and a word in a Service's `dashboards`."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("slo", "red", "use", "llm", "cost", "probes", "security", "alerts", "overview")
"""In the order of building: a later one leads to earlier ones."""
