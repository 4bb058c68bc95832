"""Ingest: where articles are written, kept with every revision, and published from."""
