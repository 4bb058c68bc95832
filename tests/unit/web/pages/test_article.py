"""The article's page and its JSON."""

import json
import re
from base64 import b64decode
from functools import partial
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from services.ingest.articles.sanitise import text_to_html
from services.web import store
from services.web.page import TOKEN, VIEWS, Gone, Missing, Moved, Page, slot
from services.web.pages import comments
from services.web.routes import resolve
from shared.contracts.addresses import article_path
from shared.contracts.articles import ArticleState, Author, Tag
from shared.contracts.articles import Image as Told
from shared.contracts.events import CommentPublished
from shared.vietnamese.text import slug
from tests.contract.web.conftest import delivered, published
from tests.pages import PAGES
from tests.unit.web.pages import sample
from tests.unit.web.pages.conftest import Paper
from tests.unit.web.pages.reader import Reader

LEAD_PATH = "/kinh-te/cho-phien-muong-suong-40"


def filled(page: Page) -> str:
    """The page as it is served with 5.546 views."""
    return page.body.replace(slot(VIEWS), "5.546").replace(slot(TOKEN), "t").replace(slot("part:most-read"), "")


@pytest.mark.parametrize("text", PAGES, ids=lambda path: path.stem)
def test_a_whole_page_stands_word_for_word(empty_paper: Paper, text: Path) -> None:
    lines = [" ".join(line.split()) for line in text.read_text("utf-8").splitlines() if line.strip()]
    title, facts, first, caption, *rest = lines
    byline = next(line for line in rest if line.startswith("Tin, ảnh"))
    second_caption = rest[3]
    dateline, _, opening = first.partition(" - ")
    author = byline.removeprefix("Tin, ảnh: ")
    paragraphs = [opening, caption, *rest[: rest.index(byline)]]
    body = text_to_html("\n\n".join(paragraphs))
    story = ArticleState(
        id=5,
        version=1,
        status="published",
        title=title,
        slug="tong-ket",
        summary=paragraphs[0][:200] + "…",
        body=body,
        section_slug="thoi-su",
        section_name="Thời sự",
        dateline=dateline,
        byline=byline,
        authors=(Author(name=author, slug=slug(author)),),
        images=(Told(url="", caption=caption), Told(url="", caption=second_caption)),
        published_at=sample.AT,
        updated_at=sample.AT,
    )
    store.publish(empty_paper.engine, [published(story)])
    html = filled(empty_paper.page("/thoi-su/tong-ket-5")).replace("<footer", "</main><main><footer")
    words = Reader(html).words
    place = 0
    expected = [title, facts.replace("5546", "5.546"), first, caption, *rest]
    for line in expected:
        place = words.find(line, place)
        assert place >= 0, line
        place += len(line)
    assert words.count(caption) == 1
    assert f"<figcaption>{caption}</figcaption>" in html


def test_all_that_belongs_to_an_article_is_on_its_page(paper: Paper) -> None:
    page = paper.page(LEAD_PATH)
    reader = Reader(filled(page))
    assert page.article_id == sample.LEAD
    for words in (
        "Trang chủ Kinh tế Chợ phiên Mường Sương họp lại sau mưa lũ Quang Long",
        "09:59 - Thứ Tư, 11/01/2023 Lượt xem: 5.546 In bài viết",
        "Cập nhật: 17:59 - Thứ Tư, 11/01/2023",
        "Tóm tắt của bản tin 40.",
        "Thông tin cải chính, xin lỗi 17:59 - Thứ Tư, 11/01/2023 Bài in sai giá mật ong.",
        "Đã đăng 210.000 Sửa lại 120.000",
        "BM - Sáng sớm, chợ đã đông.",
        "Một góc chợ. Ảnh: A Páo",
        "Hàng thổ cẩm.",
        "Tin, ảnh: Quang Long",
        "Bạn đọc A 17:59 - Thứ Năm, 12/01/2023 Bài hay. Cảm ơn.",
        "Tin liên quan",
        "Bình luận (3)",
        "Tin khác",
    ):
        assert words in reader.words, words
    assert reader.metas["view-token"] == "t"
    neighbours = ("/nong-nghiep/ban-tin-so-38-38", "/nong-nghiep/ban-tin-so-41-41")
    for path in ("/tu-khoa/tet", "/tac-gia/quang-long", *neighbours):
        assert path in reader.links, path
    assert f"/kinh-te/ban-tin-so-{sample.WITHDRAWN}-{sample.WITHDRAWN}" not in reader.links
    assert reader.words.index("Bạn đọc A") < reader.words.index("Bạn đọc B") < reader.words.index("Bình luận được")
    copies = ", ".join(f"{sample.file('cho', f'-{width}.webp')} {width}w" for width in (480, 960))
    assert f'srcset="{copies}"' in page.body
    # Pictures that do not stand in the body follow the lead.
    assert page.body.index(sample.file("khac", "-960.webp")) < page.body.index("Sáng sớm, chợ đã đông.")


