"""
Pages: each one file, with everything in it and nothing around it.

A strict content security policy holds for each: scripts are those whose hashes it names, and no
page asks the network; one that is served may ask its own server whether it has changed.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from obsgen.diagnostics import Code, ObsgenError
from obsgen.preview.drawing import DrawnDashboard
from obsgen.preview.links import Sheet
from obsgen.preview.markup import Html, normal, page, resource, script_json

EXTRA_MISSING: Final = Code(
    "OUT981",
    "extra-missing",
    why="previews are drawn by plotly, which obsgen does not need for anything else",
    fix="Install it with the extra: `pip install 'obsgen[preview]'`.",
)
CODES: Final = (EXTRA_MISSING,)

INDEX: Final = "index.html"


class ExtraMissing(ObsgenError):
    """A package of the extra is not installed."""

    code = EXTRA_MISSING


def demand_extra() -> None:
    """
    Demand that what draws is installed.

    Raises:
        ExtraMissing: it is not.
    """
    plotly_script()


@functools.cache
def plotly_script() -> Html:
    """Return plotly.js, as the package of Python ships it."""
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        hint = "pip install 'obsgen[preview]'"
        raise ExtraMissing("plotly is not installed, which draws previews", hint) from error
    return Html(normal(get_plotlyjs()))


def dashboard_page(
    drawn: DrawnDashboard, folder: str, source: str, *, is_light: bool, is_served: bool
) -> str:
    """Return the page of a dashboard."""
    dashboard = drawn.dashboard
    script = Html(resource("theme.js") + resource("plots.js"))
    reload = Html(resource("reload.js") if is_served else "")
    # Of tables and texts alone nothing is plotted, and the library is most of a page.
    plotly = plotly_script() if drawn.plots else Html("")
    return page(
        "dashboard.html",
        policy=policy((plotly, script, reload), is_served=is_served),
        style=Html(resource("page.css")),
        script=script,
        reload=reload,
        plotly=plotly,
        plots=script_json(dict(drawn.plots)),
        title=str(dashboard.get("title") or ""),
        description=str(dashboard.get("description") or ""),
        folder=folder,
        source=source,
        time=drawn.time,
        variables=drawn.variables,
        links=drawn.links,
        blocks=drawn.blocks,
        is_light=is_light,
    )


def index_page(sheets: Sequence[Sheet], source: str, *, is_light: bool, is_served: bool) -> str:
    """Return the page that lists all others, folder by folder."""
    script = Html(resource("theme.js"))
    reload = Html(resource("reload.js") if is_served else "")
    ordered = sorted(sheets, key=lambda sheet: (sheet.folder.lower(), sheet.title.lower()))
    return page(
        "index.html",
        policy=policy((script, reload), is_served=is_served),
        style=Html(resource("page.css")),
        script=script,
        reload=reload,
        source=source,
        folders=[(f, list(each)) for f, each in groupby(ordered, key=lambda s: s.folder)],
        is_light=is_light,
    )


def policy(scripts: Sequence[str], *, is_served: bool) -> str:
    """Return the content security policy of a page that holds these scripts and no others."""
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts if script)
    rules = (
        "default-src 'none'",
        f"script-src {hashes}",
        # Plotly and the sizes of bars are styles on elements, which have no hashes.
        "style-src 'unsafe-inline'",
        # Heatmaps are pictures that the page makes itself.
        "img-src data: blob:",
        f"connect-src {chr(39)}{'self' if is_served else 'none'}{chr(39)}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


@functools.lru_cache
def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
