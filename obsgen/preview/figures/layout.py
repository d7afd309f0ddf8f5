"""What the layouts of all plots share; the page gives them the colours of its theme."""

from __future__ import annotations

from typing import Any, Final

from obsgen.preview.figures.axes import FONT

CLEAR: Final = "rgba(0,0,0,0)"
FAMILY: Final = "Inter, 'Helvetica Neue', Arial, sans-serif"


def plain_layout() -> dict[str, Any]:
    """Return a layout without a background, a legend and a title."""
    return {
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "showlegend": False,
        "font": {"family": FAMILY, "size": FONT},
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "dragmode": False,
    }


def no_axis() -> dict[str, Any]:
    """Return an axis that is not seen."""
    return {"visible": False, "fixedrange": True}
