"""How often somebody may try something at the desk or with a key: the house's limiter, in words for editors."""

from services.ingest.kit.errors import TooMany
from shared.limits import Bound, SharedLimiter, Tries

# What is pressed to have one server outside asked: nobody uses us to flood it.
OUTSIDE = Bound(10, 30)
limiter = SharedLimiter()


def take(wanted: Tries, instead: str = "") -> Tries:
    """What was taken, for `give_back` when the try was right. Raises TooMany with `instead`."""
    if wait := limiter.take(wanted):
        raise TooMany(wait, instead)
    return wanted


def give_back(taken: Tries) -> None:
    """The try was right, and does not count."""
    limiter.give_back(taken)
