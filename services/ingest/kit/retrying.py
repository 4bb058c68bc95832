"""What is sent to servers outside and kept in rows until they take it: how long one sender has a row in hand, and how
long a row rests after a failure."""

from datetime import datetime, timedelta

LEASE = timedelta(minutes=2)
"""A process that dies with a row in hand gives it back by that; every call out is over long before."""
RESTS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 3 * 3600, 12 * 3600))
"""How long to wait after the first, second, … failed try; after the last one a row is given up."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many failures; None: no more."""
    return now + RESTS[tries - 1] if tries <= len(RESTS) else None
