"""
Data out of the catalogue: seeded traffic, what scrapes see of it, and what was true.

Four rooms, each knowing only the ones before: a story (`traffic`) is a value; a `world` of targets
(`population`) lets it happen step by step and counts it, event by event (`truth`); a scraper
(`scrape`) looks at the world as Prometheus would; a `history` is what scrapes saw, as text. There
is no clock: the same seed gives the same bytes on every machine.
"""

from __future__ import annotations

from obsgen.simulate.families import Size
from obsgen.simulate.habits import Habits, habits_of
from obsgen.simulate.history import write_history
from obsgen.simulate.play import Played, played
from obsgen.simulate.population import Target, populate
from obsgen.simulate.scrape import Scrape, Scraper
from obsgen.simulate.stories import Story, tell
from obsgen.simulate.traffic import Burst, Gap, Incident, Restart, Scraping, Span, Traffic
from obsgen.simulate.truth import Account, Selection
from obsgen.simulate.vocabulary import Vocabulary, vocabulary_of
from obsgen.simulate.world import World

__all__ = [
    "Account",
    "Burst",
    "Gap",
    "Habits",
    "Incident",
    "Played",
    "Restart",
    "Scrape",
    "Scraper",
    "Scraping",
    "Selection",
    "Size",
    "Span",
    "Story",
    "Target",
    "Traffic",
    "Vocabulary",
    "World",
    "habits_of",
    "played",
    "populate",
    "tell",
    "vocabulary_of",
    "write_history",
]
