"""Text: Markdown, or code as it stands. HTML of a panel is shown as text, never run."""

from __future__ import annotations

from typing import Final

from obsgen.preview.figures.panel import Drawn, Figure, PanelData, none_of
from obsgen.preview.markup import html, markdown


def _draw(data: PanelData) -> Drawn:
    content = data.fill(str(data.options.get("content") or ""))
    if data.options.get("mode", "markdown") == "markdown":
        return Drawn(body=html('<div class="prose">{{ it }}</div>', it=markdown(content)))
    return Drawn(body=html('<div class="prose"><pre>{{ it }}</pre></div>', it=content))


FIGURE: Final = Figure(draw=_draw, targets=none_of, is_still=True)
