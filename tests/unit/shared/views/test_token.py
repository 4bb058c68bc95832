"""Signed view tokens."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.views.definition import TOKEN_SECONDS
from shared.views.token import BadToken, ViewTokens, is_current

TOKENS = ViewTokens("house secret")
NOW = 1_795_521_800.0


def test_a_token_says_its_article_and_hour() -> None:
    token = TOKENS.read(TOKENS.issue(123, NOW))

    assert token.article_id == 123
    assert 0 <= NOW - token.issued_at < 3600


def test_readers_of_one_hour_get_the_same_bytes() -> None:
    hour = int(NOW) // 3600 * 3600
    assert TOKENS.issue(5, hour) == TOKENS.issue(5, hour + 3599) != TOKENS.issue(5, hour + 3600)


def test_good_for_a_day() -> None:
    assert is_current(int(NOW), NOW)
    assert is_current(int(NOW), NOW + TOKEN_SECONDS)
    assert not is_current(int(NOW), NOW + TOKEN_SECONDS + 1)
    assert is_current(int(NOW) + 600, NOW), "the page came from a machine whose clock is ten minutes ahead"
    assert not is_current(int(NOW) + 3600, NOW)


def test_clocks_of_two_machines_may_differ_by_a_quarter_of_an_hour() -> None:
    assert is_current(int(NOW) + 900, int(NOW))
    assert not is_current(int(NOW) + 901, int(NOW))


def test_a_page_of_now_has_a_token_of_this_hour() -> None:
    before = time.time()
    issued_at = TOKENS.read(TOKENS.issue(5)).issued_at
    assert before - 3600 < issued_at <= time.time()
    # The clock of 1970 is a time as well.
    assert TOKENS.read(TOKENS.issue(5, 0.0)).issued_at == 0


@pytest.mark.parametrize(
    "forged",
    ["", ".", "..", "1.2", "1.2.", "123.498756.AAAAAAAAAAAAAAAA", "-1.0.x", "1.1.ký tự lạ", "\ud800.1.x", "x" * 3000],
)
def test_foreign_tokens_are_refused(forged: str) -> None:
    with pytest.raises(BadToken):
        TOKENS.read(forged)


def test_another_house_and_another_article_do_not_fit() -> None:
    issued = TOKENS.issue(5, NOW)
    with pytest.raises(BadToken):
        ViewTokens("other secret").read(issued)
    with pytest.raises(BadToken):
        TOKENS.read("6" + issued[1:])


@given(st.integers(1, 2**31), st.integers(0, 40), st.integers(0, 255))
def test_one_changed_byte_is_noticed(article: int, place: int, byte: int) -> None:
    issued = TOKENS.issue(article, NOW)
    place %= len(issued)
    changed = issued[:place] + chr(byte) + issued[place + 1 :]
    if changed == issued:
        return
    # The last character of base64 text may hold unused bits; here it does not: 12 bytes are 16 characters.
    assert len(base64.urlsafe_b64decode(issued.rpartition(".")[2])) == 12
    with pytest.raises(BadToken):
        TOKENS.read(changed)
