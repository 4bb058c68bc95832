"""A live coverage at the desk."""

from sqlalchemy import Engine

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles, reading
from services.ingest.kit.actors import Role
from services.ingest.kit.json_input import read_fields
from services.ingest.live_coverage.store.reading import listed
from tests.contract.ingest.base import EDITOR, STORY
from tests.contract.ingest.newsroom import Newsroom


def test_a_coverage_is_written_by_many_and_shown_by_who_may(newsroom: Newsroom, sqlite: Engine) -> None:
    sent = read_fields(ArticleInput, {**STORY, "live": True})
    here = f"/bai/{articles.save_article(sqlite, sent, EDITOR).id}"
    reporter, secretary = newsroom.sign_in(Role.reporter, "Mai"), newsroom.sign_in(Role.secretary)
    assert "Tường thuật" in secretary.get(here)
    page = reporter.get(f"{here}/truc-tiep")
    assert "Đăng ngay" not in page and "Kết thúc tường thuật" not in page
    fields = {"title": "Bão vào", "body": "Gió giật.\n\nMưa <to>.", "byline": "Mai", "once": "a1", "status": "draft"}
    for _ in range(2):
        assert "Đã lưu nháp." in reporter.post(f"{here}/truc-tiep", **fields)
    (entry,) = listed(sqlite, int(here.rpartition("/")[2]))
    assert entry["body"] == "<p>Gió giật.</p>\n<p>Mưa &lt;to&gt;.</p>"
    one = f"{here}/truc-tiep/{entry['id']}"
    reporter.post(f"{one}/len-trang", 403)
    assert "Mưa &lt;to&gt;." in secretary.get(f"{here}/truc-tiep")
    assert "Đã lên trang." in secretary.post(f"{one}/len-trang", version="1")
    secretary.post(one, 412, version="1", body="Cũ.", body_format="text")
    change = {"title": "Bão vào", "body": "Gió to.", "body_format": "text", "correction": "Sửa cấp gió."}
    assert "Sửa cấp gió." in secretary.post(one, version="2", **change)
    assert "Bỏ ghim" in secretary.post(f"{one}/danh-dau", mark="pin", on="1")
    assert "Bỏ khỏi diễn biến chính" in secretary.post(f"{one}/danh-dau", mark="key", on="1")
    secretary.post(one, version="5", **change | {"body": "Gió rất to."})
    (entry,) = listed(sqlite, entry["article_id"])
    assert (entry["pinned"], entry["key_event"], entry["body"]) == (True, True, "<p>Gió rất to.</p>")
    reporter.post(f"{one}/rut", 403, reason="Không thích")
    assert "Đã kết thúc tường thuật" in secretary.post(f"{here}/ket-thuc")
    assert "Gió rất to." in reading.article(sqlite, entry["article_id"])["body"]
    assert "Tường thuật đã kết thúc" in secretary.get(f"{here}/truc-tiep")
