"""Remote write by hand: what is written can be read, to the bit and to the millisecond."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from oracles import Server, running_prometheus
from remote_write import RECEIVER, Series, write

START = 1_704_067_200_000
HOUR = 3_600_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = tmp_path_factory.mktemp("written") / "prometheus.yml"
    config.write_text("global: {scrape_interval: 15s}\n")
    with running_prometheus(config, *RECEIVER) as running:
        yield running


def samples(server: Server, query: str, time: int) -> list[object]:
    answer = server.get("/api/v1/query", query=query, time=f"{time / 1000:.3f}")
    return [one.get("values", one.get("value")) for one in answer["data"]["result"]]


def test_samples_keep_their_value_and_their_millisecond(server: Server):
    times = [START + 1, START + HOUR + 999, START + 2 * HOUR]
    # The last is the largest whole number below which a double misses none.
    values = [0.1, -1.5, 2.0**53]

    write(server.url, [Series(labels={"__name__": "kept"}, times=times, values=values)])

    found = [[START / 1000 + 0.001, "0.1"], [START / 1000 + 3600.999, "-1.5"]]
    last = [START / 1000 + 7200, "9007199254740992"]
    assert [[*found, last]] == samples(server, "kept[3h]", START + 2 * HOUR)


def test_a_stale_marker_ends_a_series_at_once(server: Server):
    times = [START, START + 15_000, START + 30_000]

    write(
        server.url,
        [
            Series(labels={"__name__": "lives"}, times=times, values=[1, 2, 3]),
            Series(labels={"__name__": "ended"}, times=times, values=[1, 2, None]),
        ],
    )

    assert [[START / 1000 + 40, "3"]] == samples(server, "lives", START + 40_000)
    assert [] == samples(server, "ended", START + 40_000)
    # A range passes over the marker: the last value is still there.
    assert [[START / 1000 + 40, "2"]] == samples(
        server, "last_over_time(ended[1m])", START + 40_000
    )


def test_series_that_run_ahead_do_not_shut_out_the_others(server: Server):
    # Both cover the same day, written one after the other.
    times = list(range(START, START + 24 * HOUR, HOUR))
    first, second = (
        Series(labels={"__name__": name}, times=times, values=[1.0] * 24)
        for name in ("first", "second")
    )

    write(server.url, [first])
    write(server.url, [second])

    end = START + 23 * HOUR
    assert [[end / 1000, "24"]] == samples(server, "count_over_time(first[1d])", end)
    assert [[end / 1000, "24"]] == samples(server, "count_over_time(second[1d])", end)
