"""Nodes to model: shapes checked, presets merged, names resolved, every problem reported."""
