"""One module is one kind of datasource; its name is its key in specs, and Grafana's type."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("prometheus", "alertmanager", "loki", "elasticsearch", "tempo", "jaeger")
