"""obsgen compiles declarative monitoring specs into rules, routing and dashboards."""
