"""The one place that writes articles: each change is one transaction with its revision, outbox rows and audit lines.

The API, the importers, the scheduler and the editors' desk all come through here.
"""
