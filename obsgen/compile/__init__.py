"""Model to artefacts, for one environment: rules, routing, dashboards."""
