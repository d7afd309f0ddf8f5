"""
Dashboards as pages, without Grafana: what ships is asked of a Prometheus, and drawn.

`simulated` is a Prometheus full of made-up traffic; `server` asks one; `variables`, `expansion` and
`ranges` say what Grafana would ask; `frames`, `legends`, `transformations`, `reduce` and `fields`
what it makes of the answers; `formats` and `colors` how it writes and paints them; `figures` draws,
one file for each type of panel; `drawing` puts a dashboard together and `page` makes HTML of it.
"""
