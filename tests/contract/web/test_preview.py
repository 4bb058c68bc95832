"""An article is shown to editors as readers would see it, and stays unknown to readers."""

from sqlalchemy import Engine

from services.web import preview, store
from services.web.reading import reading
from shared.contracts.commands import PreviewArticle
from tests.contract.web.conftest import published, state


def test_a_draft_looks_as_its_page_would_and_is_kept_nowhere(store_engine: Engine) -> None:
    store.publish(store_engine, [published(state(1))])
    draft = state(2, status="draft", title="Chưa ai thấy <b>", published_at=None, first_published_at=None)
    html = preview.page(store_engine, PreviewArticle(article=draft)).html
    assert '<article class="story">' in html and "<p>Nội dung bài 2.</p>" in html
    assert "Chưa ai thấy &lt;b&gt;" in html and "Bài số 1" in html, "among what stands there now"
    assert "<script" not in html and "\x00" not in html and 'name="view-token" content=""' in html
    with reading(store_engine) as site:
        assert site.article(2) is None
