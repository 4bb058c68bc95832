"""Addresses of articles, and those that a former site gave them."""

import pytest

from shared.contracts.addresses import ADDRESS_CHARS, OLD_PATH_CHARS, article_at, article_path, old_path


@pytest.mark.parametrize(
    ("slug", "path"), [("cho-ca", "/kinh-te/cho-ca-17"), ("", "/kinh-te/bai-17")], ids=["slug", "none"]
)
def test_an_article_is_found_at_its_address(slug: str, path: str) -> None:
    assert article_path("kinh-te", slug, 17) == path
    assert article_at(path) == article_at(f"{path}?trang=2") == article_at(f"{path}#a") == 17


@pytest.mark.parametrize(
    "path", ["", "/", "/kinh-te", "/kinh-te/17", "/a/b/cho-ca-17", "/kinh-te/cho-ca-1234567890", "x"]
)
def test_other_addresses_are_no_article_s(path: str) -> None:
    assert article_at(path) == 0


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://cu.example/2019/05/l%E1%BB%85-h%E1%BB%99i/", "/2019/05/lễ-hội"),
        ("  /2019/05/le\u0302\u0303-ho\u0323\u0302i  ", "/2019/05/lễ-hội"),
        ("//cu.example/X/", "/X"),
        ("2019/05", "/2019/05"),
        ("https://cu.example/?p=7", "/?p=7"),
        ("/tin?t%C3%AAn=a%20b", "/tin?tên=a b"),
        ("https://cu.example", ""),
        ("/", ""),
        ("", ""),
        ("/a%00b", ""),
        ("http://[", ""),
    ],
)
def test_an_address_of_the_former_site_has_one_spelling(url: str, path: str) -> None:
    assert old_path(url) == path


def test_an_address_is_kept_up_to_its_longest() -> None:
    longest = "/" + "a" * (OLD_PATH_CHARS - 1)
    assert old_path(longest) == longest
    assert old_path(f"{longest}a") == ""
    # Percent signs count once.
    assert old_path("/x?" + "%41" * 400) == "/x?" + "A" * 400
    spaces = " " * (ADDRESS_CHARS - 2)
    assert old_path(f"/a{spaces}") == "/a"
    assert old_path(f"/a{spaces} ") == ""
