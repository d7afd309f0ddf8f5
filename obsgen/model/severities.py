"""The severities of alerts, in the order of their urgency."""

from __future__ import annotations

from dataclasses import dataclass

from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityLevel:
    """One step of the severity scheme."""

    name: str
    respond_within: Duration
    page: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeverityScheme:
    """The severities, most urgent first."""

    levels: tuple[SeverityLevel, ...]

    def resolve(self, word: str) -> str | None:
        """Return the name that *word* means: a name, an alias, `page` or `ticket`; else None."""
        for level in self.levels:
            if word == level.name or word in level.aliases:
                return level.name
        if word in {"page", "ticket"}:
            wanted = [level for level in self.levels if level.page == (word == "page")]
            return (wanted or list(self.levels))[0].name
        return None

    def at_least(self, name: str) -> tuple[str, ...]:
        """Return the severities that are as urgent as *name* or more."""
        names = self.names
        return names[: names.index(name) + 1]

    def is_as_urgent(self, name: str, other: str) -> bool:
        """Say whether *name* is as urgent as *other* or more; a name that is not here is less."""
        rank = {known: place for place, known in enumerate(self.names)}
        return rank.get(name, len(rank)) <= rank.get(other, -1)

    def capped(self, name: str, maximum: str | None) -> str:
        """Return *name*, or *maximum* where that is less urgent; a name of no level stays."""
        if maximum is None or name not in self.names:
            return name
        names = self.names
        return names[max(names.index(name), names.index(maximum))]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, most urgent first."""
        return tuple(level.name for level in self.levels)
