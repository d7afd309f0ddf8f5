"""Traces: Tempo or Jaeger has them, so a card says what would be asked."""

from __future__ import annotations

from typing import Final

from obsgen.preview.figures.cards import foreign
from obsgen.preview.figures.panel import Figure, none_of

FIGURE: Final = Figure(draw=foreign, targets=none_of, is_foreign=True)
