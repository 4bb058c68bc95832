"""The audit log at the desk: searched, taken out, checked."""

from sqlalchemy import Engine, text

from services.ingest.kit.actors import Role
from shared.database import write
from tests.contract.ingest.newsroom import Newsroom, publish


def test_audit_log_is_searched_taken_out_and_checked(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite, title="Bài để tìm trong nhật ký", external_id="=1+1")
    chief = newsroom.sign_in(Role.chief)
    page = chief.get("/nhat-ky?loai=article&q=Bài để tìm")
    assert "Bài: xuất bản" in page and "Bài để tìm trong nhật ký" in page
    assert "trạng thái: Đang xuất bản" in page
    assert "Không có dòng nào như vậy." in chief.get("/nhat-ky?q=khongcogi")
    assert "Không có dòng nào như vậy." in chief.get("/nhat-ky?den=2020-01-01")
    assert "Nhật ký nguyên vẹn" in chief.post("/nhat-ky/kiem-tra")
    table = chief.client.get("/desk/nhat-ky?xuat=csv&loai=article")
    assert table.headers["content-type"].startswith("text/csv")
    assert "article.published" in table.text
    with write(sqlite) as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'user:khac' WHERE id = 1"))
    assert "không còn nguyên vẹn: chuỗi đứt ở dòng số 1" in chief.post("/nhat-ky/kiem-tra")
    newsroom.sign_in(Role.editor).get("/nhat-ky", expect=403)
