"""Addresses of the paper's former site lead to ours, whoever changed them on the way; none leads in a circle."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from services.web import address_uses, only_ones, store
from shared.contracts.articles import Author, Image, OldPicture, Tag
from shared.contracts.events import AddressRule, AddressRulesChanged, SectionSaved
from tests.contract.web.conftest import Site, delivered, published, state, withdrawn
from tests.wait import until

PATH = "/thoi-su/bai-so-1-1"
WORDPRESS = "/2019/05/le-hoi-hoa-ban"
ASP = "/Details.aspx?ID=1234&CatID=7"
NUKE = "/index.php?language=vi&nv=news&op=thoi-su/bai-nuke-74.html"
OLD = (WORDPRESS, "/2019/05/lễ-hội", "/doc.php?id=7", "/?p=77", ASP, NUKE, "/Tin-Tuc/Bai-Chu-Hoa-55.HTML", "/tim/a+b c")


FORMS = (
    *OLD,
    "/2019/05/lễ-hội/",
    "/2019/05/l%E1%BB%85-h%E1%BB%99i/",
    "/2019/05/L%E1%BB%84-H%E1%BB%98I",
    "/?utm_source=zalo&p=77",
    "/index.php?p=77",
    "/?p=77&xyz=1",
    f"{WORDPRESS}/?fbclid=IwAR0abc",
    f"{WORDPRESS}/?fbclid={'Iw' * 700}",
    f"{WORDPRESS}/?utm_source=zalo&utm_medium=x",
    f"{WORDPRESS}/?zarsrc=30&gidzl=abc",
    f"{WORDPRESS}/?nguon-la=1&kenh=hai",
    f"{WORDPRESS}/?" + "&".join(f"a{number}=1" for number in range(12)),
    f"{WORDPRESS}/amp/",
    f"{WORDPRESS}?amp=1",
    f"{WORDPRESS}?amp",
    f"/amp{WORDPRESS}/",
    f"{WORDPRESS}/feed/",
    f"{WORDPRESS}/embed/",
    f"{WORDPRESS}/trackback/",
    f"{WORDPRESS}/comment-page-2/",
    f"{WORDPRESS}/page/2/",
    f"{WORDPRESS}/2/",
    f"{WORDPRESS}/attachment/anh-1/",
    f"{WORDPRESS}.html",
    f"{WORDPRESS}.htm",
    f"{WORDPRESS}.aspx",
    f"{WORDPRESS}/index.php",
    f"{WORDPRESS}/index.html",
    f"/index.php{WORDPRESS}/",
    "/2019//05/le-hoi-hoa-ban//",
    "/2019/05/Le-Hoi-Hoa-Ban/",
    "/details.aspx?id=1234&catid=7",
    "/Details.aspx?CatID=7&ID=1234",
    "/Details.aspx?ID=1234&CatID=7&fbclid=x",
    "/Details.aspx?ID=1234&CatID=7&nguon=la",
    "/DETAILS.ASPX?id=1234&amp;catid=7",
    "/vi/news/thoi-su/bai-nuke-74.html",
    "/news/thoi-su/bai-nuke-74/",
    "/thoi-su/bai-nuke-74.html?fbclid=1",
    "/index.php?nv=news&op=thoi-su/bai-nuke-74.html&language=vi",
    "/?nv=news&op=thoi-su/bai-nuke-74.html",
    # The number behind it is another article's here.
    "/tin-tuc/bai-chu-hoa-55",
    "/tin-tuc/bai-chu-hoa-55/",
)


OURS = {
    "/feed/": "/rss.xml",
    "/feed/atom/": "/atom.xml",
    "/?feed=rss2": "/rss.xml",
    "/comments/feed/": "/rss.xml",
    "/category/thoi-su/feed/": "/rss/thoi-su.xml",
    "/category/thoi-su/": "/thoi-su",
    "/category/thoi-su/giao-thong/page/3/": "/giao-thong",
    "/?category_name=thoi-su": "/thoi-su",
    "/category/dien-bien/": "/tu-khoa/dien-bien",
    "/tag/dien-bien/": "/tu-khoa/dien-bien",
    "/tag/%C4%91i%E1%BB%87n-bi%C3%AAn/": "/tu-khoa/dien-bien",
    "/?tag=dien-bien": "/tu-khoa/dien-bien",
    "/author/lo-thi-mai/": "/tac-gia/lo-thi-mai",
    "/2026/03/01/": "/ngay/2026-03-01",
    "/2026/03/": "/ngay/2026-03-01",
    "/2026/": "/ngay/2026-03-01",
    "/?m=202603": "/ngay/2026-03-01",
    "/page/2/": "/",
    "/sitemap_index.xml": "/sitemap.xml",
    "/wp-sitemap.xml": "/sitemap.xml",
    "/news-sitemap.xml.gz": "/news-sitemap.xml",
    # ASP.NET
    "/Default.aspx": "/",
    "/Trang-chu.html": "/",
    "/Thoi-Su.aspx": "/thoi-su",
    "/chuyen-muc/thoi-su-12.aspx": "/thoi-su",
    "/Category.aspx?muc=thoi-su": "/thoi-su",
    "/RSS.aspx": "/rss.xml",
    "/rss/thoi-su.rss": "/rss/thoi-su.xml",
    "/ngay/01-03-2026.html": "/ngay/2026-03-01",
    "/tac-gia/lo-thi-mai-15.html": "/tac-gia/lo-thi-mai",
    "/tags/dien-bien.html": "/tu-khoa/dien-bien",
    # NukeViet
    "/index.php?language=vi&nv=news&op=thoi-su": "/thoi-su",
    "/vi/news/thoi-su/": "/thoi-su",
    "/news/tag/dien-bien/": "/tu-khoa/dien-bien",
    "/index.php?language=vi&nv=news&op=rss": "/rss.xml",
    "/news/rss/thoi-su/": "/rss/thoi-su.xml",
    # Ours, as people type and others change them
    "/Thoi-Su": "/thoi-su",
    "/thoi-su.html": "/thoi-su",
    "/THOI-SU/BAI-SO-1-1?fbclid=1": PATH,
    f"{PATH}/amp/": PATH,
    f"{PATH}.html": PATH,
    "/index.php": "/",
    "/vi/": "/",
}


@pytest.fixture
def paper(site: Site) -> Site:
    """An article with former addresses, and what else a paper has."""
    for number, slug, parent in ((1, "thoi-su", ""), (2, "van-hoa", ""), (3, "giao-thong", "thoi-su")):
        event = SectionSaved(id=number, version=1, slug=slug, name=slug.title(), parent_slug=parent)
        site.tell(store.save_sections, delivered(event, number))
    tags, authors = (Tag(slug="dien-bien", name="Điện Biên"),), (Author(name="Lò Thị Mai", slug="lo-thi-mai"),)
    site.tell(
        store.publish,
        published(state(1, old_paths=OLD, tags=tags, authors=authors)),
        published(state(55)),
        published(state(5)),
    )
    site.until(PATH, "Nội dung bài 1.")
    site.until("/thoi-su/bai-so-55-55", "Nội dung bài 55.")
    return site


def lead(site: Site, address: str) -> str | None:
    """Where the site leads the address in one step, for good but asked again each time; None for nowhere."""
    answer = site.get(address)
    if answer.status_code != 301:
        return None
    assert answer.headers["cache-control"] == "no-cache"
    return str(answer.headers["location"])


def end(site: Site, address: str) -> str | None:
    """Where a reader ends who asks for it; None for nowhere. Not in a circle."""
    for _ in range(4):
        answer = site.get(address)
        if answer.status_code == 301:
            address = answer.headers["location"]
        else:
            return urlsplit(address).path if answer.status_code == 200 else None
    raise AssertionError(f"{address} leads in a circle")


def test_an_article_is_found_under_its_former_address_in_any_form(paper: Site) -> None:
    assert {address: end(paper, address) for address in FORMS} == dict.fromkeys(FORMS, PATH)


def test_what_nobody_had_is_not_found(paper: Site) -> None:
    for address in (
        "/2019/05/khac/",
        "/doc.php?id=8",
        "/doc.php",
        "/Details.aspx?ID=1234",
        "/tu-khoa/khong-co",
        "/a/b/c",
    ):
        assert paper.get(address).status_code == 404, address
    for address in ("/", "/?p=78", "/?p=77x", "/?xp=77", "/?q=77", "/?fbclid=1", "/?m=1"):
        assert paper.get(address).status_code == 200, address


def test_what_other_systems_show_is_found_here(paper: Site) -> None:
    assert {address: end(paper, address) for address in OURS} == OURS


def test_a_search_of_the_former_site_is_one_here(paper: Site) -> None:
    assert lead(paper, "/?s=hoa%20ban") == "/tim-kiem?q=hoa%20ban"


def test_other_systems_lists_that_are_not_here_are_not_guessed(paper: Site) -> None:
    for address in (
        "/category/khong-co/",
        "/tag/khong-co/",
        "/author/ai-do/",
        "/2018/05/",
        "/2026/13/",
        "/2026/02/30/",
    ):
        assert end(paper, address) is None, address


def rules(site: Site, version: int, *pairs: tuple[str, str]) -> None:
    made = tuple(
        AddressRule(id=number, pattern=pattern, target=target) for number, (pattern, target) in enumerate(pairs, 1)
    )
    site.tell(only_ones.set_address_rules, delivered(AddressRulesChanged(version=version, rules=made), 1, version))


def test_the_newsroom_s_rules_lead_where_they_say(paper: Site) -> None:
    rules(
        paper,
        1,
        ("/chuyen-trang/*", "/$1"),
        ("/chuyen-trang/le-hoi", "/van-hoa"),
        ("/Muc.aspx?CatID=7", "/van-hoa"),
        ("/bai/*/*.html", "/tu-khoa/$2"),
        ("/cu", "/khong-co-trang-nay"),
        ("/vong-mot", "/vong-hai"),
        ("/vong-hai", "/vong-mot"),
    )
    assert lead(paper, "/chuyen-trang/thoi-su/?fbclid=1") == "/thoi-su"
    assert lead(paper, "/Chuyen-Trang/Le-Hoi.html") == "/van-hoa"  # the one that says more
    assert lead(paper, "/muc.aspx?page=2&catid=7") == "/van-hoa"
    assert lead(paper, "/bai/2019/Điện-Biên.html") == "/tu-khoa/dien-bien"
    for address in ("/chuyen-trang/khong-co", "/cu", "/vong-mot", "/vong-hai", "/muc.aspx?catid=8"):
        assert end(paper, address) is None, address
    # What stands somewhere is never led away, and what an article had goes before.
    rules(paper, 2, ("/thoi-su", "/van-hoa"), ("/2019/*", "/van-hoa"))
    assert paper.get("/thoi-su").status_code == 200
    assert end(paper, WORDPRESS) == PATH
    assert end(paper, "/2019/05/khac") == "/van-hoa"
    assert end(paper, "/chuyen-trang/le-hoi") is None


def test_a_withdrawn_article_s_former_address_leads_nowhere(paper: Site) -> None:
    paper.tell(store.withdraw, withdrawn(1, 2))
    until(lambda: end(paper, WORDPRESS) is None, 10, "the withdrawal is heard of")


def test_who_was_led_and_who_was_not_is_counted(paper: Site) -> None:
    rules(paper, 1, ("/chuyen-trang/*", "/$1"))
    reader = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"}
    for _ in range(3):
        paper.get("/Mat-Roi.html?fbclid=1", headers=reader)
    for address in ("/mat-khac", "/chuyen-trang/thoi-su", WORDPRESS, "/category/thoi-su/"):
        paper.get(address, headers=reader)
    paper.get("/cua-may", headers={"user-agent": "Examplebot/1.0 (+http://example.com)"})
    paper.close()
    found = address_uses.listed(paper.engine, 10)
    assert [(one.address, one.times) for one in found.lost] == [("/mat-roi", 3), ("/mat-khac", 1)]
    assert found.led == {"1": 1, "articles": 1, "forms": 1}


def test_made_up_addresses_push_out_neither_memory_nor_what_many_ask_for() -> None:
    uses = address_uses.AddressUses()
    for number in range(20 * address_uses.IN_MEMORY):
        uses.lost(f"/tham-do/{number}" + "x" * 1000)
        if number % 4 == 0:
            uses.lost("/bai-nhieu-nguoi-hoi")
    taken = uses.take()
    assert len(taken) == address_uses.IN_MEMORY
    assert max(taken, key=taken.__getitem__) == (address_uses.LOST, "/bai-nhieu-nguoi-hoi")
    assert max(len(what) for _, what in taken) <= address_uses.ADDRESS_CHARS
    assert uses.take() == {}


def test_the_table_of_lost_addresses_levels_off_and_forgets(store_engine: Engine) -> None:
    engine = store_engine
    day = 86_400.0
    many = {(address_uses.LOST, f"/ngau-nhien/{number}"): 1 for number in range(address_uses.KEPT_ROWS)}
    address_uses.add(engine, {(address_uses.LOST, "/hay-hoi"): 5, (address_uses.LED, "7"): 2}, now=100 * day)
    address_uses.add(engine, many, now=101 * day)
    address_uses.add(engine, {(address_uses.LOST, "/hay-hoi"): 4}, now=102 * day)
    found = address_uses.listed(engine, 500)
    assert (found.lost[0].address, found.lost[0].times) == ("/hay-hoi", 9)
    assert found.led == {"7": 2}
    address_uses.add(engine, {(address_uses.LOST, "/moi"): 1}, now=132 * day)
    assert [one.address for one in address_uses.listed(engine, 500).lost] == ["/hay-hoi", "/moi"]


def test_a_picture_is_found_under_its_former_address_while_an_article_shows_it(site: Site) -> None:
    name = f"ab/{'0' * 32}"
    shown = (Image(url=f"/media/{name}.jpg"),)
    old = (
        OldPicture(path="/wp-content/uploads/2019/05/Lúa-Chín-300x200.jpg", file=f"{name}.jpg"),
        OldPicture(path="/uploads/news/2019_05/le-hoi.png", file=f"{name}.jpg"),
    )
    site.tell(store.publish, published(state(1, old_pictures=old, images=shown)))
    site.until(PATH, "Nội dung bài 1.")
    for address in (
        "/wp-content/uploads/2019/05/L%C3%BAa-Ch%C3%ADn.jpg",
        "/wp-content/uploads/2019/05/l%C3%BAa-ch%C3%ADn-1024x683.jpg?w=640&ssl=1",
        "/wp-content/uploads/2019/05/L%C3%BAa-Ch%C3%ADn-scaled.jpg",
        "/wp-content/uploads/2019/05/L%C3%BAa-Ch%C3%ADn.jpg.webp",
        "/assets/news/2019_05/le-hoi.png",
        "/Uploads/News/2019_05/Le-Hoi.PNG",
    ):
        assert lead(site, address) == f"/media/{name}.jpg", address
    # Nobody is led to what readers may not have.
    site.tell(store.publish, published(state(1, 2, old_pictures=old)))
    gone = "/wp-content/uploads/2019/05/L%C3%BAa-Ch%C3%ADn.jpg"
    until(lambda: site.get(gone).status_code == 404, 20, "nobody is led to the picture any more")
