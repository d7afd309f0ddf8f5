"""Plain data as JSON and YAML can say it."""

from __future__ import annotations

from decimal import Decimal

Json = None | bool | int | Decimal | str | list["Json"] | dict[str, "Json"]
"""What JSON can say, with exact numbers."""
