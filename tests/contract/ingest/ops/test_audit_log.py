"""The audit log at the desk: searched, taken out, checked."""

import ast
from pathlib import Path

from sqlalchemy import Engine, text

from services.ingest.kit import audit
from services.ingest.kit.actors import Role
from services.ingest.ops.screen import audit_log
from shared.database import write
from tests.contract.ingest.newsroom import Newsroom, publish

ROOT = Path(__file__).resolve().parents[4]


def test_audit_log_is_searched_taken_out_and_checked(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite, title="Bài để tìm trong nhật ký", external_id="=1+1")
    chief = newsroom.sign_in(Role.chief)
    page = chief.get("/nhat-ky?loai=article&q=Bài để tìm")
    assert "Bài: xuất bản" in page and "Bài để tìm trong nhật ký" in page
    assert "trạng thái: Đang xuất bản" in page
    assert "Không có dòng nào như vậy." in chief.get("/nhat-ky?q=khongcogi")
    assert "Không có dòng nào như vậy." in chief.get("/nhat-ky?den=2020-01-01")
    assert "Bài: xuất bản" in chief.get("/nhat-ky?tu=0001-01-01&den=9999-12-31"), "days that no clock can show"
    assert "Nhật ký nguyên vẹn" in chief.post("/nhat-ky/kiem-tra")
    table = chief.client.get("/desk/nhat-ky?xuat=csv&loai=article")
    assert table.headers["content-type"].startswith("text/csv")
    assert "article.published" in table.text
    with write(sqlite) as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'user:khac' WHERE id = 1"))
    assert "không còn nguyên vẹn: chuỗi đứt ở dòng số 1" in chief.post("/nhat-ky/kiem-tra")
    newsroom.sign_in(Role.editor).get("/nhat-ky", expect=403)


def test_audit_log_is_searched_by_names_and_titles_as_people_type_them(newsroom: Newsroom, sqlite: Engine) -> None:
    chief, writer = newsroom.sign_in(Role.chief), newsroom.sign_in(Role.editor, "Đỗ Thị Hường")
    number = publish(sqlite, title="Đường về Cần Thơ ngập sâu")
    writer.get("/nhat-ky", expect=403)
    found = chief.get("/nhat-ky?q=duong ve can tho")
    assert f'<a href="/desk/bai/{number}">Đường về Cần Thơ ngập sâu</a>' in found
    theirs = chief.get("/nhat-ky?ai=huong&loai=user")
    assert "Tài khoản: đăng nhập" in theirs and "Đỗ Thị Hường" in theirs and "user:" not in theirs
    assert "Không có dòng nào như vậy." in chief.get("/nhat-ky?ai=khong ai&loai=user")


def test_who_looks_after_machines_reads_no_title_of_a_live_entry(newsroom: Newsroom, sqlite: Engine) -> None:
    with write(sqlite) as connection:
        audit.append(connection, "user:lan", "live.written", "article:1", {"title": "Chưa ai được biết"})
        audit.append(connection, "user:lan", "anything.new", "anything:1", {"title": "Chưa ai được biết"})
    assert "Chưa ai được biết" in newsroom.sign_in(Role.chief).get("/nhat-ky")
    ops = newsroom.sign_in(Role.ops)
    for asked in ("", "?q=Chưa ai", "?loai=live", "?xuat=csv"):
        assert "biết" not in ops.get(f"/nhat-ky{asked}")


def test_everything_that_is_noted_has_words_in_vietnamese() -> None:
    noted: set[str] = set()
    for path in (ROOT / "services" / "ingest").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("audit.append", "_each"):
                texts = (one.value for one in call.args if isinstance(one, ast.Constant))
                noted |= {text for text in texts if isinstance(text, str) and "." in text}
    assert len(noted) > 40
    assert [action for action in sorted(noted) if not said(action)] == []


def said(action: str) -> bool:
    """Whether nothing of the programmers' name stands in what people read."""
    return not set(action.replace("_", " ").split(".")) & set(audit_log.act(action).split(": "))
