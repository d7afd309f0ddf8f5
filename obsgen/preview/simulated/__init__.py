"""
A Prometheus of our own, with made-up traffic and what the compiled rules make of it.

`scenes` is what happens, `backfill` what scrapes see of it, `remote_write` how that is written,
`rules` what the rules record of it and which alerts fire, `server` where all this lives.
"""
