"""Pictures and films: taken in by parts, rebuilt, described, found again."""
