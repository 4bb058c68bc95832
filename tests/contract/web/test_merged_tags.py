"""A merged tag's page and feed lead to the other tag's, where its articles stand, until the merge is taken back."""

from functools import partial
from itertools import permutations

from sqlalchemy import Engine

from services.web import only_ones, store
from services.web.model import of_tag
from services.web.reading import reading
from shared.contracts.articles import Tag
from shared.contracts.envelope import Delivered
from shared.contracts.events import TagMerge, TagsMerged
from tests.contract.web.conftest import Site, delivered, published, state

OLD, NEW = Tag(slug="covid", name="Covid"), Tag(slug="covid-19", name="Covid-19")
MERGE = TagMerge(slug="covid", name="Covid", into_slug="covid-19", into_name="Covid-19")


def merges(version: int, *said: TagMerge) -> Delivered[TagsMerged]:
    return delivered(TagsMerged(version=version, merges=said), 1, version)


def test_readers_are_led_and_stories_carried_over_and_back(site: Site) -> None:
    site.tell(store.publish, published(state(1, tags=(OLD,))), published(state(2, tags=(NEW, OLD))))
    site.start()
    assert site.get("/tu-khoa/covid").status_code == site.get("/rss/tu-khoa/covid.xml").status_code == 200
    assert "/rss/tu-khoa/covid.xml" in site.get("/tu-khoa/covid").text
    assert "Tóm tắt 1" not in site.get("/tu-khoa/covid-19").text
    assert 'href="/tu-khoa/covid"' in site.get("/thoi-su/bai-so-1-1").text

    site.tell(only_ones.merge_tags, merges(1, MERGE))
    for page in ("/tu-khoa/covid-19", "/rss/tu-khoa/covid-19.xml"):
        site.until(page, "Tóm tắt 1")
    for old, new in (("/tu-khoa/covid", "/tu-khoa/covid-19"), ("/rss/tu-khoa/covid.xml", "/rss/tu-khoa/covid-19.xml")):
        answer = site.get(old)
        assert (answer.status_code, answer.headers["location"]) == (301, new)
    article = site.until("/thoi-su/bai-so-1-1", 'href="/tu-khoa/covid-19"').text
    assert 'href="/tu-khoa/covid"' not in article
    assert site.get("/thoi-su/bai-so-2-2").text.count('href="/tu-khoa/covid-19"') == 1
    assert site.get("/api/articles/1").json()["tags"] == ["Covid-19"]

    site.tell(only_ones.merge_tags, merges(2))
    site.until("/tu-khoa/covid", "Tóm tắt 1")
    site.until("/thoi-su/bai-so-1-1", 'href="/tu-khoa/covid"')
    assert "Tóm tắt 1" not in site.until("/tu-khoa/covid-19", "Tóm tắt 2").text
    assert site.get("/rss/tu-khoa/khong-co.xml").status_code == 404


def test_whatever_comes_first_stories_stand_in_the_same_lists(store_engine: Engine) -> None:
    for number, order in enumerate(permutations(range(4))):
        old, new = Tag(slug=f"cu-{number}", name="Cũ"), Tag(slug=f"moi-{number}", name="Mới")
        merge = TagMerge(slug=old.slug, name=old.name, into_slug=new.slug, into_name=new.name)
        arrivals = [
            partial(store.publish, store_engine, [published(state(number + 1, 1, tags=(old,)))]),
            partial(store.publish, store_engine, [published(state(number + 1, 2, tags=(old, new)))]),
            partial(only_ones.merge_tags, store_engine, [merges(2 * number + 1)]),
            partial(only_ones.merge_tags, store_engine, [merges(2 * number + 2, merge)]),
        ]
        for at in order:
            arrivals[at]()
        with reading(store_engine) as read:
            assert [card.id for card in read.listed(of_tag(new.slug)).cards] == [number + 1], order
            assert not read.listed(of_tag(old.slug)).cards, order
            assert read.name_of(of_tag(new.slug)) == "Mới"
