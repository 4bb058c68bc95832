"""How the house is: gauges, the ops page, the audit log; and whether the read models hold what ingest says."""
