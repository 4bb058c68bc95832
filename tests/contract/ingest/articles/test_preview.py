"""The preview asks the readers' site for the page of what is written, saved or not."""

import pytest

from services.ingest.articles.screen import preview
from shared.contracts.articles import ArticleState
from shared.contracts.commands import PreviewAnswer, PreviewArticle
from shared.settings import get_settings
from tests.contract.ingest.desk import Desk, form_of

KEY = "0123456789abcdef0123456789abcdef"


def test_the_preview_is_the_readers_page_with_what_is_unsaved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[ArticleState] = []

    def site(query: PreviewArticle) -> PreviewAnswer:
        asked.append(query.article)
        return PreviewAnswer(html='<link rel="stylesheet" href="/static/1/site.css">Trang của bạn đọc')

    monkeypatch.setattr(preview, "ask", site)
    editor, saved = desk.be("editor"), desk.article(status="published")
    written = form_of(saved, key=KEY, sequence=0, title="Đang viết dở", section="van-hoa", body="<p>Chưa lưu.</p>")
    assert editor.script("POST", f"/bai/{saved.id}/luu-tam", data=written).is_success
    outer = editor.get(f"/bai/{saved.id}/xem-truoc").text
    assert f'src="/desk/bai/{saved.id}/xem-truoc/trang"' in outer and "phần viết dở" in outer
    page = editor.get(f"/bai/{saved.id}/xem-truoc/trang")
    assert f'href="{get_settings().site_url}/static/1/site.css"' in page.text, "the desk has files of its own there"
    policy = page.headers["content-security-policy"]
    assert "script-src" not in policy and "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    editor.get(f"/bai/{saved.id}/xem-truoc/trang", params={"phien_ban": 1})
    desk.be("secretary").get(f"/bai/{saved.id}/xem-truoc/trang")
    assert [(one.title, one.body, one.section_name) for one in asked] == [
        ("Đang viết dở", "<p>Chưa lưu.</p>", "Văn hóa"),
        ("Họp chợ phiên", "<p>Chợ họp từ sáng sớm.</p>", "Kinh tế"),
        ("Họp chợ phiên", "<p>Chợ họp từ sáng sớm.</p>", "Kinh tế"),
    ]


def test_while_the_readers_site_is_away_the_text_is_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "ask", lambda _query: None)
    page = desk.be("editor").get(f"/bai/{desk.article().id}/xem-truoc/trang").text
    assert "Trang bạn đọc không trả lời" in page and "Chợ họp từ sáng sớm." in page