def test_machines_learn_what_it_is(paper: Paper) -> None:
    reader = Reader(paper.page(LEAD_PATH).body)
    url = paper.settings.site_url + LEAD_PATH
    news = reader.of_type("NewsArticle")
    assert reader.rels["canonical"] == reader.metas["og:url"] == news["url"] == url
    assert news["headline"] == reader.metas["og:title"] == "Chợ phiên Mường Sương họp lại sau mưa lũ"
    assert news["datePublished"] == "2023-01-11T09:59:00+07:00"
    assert news["author"][0]["name"] == "Quang Long"
    assert news["correction"][0]["@type"] == "CorrectionComment"
    assert news["image"][0]["url"].endswith(sample.file("cho"))
    assert reader.metas["og:image"].startswith("http")
    crumbs = reader.of_type("BreadcrumbList")["itemListElement"]
    assert [crumb["name"] for crumb in crumbs] == ["Trang chủ", "Kinh tế"]


def test_an_article_says_whose_it_is_and_what_it_is_called_where(paper: Paper) -> None:
    own = {"kicker": "Phóng sự", "card_title": "Bản Phủ vào mùa", "search_title": "Mùa hoa ban ở Bản Phủ"}
    more = {"source": "TTXVN", "print_page": "Trang 3, số 1234", "language": "en", "comments_closed": True}
    story = sample.article(sample.LEAD, version=9, **own, **more)
    store.publish(paper.engine, [published(story)])
    page = paper.page(article_path(story.section_slug, story.slug, story.id))
    reader = Reader(filled(page))
    assert f"Phóng sự {story.title}" in reader.words
    assert "Nguồn: TTXVN · Báo in: Trang 3, số 1234" in reader.words
    assert "Bài này không nhận bình luận." in reader.words and "Gửi bình luận" not in reader.words
    news = reader.of_type("NewsArticle")
    assert (news["headline"], news["inLanguage"]) == (story.title, "en")
    assert (news["sourceOrganization"]["name"], news["printPage"]) == ("TTXVN", "Trang 3, số 1234")
    assert reader.metas["og:title"] == "Mùa hoa ban ở Bản Phủ" and '<article class="story" lang="en">' in page.body
    listed = Reader(paper.page(f"/{story.section_slug}").body).words
    assert "Bản Phủ vào mùa" in listed and story.title not in listed


def test_an_article_leads_to_its_event_and_to_what_was_chosen_first(paper: Paper) -> None:
    other = next(number for number in range(1, sample.ARTICLES + 1) if number != sample.LEAD)
    event = Tag(slug="bao-so-5", name="Bão số 5")
    picture = Told(url="/media/aa/chia-se.jpg", alt="Ảnh cho mạng xã hội", width=1200, height=630)
    story = sample.article(sample.LEAD, version=9, event=event, related=(other,), social_image=picture)
    store.publish(paper.engine, [published(story)])
    page = paper.page(article_path(story.section_slug, story.slug, story.id)).body
    reader = Reader(page)
    assert "Sự kiện: Bão số 5" in reader.words and 'href="/tu-khoa/bao-so-5"' in page
    first = page.partition('id="tin-lien-quan"')[2].partition("</article>")[0]
    assert sample.article(other).title in first
    assert reader.metas["og:image:alt"] == "Ảnh cho mạng xã hội"


