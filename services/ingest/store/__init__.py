"""The one place that writes ingest's SQL: each change is one transaction with its revision, outbox rows and audit.

The API, the importers, the scheduler and the editors' desk all come through here.
"""
