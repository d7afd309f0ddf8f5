"""Figures of one machine at one time, as ratios that can be compared with those of another."""