def test_machines_learn_of_videos_and_whose_a_picture_is(paper: Paper) -> None:
    news = Reader(paper.page("/nong-nghiep/ban-tin-so-38-38").body).of_type("NewsArticle")
    film = news["video"]
    assert film["@type"] == "VideoObject" and film["uploadDate"] == news["datePublished"]
    assert film["embedUrl"].startswith("https://www.youtube-nocookie.com/embed/")
    assert film["thumbnailUrl"].endswith(sample.file("v"))
    first, second = Reader(paper.page(LEAD_PATH).body).of_type("NewsArticle")["image"]
    assert first["creditText"] == first["copyrightNotice"] == "Ảnh: A Páo"
    assert second["creditText"] == paper.settings.site_name
    assert first["license"] == f"{paper.settings.site_url}/gioi-thieu"


def test_an_article_with_words_alone_has_no_empty_places(paper: Paper) -> None:
    page = paper.page("/thoi-su/ban-tin-so-36-36")
    for absent in (
        "standfirst",
        "byline",
        'class="tags"',
        'class="correction"',
        "Cập nhật:",
        "dateline",
        "<figure",
    ):
        assert absent not in page.body, absent


def shared(paper: Paper, path: str) -> Image.Image:
    """The picture that a page names for sharing."""
    metas = Reader(paper.page(path).body).metas
    assert metas["twitter:card"] == "summary_large_image" and metas["og:image:alt"]
    page = paper.page(metas["og:image"].removeprefix(paper.settings.site_url))
    picture = Image.open(BytesIO(page.data))
    assert page.content_type == "image/jpeg"
    assert picture.size == (int(metas["og:image:width"]), int(metas["og:image:height"])) == (1200, 630)
    return picture.convert("RGB")


