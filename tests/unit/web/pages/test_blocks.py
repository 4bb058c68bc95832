"""Story blocks on an article's page and in feeds: what stands around them is as it would be without them."""

from services.web import store
from shared.blocks import markup
from tests.blocks import block, samples
from tests.contract.web.conftest import published
from tests.unit.web.pages import sample
from tests.unit.web.pages.conftest import Paper

PATH = "/thoi-su/ban-tin-so-60-60"


def text_of(paper: Paper, body: str, version: int = 2, **fields: object) -> str:
    """The article's page with this body."""
    store.publish(paper.engine, [published(sample.article(60, version=version, body=body, **fields))])
    return paper.page(PATH).body


def test_the_dateline_stands_before_the_storys_own_words(paper: Paper) -> None:
    body = markup.written(block("facts")) + "<p>Sáng nay mở nước.</p>"
    page = text_of(paper, body, dateline="BM", summary="Sáng nay mở nước.")
    assert '<p><span class="dateline">BM - </span>Sáng nay mở nước.</p>' in page
    assert 'class="standfirst"' not in page
    paper.settings = paper.settings.model_copy(update={"feed_full_text": True})
    feed = paper.page("/feed.json").body
    assert "<p>BM - Sáng nay mở nước.</p>" in feed
    assert "Đắp năm 1974" in feed


def test_a_picture_apart_stands_in_no_block(paper: Paper) -> None:
    bodies = [markup.written(block(kind)) for kind in samples()]
    images = (sample.image("x", "Ảnh một."), sample.image("y", "Ảnh hai."))
    page = text_of(paper, "<p>Một.</p>" + "".join(bodies) + "<p>Hai.</p><p>Ba.</p>", images=images)
    text = page.partition('class="prose"')[2].partition('class="byline"')[0]
    assert "Ảnh một." in text.partition("data-block")[0]
    assert "Ảnh hai." in text.rpartition("</aside>")[2]


def test_pages_without_blocks_ask_for_nothing_more(paper: Paper) -> None:
    assert "/blocks." not in text_of(paper, "<p>Một.</p>")
    page = text_of(paper, markup.written(block("timeline")), version=3)
    assert "/blocks.css" in page
    assert "/blocks.js" in page


def test_a_cover_at_the_beginning_makes_a_long_form(paper: Paper) -> None:
    cover, image = markup.written(block("cover")), sample.image("ho")
    cover = cover.replace(samples()["cover"]["picture"]["url"], image.url)
    page = text_of(paper, cover + "<p>Một.</p>", images=(image,), dateline="BM")
    assert "is-magazine" in page
    head, _, text = page.partition('class="prose"')
    assert head.index('data-block="cover"') < head.index("<h1")
    assert 'sizes="100vw"' in head
    assert 'fetchpriority="high"' in head
    assert "data-block" not in text
    assert "BM - </span>Một." in text
    elsewhere = text_of(paper, f"<p>Một.</p>{cover}", version=3, images=(image,))
    assert "is-magazine" not in elsewhere
    assert 'data-block="cover"' in elsewhere.partition('class="prose"')[2]


def test_an_infographic_begins_with_its_numbers(paper: Paper) -> None:
    numbers = markup.written(block("infographic"))
    assert "is-infographic" in text_of(paper, numbers + "<p>Một.</p>")
    assert "is-infographic" not in text_of(paper, f"<p>Một.</p>{numbers}", version=3)


def test_a_picture_of_a_block_has_its_copies_and_its_own_words(paper: Paper) -> None:
    image = sample.image("ho", alt="Từ kho ảnh")
    shown = {"url": image.url, "alt": "Bờ đông"}
    page = text_of(paper, markup.written(block("profile", picture=shown)), images=(image,))
    assert 'alt="Bờ đông"' in page
    assert 'sizes="7rem"' in page
    assert "Từ kho ảnh" not in page.partition('class="prose"')[2].partition('class="byline"')[0]


def test_a_film_stands_in_the_shape_of_its_poster(paper: Paper) -> None:
    image = sample.image("ho", width=900, height=1600)
    page = text_of(paper, markup.written(block("video", poster={"url": image.url, "alt": ""})), images=(image,))
    assert f' poster="{image.renditions[1][1]}" width="900" height="1600"' in page
    assert '<track kind="subtitles"' in page
    assert '<a href="/media/ab/fedcba9876543210fedcba9876543210.mp4#t=65">' in page


def test_a_picture_is_as_wide_as_its_editor_says_if_it_is_large_enough(paper: Paper) -> None:
    large, tall = sample.image("lon"), sample.image("cao", width=900, height=1600)
    figures = (f'<figure><img src="{one.url}" alt="" data-width="full"></figure>' for one in (large, tall))
    page = text_of(paper, f"<p>Một.</p>{''.join(figures)}<p>Hai.</p>", images=(large, tall))
    assert f'<figure class="full"><a class="zoom" href="{large.url}">' in page
    assert f'<figure class="tall"><a class="zoom" href="{tall.url}">' in page
    assert 'sizes="100vw"' in page


def test_a_story_that_is_gone_is_named_to_nobody(paper: Paper) -> None:
    store.publish(paper.engine, [published(sample.article(61, version=2, title="Tít đã đổi"))])
    links = [{"link": {"url": f"/thoi-su/bai-{number}", "words": "Tít cũ"}} for number in (61, sample.WITHDRAWN)]
    page = text_of(paper, markup.written(block("related", stories=links)) + "<p>Một.</p>")
    paper.settings = paper.settings.model_copy(update={"feed_full_text": True})
    for text in (page, paper.page("/api/articles/60").body, paper.page("/rss.xml").body):
        assert "Tít đã đổi" in text
        assert "Tít cũ" not in text
        assert f"bai-{sample.WITHDRAWN}" not in text
