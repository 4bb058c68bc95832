"""Feeds and webhooks are kept by the admin alone."""

import pytest
from sqlalchemy import Engine

from services.ingest.kit.actors import Role
from tests.contract.ingest.newsroom import Newsroom, publish


def test_feeds_and_webhooks_are_kept_by_the_admin_alone(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite)
    admin, chief = newsroom.sign_in(Role.admin), newsroom.sign_in(Role.chief)
    feed = {"name": "Hãng tin", "url": "https://1.1.1.1/rss", "section": "kinh-te", "minutes": "15", "enabled": "1"}
    assert "Hãng tin" in admin.post("/nguon-tin/moi", **feed)
    assert "Đã lưu nguồn tin." in admin.post("/nguon-tin/1", **{**feed, "minutes": "30"})
    assert "trong vài giây" in admin.post("/nguon-tin/1/lay-ngay")
    for url in ("http://127.0.0.1/", "file:///etc/passwd", "http://169.254.169.254/"):
        page = admin.post("/nguon-tin/moi", 422, **{**feed, "url": url})
        assert "Không lấy được từ địa chỉ này." in page
    assert "Đã xóa nguồn tin" in admin.post("/nguon-tin/1/xoa")
    hook: dict[str, str | list[str]] = {
        "name": "Đối tác",
        "url": "https://1.1.1.1/hook",
        "kind": ["article.published", "article.removed"],
    }
    page = admin.post("/webhook/moi", **hook)
    assert "whsec_" in page and "Đang bật" in page
    assert "Tin thử" in admin.post("/webhook/1/thu")
    assert "Đã tắt" in admin.post("/webhook/1/tat")
    assert "Đang bật" in admin.post("/webhook/1/bat")
    assert "Đã đổi khóa ký" in admin.post("/webhook/1/khoa-moi")
    admin.post("/webhook/1", 422, **{**hook, "kind": []})
    admin.post("/webhook/moi", 422, **{**hook, "url": "http://[::1]/"})
    for path in ("/nguon-tin", "/webhook", "/nhap-xuat", "/nhap-xuat/tat-ca/ndjson"):
        chief.get(path, expect=403)
    assert "Đã xóa webhook." in admin.post("/webhook/1/xoa")


@pytest.mark.usefixtures("time_stands_still")
def test_nobody_has_one_server_outside_asked_without_end(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite)
    admin = newsroom.sign_in(Role.admin)
    feed = {"name": "Hãng tin", "url": "https://1.1.1.1/rss", "section": "kinh-te", "minutes": "15", "enabled": "1"}
    admin.post("/nguon-tin/moi", **feed)
    for name in ("Một", "Hai"):
        admin.post("/webhook/moi", name=name, url="https://1.1.1.1/hook", kind=["article.published"])
    for path in ("/nguon-tin/1/lay-ngay", "/webhook/1/thu"):
        for _ in range(10):
            admin.post(path)
        assert "Hãy đợi 30 giây" in admin.post(path, 429)
    assert "Tin thử" in admin.post("/webhook/2/thu")
