"""
Reports over the Prometheus HTTP API: what was promised, spent, answered, slow and alerted.

`periods` says over which time, `roles` which metrics tell of it, `counting` counts them, a module
of `kinds` makes the parts of a report (`document`), and one of `formats` writes them.
"""
