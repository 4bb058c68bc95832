"""Addresses in files of other systems."""

from urllib.parse import urljoin

from shared.contracts.addresses import ADDRESS_CHARS


def joined(base: str, url: str) -> str:
    """An address as it is reached from `base`; as it is where it is none, or longer than any that is used."""
    if len(base) + len(url) > ADDRESS_CHARS:
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return url
