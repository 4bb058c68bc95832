"""Files handed in and taken out at the desk."""

from typing import Any

from sqlalchemy import Engine

from services.ingest.exchange import loop as imports
from services.ingest.kit.actors import Role
from tests.contract.ingest.newsroom import Newsroom


def test_a_file_is_handed_in_tried_and_imported(newsroom: Newsroom, sqlite: Engine) -> None:
    admin = newsroom.sign_in(Role.admin)
    content = b'{"title": "B\xc3\xa0i nh\xe1\xba\xadp", "body": "<p>x</p>", "section": "Kinh t\xe1\xba\xbf"}\n{bad'
    headers = {"X-CSRF-Token": admin.csrf, "Accept": "application/json"}

    def send(name: str, **more: Any) -> int:
        query = {"ten": name, "dinh-dang": "auto", "thu": "1", **more}
        return admin.client.post("/desk/nhap-xuat/tep", params=query, content=content, headers=headers).status_code

    assert send("x.exe") == 422
    assert send("bài.ndjson") == 201
    assert admin.client.post("/desk/nhap-xuat/tep", params={"ten": "x.ndjson"}, content=content).status_code == 403
    imports.work_off(sqlite, lambda: False)
    page = admin.get("/nhap-xuat")
    assert "bài.ndjson" in page and "1 bài mới, 1 mục lỗi." in page and "Xong (chạy thử)" in page
    admin.post("/nhap-xuat/1/that")
    imports.work_off(sqlite, lambda: False)
    exported = admin.client.get("/desk/nhap-xuat/tat-ca/ndjson")
    assert "Bài nhập" in exported.text
    for format in ("ninjs", "newsml", "atom", "ndjson"):
        assert "Bài nhập" in admin.get(f"/nhap-xuat/bai/1/{format}")
    admin.get("/nhap-xuat/bai/1/pdf", expect=404)
    admin.get("/nhap-xuat/bai/99/ninjs", expect=404)
