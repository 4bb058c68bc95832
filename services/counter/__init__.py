"""Counts views, ranks articles by them, and answers editors' questions about readers."""
