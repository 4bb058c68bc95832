"""Which spelling of a former address is kept, and which are looked for."""

import pytest

from shared.contracts.addresses import ADDRESS_CHARS, OLD_PATH_CHARS
from shared.contracts.former_addresses import former, picture_key


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("/2019/05/Le-Hoi/", "/2019/05/le-hoi"),
        ("https://cu.example/2019/05/le-hoi.html", "/2019/05/le-hoi"),
        ("/le-hoi.html.php", "/le-hoi"),
        ("/2019/05/le-hoi/amp/", "/2019/05/le-hoi"),
        ("/amp/2019/le-hoi", "/2019/le-hoi"),
        ("/amp/le-hoi", "/le-hoi"),
        ("/le-hoi/amp", "/le-hoi"),
        ("/a/le-hoi.html/feed/trackback", "/a/le-hoi"),
        ("/a/b/le-hoi/comment-page-3", "/a/b/le-hoi"),
        ("/a/comment-page-12345", "/a/comment-page-12345"),
        ("/a/b/page/12", "/a/b"),
        ("/a/page/12", "/a"),
        ("/page/12", "/page/12"),
        ("/a/page/hai", "/a/page/hai"),
        ("/a/trang/12", "/a/trang/12"),
        ("/feed", "/feed"),
        ("/amp", "/amp"),
        ("/a/b/c/embed/print", "/a/b/c"),
        ("/Details.aspx?ID=1234&CatID=7", "/details?catid=7&id=1234"),
        ("/x?utm_source=zalo&fbclid=1&ID=2", "/x?id=2"),
        ("/x?amp;ID=2", "/x?id=2"),
        ("/x;jsessionid=9", "/x"),
        ("/x?trong=", "/x?trong="),
        ("/index.php/vi/x", "/x"),
        ("/vi/x", "/x"),
        ("/vi", "/vi"),
        ("/tin/index.html", "/tin"),
        ("/tin/default.aspx?id=3", "/tin?id=3"),
        ("/index.php?nv=news&op=the-gioi/bai-7.html&language=vi", "/news/the-gioi/bai-7"),
        ("/index.php?nv=news&lang=vi", "/news"),
        ("/%C4%90i%E1%BB%87n", "/điện"),
        ("/", ""),
        ("/?utm_source=x", ""),
    ],
)
def test_forms_of_an_address_are_kept_as_one(url: str, key: str) -> None:
    taken = former(url)
    assert taken is not None and taken.key == key


@pytest.mark.parametrize("url", ["/a%00b", "/x?a=%01", "http://[", "/" + "a" * ADDRESS_CHARS])
def test_what_no_site_can_have_had_is_none(url: str) -> None:
    assert former(url) is None
    assert picture_key(url) == ""


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("/x", ("/x", "/news/x")),
        ("/news/x", ("/news/x",)),
        ("/", ()),
        ("/x?a=1&b=2", ("/x?a=1&b=2", "/x?a=1", "/x?b=2", "/x", "/news/x")),
        ("/news/x/3", ("/news/x/3", "/news/x")),
        ("/3", ("/3", "/news/3")),
        ("/news/x/attachment/y", ("/news/x/attachment/y", "/news/x")),
    ],
)
def test_spellings_are_looked_for_from_the_likeliest_on(url: str, keys: tuple[str, ...]) -> None:
    taken = former(url)
    assert taken is not None and taken.keys == keys


@pytest.mark.parametrize(("number", "keys"), [(3, 8), (6, 63), (7, 30), (8, 38)])
def test_what_somebody_added_is_left_out_in_every_way_while_that_is_few(number: int, keys: int) -> None:
    """All of 3 parameters in 2³ ways; of 6 in 2⁶; of more they, pairs, single ones and none."""
    taken = former("/news/x?" + "&".join(f"a{at}=1" for at in range(number)))
    assert taken is not None
    assert len(taken.keys) == keys + (number == 6)
    assert taken.keys[0].count("=") == number
    assert taken.keys[1].count("=") == (number - 1 if number <= 6 else 2)
    assert taken.keys[-1] == "/news/x"


def test_a_spelling_is_kept_up_to_its_longest() -> None:
    longest = former("/" + "a" * (OLD_PATH_CHARS - 1))
    longer = former("/" + "a" * OLD_PATH_CHARS)
    assert longest is not None and len(longest.key) == OLD_PATH_CHARS
    assert longer is not None and longer.key == ""


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("/uploads/2019/Lua.jpg", "/uploads/2019/lua.jpg"),
        ("/uploads/2019/lua-300x200.jpg?w=150", "/uploads/2019/lua.jpg"),
        ("/uploads/lua-scaled.jpeg", "/uploads/lua.jpeg"),
        ("/uploads/lua-e1557900000123.png", "/uploads/lua.png"),
        ("/uploads/lua.jpg.webp", "/uploads/lua.jpg"),
        ("/uploads/lua-1x1.jpg", "/uploads/lua-1x1.jpg"),
        ("/assets/news/2019_05/lua.jpg", "/uploads/news/2019_05/lua.jpg"),
        ("/assets/lua.jpg", "/uploads/lua.jpg"),
        ("/x/assets/lua.jpg", "/x/assets/lua.jpg"),
        ("/lua.webp", "/lua.webp"),
        ("/assets", ""),
        ("/bai.html", ""),
        ("/", ""),
    ],
)
def test_copies_of_a_picture_are_kept_as_the_whole_one(url: str, key: str) -> None:
    assert picture_key(url) == key
