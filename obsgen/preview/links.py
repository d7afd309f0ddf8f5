"""Where links of dashboards lead on pages: to each other, or out into the web."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from obsgen.preview.variables import Values

_DASHBOARD: Final = re.compile(r"(?:/?)d/([A-Za-z0-9_-]+)(?:[/?#].*)?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A dashboard that has a page."""

    uid: str
    title: str
    folder: str
    tags: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of its page."""
        return f"{self.uid}.html"


@dataclass(frozen=True, slots=True)
class Link:
    """
    A link as a page shows it; without an address just its title.

    Attributes:
        menu: What is listed when it is opened, in the place of an address.
    """

    title: str
    href: str = ""
    is_far: bool = False
    menu: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Addresses:
    """Knows all pages; *values* fill in the variables of an address."""

    sheets: tuple[Sheet, ...]

    def href(self, url: str, values: Values) -> str:
        """Return the address of a link on a page; empty for one that leads nowhere here."""
        found = _DASHBOARD.fullmatch(url)
        if found is not None:
            return next((sheet.file for sheet in self.sheets if sheet.uid == found[1]), "")
        filled = values.fill(url)
        try:
            is_web = urlsplit(filled).scheme in {"http", "https"}
        except ValueError:
            return ""
        return filled if is_web else ""

    def of_dashboard(self, links: Sequence[Mapping[str, Any]], values: Values) -> tuple[Link, ...]:
        """Return the links at the top of a page, those of tags as a menu where they are one."""
        found: list[Link] = []
        for link in links:
            title = str(link.get("title") or "")
            if link.get("type") == "dashboards":
                tags = set(link.get("tags") or ())
                every = (sheet for sheet in self.sheets if tags <= set(sheet.tags))
                listed = tuple(Link(sheet.title, sheet.file) for sheet in every)
                found += [Link(title, menu=listed)] if link.get("asDropdown") else listed
            else:
                found.append(self._one(title, str(link.get("url") or ""), values))
        return tuple(found)

    def of_panel(self, links: Sequence[Mapping[str, Any]], values: Values) -> tuple[Link, ...]:
        """Return the links in a panel's corner."""
        return tuple(
            self._one(str(link.get("title") or "link"), str(link.get("url") or ""), values)
            for link in links
        )

    def _one(self, title: str, url: str, values: Values) -> Link:
        href = self.href(url, values)
        return Link(values.fill(title), href, href.startswith("http"))