def colour(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = picture.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def test_every_page_is_shared_with_a_picture(paper: Paper) -> None:
    green = paper.settings.media_dir / "aa" / sample.file("cho").rpartition("/")[2]
    green.parent.mkdir(parents=True)
    Image.new("RGB", (960, 540), "#00a040").save(green)
    assert colour(shared(paper, LEAD_PATH), 600, 300)[1] > 100
    # Without one, and where the file is not at hand, the headline stands on the paper's red.
    for path in ("/thoi-su/ban-tin-so-36-36", "/thoi-su/ban-tin-so-39-39", "/", "/kinh-te"):
        picture = shared(paper, path)
        assert colour(picture, 5, 5)[0] > 100, path
        assert len(picture.getcolors(1 << 16) or ()) > 20, "words are drawn"
    with pytest.raises(Moved):
        paper.page(f"/anh-chia-se/{sample.LEAD}-7.jpg")
    with pytest.raises(Gone):
        paper.page(f"/anh-chia-se/{sample.WITHDRAWN}-1.jpg")


def test_a_shared_picture_is_cut_around_what_was_chosen(paper: Paper) -> None:
    lead = sample.article(sample.LEAD)
    file = paper.settings.media_dir / "aa" / lead.images[0].url.rpartition("/")[2]
    file.parent.mkdir(parents=True)
    tall = Image.new("RGB", (960, 1800), "#00a040")
    tall.paste("#1010f0", (0, 1300, 960, 1800))
    tall.save(file)
    chosen = lead.images[0].model_copy(update={"focus": (0.5, 1.0), "renditions": ()})
    store.publish(paper.engine, [published(sample.article(sample.LEAD, version=2, images=(chosen,)))])
    blue = colour(shared(paper, LEAD_PATH), 600, 300)
    assert blue[2] > 150 > blue[1]


def test_a_headline_without_end_is_drawn_all_the_same(paper: Paper) -> None:
    endless = sample.article(60, version=2, title="Ư" * 300 + " 🎉 ừ" * 90, images=())
    store.publish(paper.engine, [published(endless)])
    assert len(paper.page("/anh-chia-se/60-2.jpg").data) > 10_000


def test_videos_load_on_a_click_only(paper: Paper) -> None:
    page = paper.page("/nong-nghiep/ban-tin-so-38-38")
    assert "<iframe" not in page.body
    assert 'data-embed="https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1"' in page.body
    assert 'href="https://www.youtube.com/watch?v=abcdefghijk"' in page.body
    own = sample.article(sample.VIDEO, version=2, video_url=f"{paper.settings.site_url}/media/aa/phim.mp4")
    store.publish(paper.engine, [published(own)])
    assert '<video controls preload="none"' in paper.page("/nong-nghiep/ban-tin-so-38-38").body
    elsewhere = sample.article(sample.VIDEO, version=3, video_url="https://video.example/phim")
    store.publish(paper.engine, [published(elsewhere)])
    body = paper.page("/nong-nghiep/ban-tin-so-38-38").body
    assert 'href="https://video.example/phim"' in body
    assert "data-embed" not in body


def test_what_is_not_the_story_stands_outside_it(paper: Paper) -> None:
    story = filled(paper.page(LEAD_PATH)).partition("<article")[2].partition("</article>")[0]
    assert "Bản để in" not in story
    assert "Báo Mẫu - http" not in story
    # Reading modes and extractors leave out what calls itself "share".
    left = re.sub(r'<(span|div) class="share .*?</\1>', "", story, flags=re.DOTALL)
    for words in ("Lượt xem", "In bài viết", "Cỡ chữ", "Facebook"):
        assert words in story
        assert words not in left, words
    assert "Sáng sớm, chợ đã đông." in left


def test_many_comments_are_folded_under_their_number(paper: Paper) -> None:
    for number in range(10, 16):
        said = CommentPublished(
            id=number, version=1, article_id=sample.PLAIN, name="Bạn", text=f"Ý kiến {number}.", at=sample.AT
        )
        store.save_comments(paper.engine, [delivered(said, number)])
    page = paper.page("/thoi-su/ban-tin-so-36-36").body
    open_ones, _, folded = page.partition('<details class="folded">')
    assert "Bình luận <small>(6)</small>" in open_ones
    assert "Xem 3 ý kiến nữa" in folded
    assert "Ý kiến 12." in open_ones.partition('id="binh-luan"')[2] and "Ý kiến 13." in folded
    newest = paper.page("/thoi-su/ban-tin-so-36-36?y-kien=moi-nhat").body.partition('id="binh-luan"')[2]
    assert re.findall(r"<p class=\"said\">Ý kiến (\d+)", newest) == ["15", "14", "13", "12", "11", "10"]
    assert '<a href="/thoi-su/ban-tin-so-36-36#binh-luan">' in newest


@pytest.mark.parametrize("first", ["", "?y-kien=moi-nhat"])
def test_every_comment_and_every_answer_is_reached_by_links(paper: Paper, first: str) -> None:
    said = partial(CommentPublished, version=1, article_id=sample.PLAIN, name="Bạn", text="Ý.", at=sample.AT)
    threads, answers = range(100, 1_250), range(2_000, 3_600)
    told = [said(id=one) for one in threads] + [said(id=one, parent_id=700) for one in answers]
    store.save_comments(paper.engine, [delivered(one, one.id) for one in told])
    path = "/thoi-su/ban-tin-so-36-36"
    asked, seen = set[str](), set[int]()
    waiting = [path + first]
    while waiting:
        page = paper.page(waiting.pop()).body.partition('id="binh-luan"')[2]
        assert "Bình luận <small>(2750)</small>" in page
        shown = {int(one) for one in re.findall(r'class="comment" id="binh-luan-(\d+)"', page)}
        assert len(shown) <= 130
        seen |= shown
        links = {link.partition("#")[0].replace("&amp;", "&") for link in re.findall(rf'href="({path}\?[^"]+)"', page)}
        # The other order is for those who want it.
        links -= asked | ({f"{path}?y-kien=moi-nhat"} if not first else set())
        asked |= links
        waiting += links
    assert seen == {*threads, *answers}


def test_an_address_of_comments_that_are_none_leads_to_the_article(paper: Paper) -> None:
    for asked in ("trang-y-kien=2", "y-kien=999", "trang-y-kien=2&y-kien=moi-nhat"):
        with pytest.raises(Moved, match=r"/thoi-su/ban-tin-so-36-36$"):
            paper.page(f"/thoi-su/ban-tin-so-36-36?{asked}")


def test_each_page_of_comments_has_one_address_and_nothing_else_makes_one() -> None:
    path = "/thoi-su/ban-tin-so-36-36"
    queries = {
        "y-kien=moi-nhat": f"{path}?y-kien=moi-nhat",
        "y-kien=cu-nhat": path,
        "y-kien=": path,
        "y-kien=007": path,
        "x=1": path,
        "trang-y-kien=1&y-kien=7": f"{path}?y-kien=7",
        "y-kien=moi-nhat&trang-y-kien=2": f"{path}?trang-y-kien=2&y-kien=moi-nhat",
        "trang-y-kien=-1": None,
        "trang-y-kien=1000000": None,
    }
    assert {query: getattr(resolve(path, query), "key", None) for query in queries} == queries


def test_what_the_paper_wrote_or_changed_among_comments_is_said(paper: Paper) -> None:
    said = partial(CommentPublished, version=1, article_id=sample.PLAIN, at=sample.AT)
    of_reader = said(id=30, name="Lan", text="Hay.", edited=True)
    of_paper = said(id=31, parent_id=30, name="Báo Mẫu", text="Cảm ơn bạn.", by_paper=True)
    store.save_comments(paper.engine, [delivered(of_reader, 30), delivered(of_paper, 31)])
    page = paper.page("/thoi-su/ban-tin-so-36-36").body
    assert page.count("Tòa soạn đã sửa lời") == 1
    assert 'Báo Mẫu <b class="of-paper">Tòa soạn</b>' in page
    # The paper's own words cannot be reported to it.
    assert re.findall(r'form="bao-vi-pham" name="comment_id" value="(\d+)"', page) == ["30"]


@pytest.mark.parametrize(
    ("width", "height", "kind"), [(1600, 900, ""), (120, 90, ' class="small"'), (900, 1600, ' class="tall"')]
)
def test_small_and_tall_pictures_keep_within_bounds(paper: Paper, width: int, height: int, kind: str) -> None:
    images = (sample.image("x", "Chú thích.", width=width, height=height),)
    store.publish(paper.engine, [published(sample.article(60, version=2, images=images))])
    assert f"<figure{kind}><a" in paper.page("/thoi-su/ban-tin-so-60-60").body


def test_each_browser_finds_a_copy_that_it_can_show(paper: Paper) -> None:
    ends = ("-480.avif", "-480.jpg", "-480.webp", "-960.avif", "-960.jpg", "-960.webp", "-1600.avif", "-1600.webp")
    copies = tuple((int(end[1:].partition(".")[0]), sample.file("x", end)) for end in ends)
    store.publish(
        paper.engine, [published(sample.article(60, version=2, images=(sample.image("x", renditions=copies),)))]
    )
    story = paper.page("/thoi-su/ban-tin-so-60-60").body.partition("<figure")[2].partition("</figure>")[0]
    assert re.findall('type="image/([a-z]+)"', story) == ["avif", "webp"]
    assert f'<img src="{sample.file("x", "-960.jpg")}"' in story
    assert f"{sample.file('x', '-1600.avif')} 1600w" in story
    card = paper.page("/thoi-su?trang=1").body.partition(sample.file("x", "-480.avif"))[2].partition("</picture>")[0]
    assert f"{sample.file('x', '-480.webp')} 480w" in card
    assert "960w" not in card, "a small place is offered no large copy"
    store.publish(paper.engine, [published(sample.article(63, version=2, images=()))])
    again = paper.page("/thoi-su").body
    assert f'<img src="{sample.file("x", "-480.jpg")}"' in again
    assert "1600.avif" not in again


def shape(paper: Paper, **fields: object) -> str:
    """The order of an article's text: "o" is a picture, "p" a paragraph."""
    store.publish(paper.engine, [published(sample.article(60, version=2, **fields))])
    text = paper.page("/thoi-su/ban-tin-so-60-60").body.partition('class="prose"')[2].partition('class="byline"')[0]
    return "".join("o" if found == "<figure" else "p" for found in re.findall("<figure|<p>", text))


@pytest.mark.parametrize(
    ("pictures", "paragraphs", "order"), [(1, 2, "opp"), (3, 5, "oppoppop"), (4, 2, "opopoo"), (2, 1, "opo")]
)
def test_pictures_stand_between_the_paragraphs(paper: Paper, pictures: int, paragraphs: int, order: str) -> None:
    images = tuple(sample.image(f"x{number}", f"Ảnh {number}.") for number in range(pictures))
    body = "".join(f"<p>Đoạn {number}.</p>" for number in range(paragraphs))
    assert shape(paper, images=images, body=body) == order
    assert shape(paper, images=images, body=body, kind="photo") == order


def test_a_picture_never_parts_a_quotation(paper: Paper) -> None:
    images = (sample.image("x"), sample.image("y"))
    body = "<p>Một.</p><blockquote><p>Hai.</p><p>Ba.</p></blockquote><p>Bốn.</p>"
    assert shape(paper, images=images, body=body) == "opoppp"


def test_a_list_of_times_leads_into_the_papers_own_film(paper: Paper) -> None:
    film = f"{paper.settings.site_url}/media/aa/phim.mp4"
    times = "<ul><li>0:00 Mở đầu</li><li>01:30 - Qua suối</li><li>1:02:03 Về bản</li><li>09:15</li></ul>"
    store.publish(paper.engine, [published(sample.article(sample.VIDEO, version=2, video_url=film, body=times))])
    body = paper.page("/nong-nghiep/ban-tin-so-38-38").body
    assert re.findall(r'href="/media/aa/phim.mp4#t=(\d+)" data-at="\1">([\d:]+)</a>', body) == [
        ("0", "0:00"),
        ("90", "01:30"),
        ("3723", "1:02:03"),
    ]
    assert "video.js" in body
    other = sample.article(sample.VIDEO, version=3, body=times)
    store.publish(paper.engine, [published(other)])
    body = paper.page("/nong-nghiep/ban-tin-so-38-38").body
    assert "#t=" not in body and "video.js" not in body, "another site's player is not ours to lead into"


def test_an_article_is_shared_with_zalo_by_a_plain_link(paper: Paper) -> None:
    shared = [link for link in Reader(paper.page(LEAD_PATH).body).links if "zalo.me" in link]
    (told,) = {parse_qs(urlsplit(link).query)["d"][0] for link in shared}
    assert json.loads(b64decode(told)) == {"url": paper.settings.site_url + LEAD_PATH}
    assert told.isalnum(), "no sign in it that is read in two ways"


def test_the_picture_of_a_video_is_not_shown_twice(paper: Paper) -> None:
    poster = sample.image("phim", "Đoàn xe qua đèo.", credit="Ảnh: A Páo")
    body = "<p>Một.</p><p>Hai.</p>"
    video = {"kind": "video", "video_url": "https://youtu.be/abcdefghijk", "body": body}
    assert shape(paper, images=(poster, sample.image("khac")), **video) == "opp"
    page = paper.page("/thoi-su/ban-tin-so-60-60").body
    assert page.count(f'<img src="{sample.file("phim", "-960.webp")}"') == 1
    assert "Đoàn xe qua đèo. <" in page


def test_addresses_that_are_not_the_articles_own(paper: Paper) -> None:
    for path in ("/thoi-su/cho-phien-muong-suong-40", "/kinh-te/ten-cu-40", "/kinh-te/40"):
        with pytest.raises(Moved) as moved:
            paper.page(path)
        assert moved.value.path == LEAD_PATH
    with pytest.raises(Gone):
        paper.page(f"/kinh-te/ban-tin-so-{sample.WITHDRAWN}-{sample.WITHDRAWN}")
    with pytest.raises(Missing):
        paper.page("/kinh-te/khong-co-999999")


def test_json_has_the_published_members(paper: Paper) -> None:
    page = paper.page(f"/api/articles/{sample.LEAD}")
    article = json.loads(page.body.replace(slot("views-number"), "5546"))
    assert page.content_type.startswith("application/json")
    wanted = """id version title summary body url section tags byline dateline published_at updated_at images views
        corrections""".split()
    assert set(wanted) <= set(article)
    assert article["views"] == 5546
    assert article["url"] == paper.settings.site_url + LEAD_PATH
    assert article["section"] == "kinh-te"
    assert article["published_at"] == "2023-01-11T09:59:00+07:00"
    with pytest.raises(Gone):
        paper.page(f"/api/articles/{sample.WITHDRAWN}")
    with pytest.raises(Missing):
        paper.page("/api/articles/999999")


def test_a_refused_comment_keeps_what_was_typed(paper: Paper) -> None:
    answer = paper.make(
        comments.form_answer,
        sample.article(sample.LEAD),
        "Tên còn trống.",
        email="a@b.example",
        text="Chưa <gửi> được",
        parent_id="3",
    )
    assert answer.status == 422
    assert 'role="alert">Tên còn trống.' in answer.body
    assert "Chưa &lt;gửi&gt; được</textarea>" in answer.body
    assert 'value="a@b.example"' in answer.body
    assert '<option value="3" selected>' in answer.body
