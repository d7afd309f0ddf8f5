"""The ledgers of a service's SLOs, asked for the one SLO that is chosen on a dashboard."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

from obsgen.matchers import Matcher, selector
from obsgen.model import Slo
from obsgen.units import Duration


class Ledgers:
    """
    Ledgers with tiles of one or several lengths, which their names tell.

    Attributes:
        tiles: The lengths, sorted; an SLO has a ledger of one of them.
    """

    def __init__(self, slos: Iterable[Slo], scope: Sequence[Matcher]) -> None:
        """Know which there are; the scope selects the SLO, and its groups."""
        self._slos = tuple(slos)
        self.tiles = tuple(sorted({slo.tile.length for slo in self._slos}))
        self._scope = tuple(scope)

    @property
    def longest(self) -> Duration:
        """The longest tile."""
        return self.tiles[-1]

    def groups(self, tile: Duration) -> tuple[str, ...]:
        """Return the labels that SLOs with such tiles are grouped by, in their order."""
        labels = (label for slo in self._slos if slo.tile.length == tile for label in slo.by)
        return tuple(dict.fromkeys(labels))

    @property
    def shown(self) -> str:
        """The lengths in words: `30s or 1m`."""
        return " or ".join(map(str, self.tiles))

    def mean(self, name: Callable[[Duration], str], among: Container[str] | None = None) -> str:
        """Return the mean of all tiles within a graph's step, so that none is left out."""
        return self.ask(name, lambda s, _: f"sum(avg_over_time({s}[$__interval]))", among)

    def ask(
        self,
        name: Callable[[Duration], str],
        query: Callable[[str, Duration], str],
        among: Container[str] | None = None,
    ) -> str:
        """
        Return a query on the ledger of the SLO, whatever its tiles.

        Args:
            name: Names the series for a length of tiles.
            query: Returns the query for the selector of a ledger, and the length of its tiles.
            among: The series that there are, where not all are sure to be; with none of them the
                query is empty.
        """
        there = [tile for tile in self.tiles if among is None or name(tile) in among]
        return "\nor ".join(query(selector(name(tile), self._scope), tile) for tile in there)
