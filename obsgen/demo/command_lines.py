"""The command lines of a demonstration: those of `docker-compose.yml`, without containers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from obsgen.demo.places import Places
from obsgen.demo.wanted import Wanted
from obsgen.units import Duration

_OBSGEN: Final = (sys.executable, "-m", "obsgen")
_LOOKBACK: Final = Duration(300_000)
"""How long Prometheus takes a sample for the present one (`--query.lookback-delta`)."""
_CONFIG: Final = "stack/prometheus/prometheus.yml"

CommandLine = list[str | Path]


def servers(wanted: Wanted, places: Places) -> Iterator[tuple[str, CommandLine]]:
    """Yield what is started, by name, in order: whoever is asked comes before who asks."""
    yield "sink", [*_OBSGEN, "sink", "--listen", places.address("sink")]
    yield "alertmanager", _alertmanager(places)
    if wanted.has_probes:
        yield "blackbox-exporter", _blackbox_exporter(places)
    acts = [f"--scenario={act}" for act in wanted.scenarios]
    listen = ("--listen", places.address("simulator"))
    yield "simulator", [*_simulate(wanted), *acts, *listen]
    yield "prometheus", prometheus(wanted, places)


def prometheus(wanted: Wanted, places: Places, config: str = _CONFIG) -> CommandLine:
    """Return that of Prometheus, with a file of the folder as its configuration."""
    return [
        places.programs["prometheus"],
        f"--config.file={places.folder / config}",
        f"--storage.tsdb.path={places.folder / 'prometheus'}",
        f"--web.listen-address={places.address('prometheus')}",
        f"--query.lookback-delta={wanted.divided(_LOOKBACK)}",
    ]


def preview(wanted: Wanted, places: Places) -> CommandLine:
    """Return that of the pages of dashboards."""
    out = ("--serve", "--port", str(places.ports["preview"]))
    live = ("--prometheus", places.url("prometheus"))
    return [*_OBSGEN, "preview", *wanted.specs, *live, *out, "--speed", str(wanted.speed)]


def past_samples(
    wanted: Wanted, *, length: Duration, interval: Duration, until: int, out: Path
) -> CommandLine:
    """Return that which writes the samples of the past, as OpenMetrics; *until* in seconds."""
    past = ("--history", str(length), "--interval", str(interval), "--until", str(until))
    return [*_simulate(wanted), *past, "--output", str(out)]


def _simulate(wanted: Wanted) -> CommandLine:
    return [*_OBSGEN, "simulate", *wanted.specs, *wanted.simulated, "--speed", str(wanted.speed)]


def _alertmanager(places: Places) -> CommandLine:
    return [
        places.programs["alertmanager"],
        f"--config.file={places.folder / 'stack/alertmanager/alertmanager.yml'}",
        f"--storage.path={places.folder / 'alertmanager'}",
        f"--web.listen-address={places.address('alertmanager')}",
        # No cluster: it would open a port of its own.
        "--cluster.listen-address=",
    ]


def _blackbox_exporter(places: Places) -> CommandLine:
    return [
        places.programs["blackbox-exporter"],
        f"--config.file={places.folder / 'stack/blackbox/blackbox.yml'}",
        f"--web.listen-address={places.address('blackbox-exporter')}",
        # Half a second by itself: divided intervals may be shorter.
        "--timeout-offset=0.01",
    ]
