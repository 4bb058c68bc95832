"""Forms of an address come down to one spelling; rules take what they say and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.address_rules import BadRule, Pattern
from shared.contracts.addresses import OLD_PATH_CHARS
from shared.contracts.events import AddressRule
from shared.contracts.former_addresses import MAX_KEYS, former


@given(st.text(alphabet="/?&=*.%aÀđ-+;:#[]@ 1\x00index.phpaspx", max_size=80))
def test_any_text_has_one_spelling_which_is_its_own(text: str) -> None:
    taken = former(f"/{text}")
    if taken is None or not taken.key:
        return
    assert taken.key in taken.keys
    assert len(taken.key) <= OLD_PATH_CHARS and taken.key.isprintable()


@pytest.mark.parametrize(
    "address", ["/2019/05/Le-Hoi/", "/Details.aspx?ID=7&CatID=1", "/index.php?nv=news&op=a/b-7.html"]
)
def test_what_is_kept_is_spelled_as_it_is_looked_for(address: str) -> None:
    kept = former(address)
    assert kept
    looked_for = former(kept.key)
    assert looked_for and looked_for.key == kept.key


@pytest.mark.parametrize(
    "asked",
    [
        "//2019/05/le-hoi", "/2019/05/le-hoi/%20", "/2019/05/le-hoi/&fbclid=IwAR0", "/2019/05/le-hoi&zarsrc=30",
        "/2019/05/le-hoi/)", "/2019/05/le-hoi.html).", "/2019/05/le-hoi,", "/2019/05/le-hoi/%E2%80%8B",
        "/2019/05/le-hoi%22", "/2019/05/le-hoi/amp/)", "/m/2019/05/le-hoi/", "/mobile/2019/05/le-hoi?fbclid=x",
        "/2019/05/le-hoi/%E2%80%9D?utm_id=1", "/2019/05/le-hoi/%E2%80%A6",
    ],
)  # fmt: skip
def test_what_mails_and_chats_write_behind_an_address_is_none_of_it(asked: str) -> None:
    taken = former(asked)
    assert taken and "/2019/05/le-hoi" in taken.keys


def test_a_host_is_no_part_of_the_path() -> None:
    kept = former("//cu.example/2019/05/le-hoi/")
    assert kept and kept.key == "/2019/05/le-hoi"


def test_however_much_is_added_no_more_is_looked_for() -> None:
    for number in (6, 7, 20, 49):
        taken = former("/a/b-2/3?" + "&".join(f"x{at}=1" for at in range(number)))
        assert taken is not None
        assert len(taken.keys) <= MAX_KEYS and "/a/b-2/3" in taken.keys
    assert former("/a?" + "&".join(f"x{at}=1" for at in range(60))) is None
    assert former("/" + "a" * 9_000) is None


def pattern(written: str, target: str = "/thoi-su") -> Pattern:
    return Pattern.of(AddressRule(id=1, pattern=written, target=target))


@pytest.mark.parametrize(
    ("written", "target", "fault"),
    [
        ("chuyen-muc/*", "/thoi-su", "path"),
        ("//xau.example/*", "/thoi-su", "path"),
        ("https://xau.example/*", "/thoi-su", "path"),
        ("/a\x00b", "/thoi-su", "path"),
        ("/" + "a" * 300, "/thoi-su", "long"),
        ("/*/*/*/*/*/*/bai", "/thoi-su", "stars"),
        ("/bai/**", "/thoi-su", "stars"),
        ("/*", "/thoi-su", "vague"),
        ("/", "/thoi-su", "vague"),
        ("/*/*", "/thoi-su", "vague"),
        ("/bai/*", "//xau.example/$1", "target"),
        ("/bai/*", "https://xau.example/$1", "target"),
        ("/bai/*", "/\\xau.example", "target"),
        ("/bai/*", "javascript:alert(1)", "target"),
        ("/bai/*", "/thoi-su?x=$1", "target"),
        ("/bai/*", "/$2", "place"),
        ("/bai/*", "/$0", "place"),
        ("/bai", "/$1", "place"),
        ("/bai/*", "/bai-$x", "place"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_said_why(written: str, target: str, fault: str) -> None:
    with pytest.raises(BadRule) as refused:
        pattern(written, target)
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    ("written", "target", "asked", "leads"),
    [
        ("/chuyen-muc/*", "/$1", "/Chuyen-Muc/Thoi-Su.html?fbclid=1", "/thoi-su"),
        ("/chuyen-muc/*", "/$1", "/chuyen-muc/", None),
        ("/chuyen-muc/*", "/$1", "/khac/thoi-su", None),
        ("/*-cu/bai-*", "/$1/bai-$2", "/thoi-su-cu/bai-7", "/thoi-su/bai-7"),
        ("/a*b*c", "/tu-khoa/$2", "/aXbYbZc", "/tu-khoa/ybz"),
        ("/a*a", "/tu-khoa/$1", "/aa", None),
        ("/xem.aspx?id=*", "/thoi-su/bai-$1", "/Xem.aspx?CatID=3&ID=9", "/thoi-su/bai-9"),
        ("/xem.aspx?id=*", "/thoi-su/bai-$1", "/xem.aspx?catid=3", None),
        ("/xem", "/thoi-su", "/xem.php", "/thoi-su"),
        ("/the/*", "/tu-khoa/$1", "/the/%C4%90i%E1%BB%87n Biên", "/tu-khoa/dien-bien"),
    ],
)
def test_a_rule_takes_what_it_says(written: str, target: str, asked: str, leads: str | None) -> None:
    taken = former(asked)
    assert taken is not None
    assert pattern(written, target).leads(taken) == leads


def test_an_address_made_for_a_rule_does_not_hold_it() -> None:
    rule = pattern("/a*a*a*a*a.b")
    taken = former("/" + "a" * 7_900)
    assert taken is not None
    # What tries every way to share the letters out would still be at it when the test's time is over.
    assert rule.leads(taken) is None
