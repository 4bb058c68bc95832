"""Authors have pages of their own: who differs in a mark alone shares none, and old addresses lead on."""

from functools import partial
from itertools import permutations

from sqlalchemy import Engine

from services.web import only_ones, store
from services.web.model import of_author
from services.web.reading import reading
from shared.contracts.articles import Author, Image
from shared.contracts.envelope import Delivered
from shared.contracts.events import AuthorsChanged, PortraitsChanged, SigningAuthor
from tests.contract.web.conftest import Site, delivered, published, state
from tests.wait import until

HOA, HOAF, HOAS = (Author(name=name, slug="hoa") for name in ("Hoa", "Hòa", "HÓA"))


def signed(version: int, **people: tuple[str, ...]) -> Delivered[AuthorsChanged]:
    """`signed(1, _7=("Hòa",))`: author 7 is known by that name."""
    told = tuple(SigningAuthor(id=int(number[1:]), names=names) for number, names in people.items())
    return delivered(AuthorsChanged(version=version, authors=told), 1, version)


def test_hoa_hoaf_and_hoas_are_three(site: Site) -> None:
    stories = [state(number, byline=one.name, authors=(one,)) for number, one in enumerate((HOA, HOAF, HOAS), 1)]
    site.tell(store.publish, *map(published, stories))
    site.start()
    together = site.get("/tac-gia/hoa").text
    assert all(f"Tóm tắt {number}" in together for number in (1, 2, 3)), "nobody has said whose they are"

    site.tell(only_ones.set_authors, signed(1, _7=("Hòa", "Thu Hòa")))
    page = site.until("/tac-gia/7/hoa", "Tóm tắt 2").text
    assert "<h1>Hòa</h1>" in page and "Tóm tắt 1" not in page and "Tóm tắt 3" not in page
    assert 'href="/tac-gia/7/hoa"' in site.until("/thoi-su/bai-so-2-2", "/tac-gia/7/hoa").text
    assert 'href="/tac-gia/hoa"' in site.get("/thoi-su/bai-so-1-1").text
    rest = site.until("/tac-gia/hoa", "/tac-gia/7/hoa").text
    assert "Tóm tắt 1" in rest and "Tóm tắt 2" not in rest, "others keep the page, and it leads to her"
    thu = site.get("/tac-gia/thu-hoa")
    assert (thu.status_code, thu.headers["location"]) == (301, "/tac-gia/7/hoa")
    assert thu.headers["cache-control"] == "no-cache"

    site.tell(only_ones.set_authors, signed(2, _7=("Hòa",), _8=("Hóa",), _9=("Hoa",)))
    site.until("/tac-gia/8/hoa", "Tóm tắt 3")
    chooses = site.until("/tac-gia/hoa", "/tac-gia/9/hoa").text
    assert all(f'href="/tac-gia/{number}/hoa"' in chooses for number in (7, 8, 9))
    assert "Tóm tắt" not in chooses


def test_old_addresses_lead_on_and_never_in_a_circle(site: Site) -> None:
    site.tell(store.publish, published(state(1, byline="Hòa", authors=(HOAF,))))
    site.start()
    site.tell(only_ones.set_authors, signed(1, _7=("Hòa",)))
    site.until("/thoi-su/bai-so-1-1", "/tac-gia/7/hoa")
    assert site.get("/tac-gia/hoa").headers["location"] == "/tac-gia/7/hoa"
    assert site.get("/author/hoa").headers["location"] == "/tac-gia/7/hoa", "as other systems write it"
    assert site.get("/tac-gia/7/ten-cu").headers["location"] == "/tac-gia/7/hoa"
    assert site.get("/tac-gia/8/ten-la").status_code == 404

    # The name goes to another one, who is headed by another name; then it is nobody's again.
    site.tell(only_ones.set_authors, signed(2, _8=("Lê Hòa", "Hòa")))
    site.until("/tac-gia/8/le-hoa", "Tóm tắt 1")
    until(lambda: site.get("/tac-gia/7/hoa").headers.get("location") == "/tac-gia/hoa", what="who lost the name")
    assert site.get("/tac-gia/hoa").headers["location"] == "/tac-gia/8/le-hoa"
    site.tell(only_ones.set_authors, signed(3))
    site.until("/tac-gia/hoa", "Tóm tắt 1")
    for address in ("/tac-gia/7/hoa", "/tac-gia/8/hoa"):
        assert site.get(address).headers["location"] == "/tac-gia/hoa"
    # Nothing was ever signed so.
    until(lambda: site.get("/tac-gia/8/le-hoa").status_code == 404, what="nobody's page")


def test_machines_are_told_the_same_addresses(site: Site) -> None:
    site.tell(store.publish, published(state(1, byline="Hòa, Hoa", authors=(HOAF, HOA))))
    site.tell(only_ones.set_authors, signed(1, _7=("Thu Hòa", "Hòa")))
    site.start()
    paper = site.get("/api/articles/1").json()["url"].removesuffix("/thoi-su/bai-so-1-1")
    hers, nobodys = f"{paper}/tac-gia/7/thu-hoa", f"{paper}/tac-gia/hoa"
    assert [(one["name"], one["url"]) for one in site.get("/api/articles/1").json()["authors"]] == [
        ("Hòa", hers),
        ("Hoa", nobodys),
    ]
    assert site.get("/feed.json").json()["items"][0]["authors"] == [
        {"name": "Hòa", "url": hers},
        {"name": "Hoa", "url": nobodys},
    ]
    assert f"<name>Hòa</name><uri>{hers}</uri>" in site.get("/atom.xml").text
    assert f'"url":"{hers}"' in site.get("/thoi-su/bai-so-1-1").text.replace(" ", "")


def test_a_face_stands_with_its_own_name(site: Site) -> None:
    face, other = (Image(url=f"/media/a/{name}.jpg", alt=name, width=9, height=9) for name in ("Hoa", "Hòa"))
    site.tell(store.publish, published(state(1, authors=(HOAF,))), published(state(2, authors=(HOA,))))
    site.tell(only_ones.set_authors, signed(1, _7=("Thu Hòa", "Hòa")))
    site.tell(only_ones.set_portraits, delivered(PortraitsChanged(version=1, portraits={"hoa": face, "hòa": other}), 1))
    site.start()
    assert other.url in site.get("/tac-gia/7/thu-hoa").text
    page = site.get("/tac-gia/hoa").text
    assert face.url in page and other.url not in page


def test_whatever_comes_first_stories_stand_in_the_same_lists(store_engine: Engine) -> None:
    for number, order in enumerate(permutations(range(4))):
        one = Author(name=f"Hòa {number}", slug=f"hoa-{number}")
        arrivals = [
            partial(store.publish, store_engine, [published(state(number + 1, 1))]),
            partial(store.publish, store_engine, [published(state(number + 1, 2, authors=(one,)))]),
            partial(only_ones.set_authors, store_engine, [signed(2 * number + 1)]),
            partial(only_ones.set_authors, store_engine, [signed(2 * number + 2, _7=(f"HOÀ {number}",))]),
        ]
        for at in order:
            arrivals[at]()
        with reading(store_engine) as read:
            assert [card.id for card in read.listed(of_author(f"7/hoa-{number}")).cards] == [number + 1], order
            assert not read.listed(of_author(one.slug)).cards, order
