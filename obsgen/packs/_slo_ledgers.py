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
        self.tiles = tuple(sorted({slo.tile.length for slo in slos}))
        self._scope = tuple(scope)

    @property
    def longest(self) -> Duration:
        """The longest tile."""
        return self.tiles[-1]

    @property
    def shown(self) -> str:
        """The lengths in words: `30s or 1m`."""
        return " or ".join(map(str, self.tiles))

    def ask(
        self,
        name: Callable[[Duration], str],
        query: Callable[[str], str],
        among: Container[str] | None = None,
    ) -> str:
        """
        Return a query on the ledger of the SLO, whatever its tiles.

        Args:
            name: Names the series for a length of tiles.
            query: Returns the query for one selector.
            among: The series that there are, where not all are sure to be; with none of them the
                query is empty.
        """
        series = [name(tile) for tile in self.tiles]
        there = [each for each in series if among is None or each in among]
        return "\nor ".join(query(selector(each, self._scope)) for each in there)
