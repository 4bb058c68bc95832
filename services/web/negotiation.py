"""What a request says of the form it wants (RFC 9110): one reading, whichever way the request came."""

import re
from functools import lru_cache

_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


@lru_cache(maxsize=256)
def takes_gzip(accepted: bytes) -> bool:
    """Whether the value of Accept-Encoding takes gzip, and does not like it unpacked better (12.5.3)."""
    weights: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        coding, semicolon, weight = (word.strip(" \t") for word in part.partition(";"))
        found = _WEIGHT.fullmatch(weight)
        # What is not understood is not taken.
        weights[coding.removeprefix("x-")] = (float(found[1]) if found else 0.0) if semicolon else 1.0
    others = weights.get("*", 0.0)
    packed = weights.get("gzip", others)
    return packed > 0 and packed >= weights.get("identity", others)


def has_already(none_match: bytes, etag: bytes) -> bool:
    """Whether the value of If-None-Match names the page with this ETag (13.1.2)."""
    return etag in none_match or none_match.strip() == b"*"
