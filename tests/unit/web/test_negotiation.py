"""What requests say of the form they want, by RFC 9110's own rules."""

import pytest

from services.web.negotiation import has_already, takes_gzip


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("", False),
        ("gzip", True),
        ("GZip , br", True),
        ("x-gzip", True),
        ("br", False),
        ("notgzip", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip ;Q=0", False),
        ("gzip;q=0.001", True),
        ("gzip;q=1.000", True),
        ("gzip;q=2", False),
        ("gzip;q=", False),
        ("gzip;q=0.0001", False),
        ("gzip;q=a", False),
        ("*", True),
        ("*;q=0", False),
        ("*;q=0, gzip", True),
        ("gzip;q=0, *", False),
        ("identity;q=0, *;q=0.5", True),
        ("identity", False),
        ("identity;q=0", False),
        ("gzip;q=0.5, identity", False),
        ("gzip, identity;q=0.5", True),
        ("gzip;q=0.5, *;q=1", False),
        ("\xe9, gzip", True),
        (", ,gzip,", True),
    ],
)
def test_gzip_is_sent_to_who_takes_it_and_likes_nothing_better(accepted: str, packed: bool) -> None:
    assert takes_gzip(accepted.encode("latin-1")) is packed


def test_a_page_that_is_there_already_is_known_by_its_etag() -> None:
    etag = b'"abc-gz"'
    for none_match in (b'"abc-gz"', b'"x", W/"abc-gz"', b"*", b" * "):
        assert has_already(none_match, etag), none_match
    for none_match in (b"", b'"abc"', b'"ABC-GZ"', b'"*"'):
        assert not has_already(none_match, etag), none_match
