"""
Counting tile by tile, and by the calendar: the PromQL that SLOs and budgets of money share.

A tile is a minute. What happened in each is recorded once; everything else is a sum of tiles.
"""
