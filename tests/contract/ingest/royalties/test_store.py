"""A month's royalties follow from what was published; once approved they stay."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.kit.json_input import read_fields
from services.ingest.royalties.store import ledger, rates
from services.ingest.royalties.store.sheet import sheet, tables
from tests.contract.ingest.base import STORY

CHIEF = Actor("user:chief")
MONTH = "2026-10"
TODAY = date(2026, 11, 25)


def publish(store: Engine, title: str, byline: str, day: str = "2026-10-15", **fields: Any) -> int:
    sent = {**STORY, "title": title, "byline": byline, "published_at": f"{day}T09:00:00+07:00", **fields}
    return articles.save_article(store, read_fields(ArticleInput, sent), CHIEF).id


def rate(store: Engine, role: str, amount: int, kind: str = "article", since: str = "2026-01", **more: Any) -> None:
    values: dict[str, Any] = {"kind": kind, "role": role, "from_month": since, "amount": amount, "per_picture": False}
    rates.set_rate(store, CHIEF, **{**values, **more})


def amounts(store: Engine, month: str = MONTH) -> dict[tuple[str, str], int]:
    return {(line.author_name, line.role): line.amount for line in sheet(store, month).lines}


def test_lines_follow_from_bylines_kinds_pictures_and_dates(store: Engine) -> None:
    rate(store, "", 300_000)
    rate(store, "tin", 100_000)
    rate(store, "ảnh", 50_000, per_picture=True)
    rate(store, "", 700_000, kind="video")
    pictures = [{"caption": f"Ảnh {number}"} for number in range(3)]
    publish(store, "Tin và ảnh", "Tin: Quang Long - Ảnh: Minh Tú", images=pictures)
    publish(store, "Bài chung", "Lan Anh, Mai Hoa, Hà Vy", day="2026-10-31")
    publish(store, "Video", "Lan Anh", kind="video")
    publish(store, "Tháng sau", "Lan Anh", day="2026-11-01")
    publish(store, "Bản nháp", "Lan Anh", status="draft")
    found = {(line.author_name, line.title): line.amount for line in sheet(store, MONTH).lines}
    assert found == {
        ("Quang Long", "Tin và ảnh"): 100_000,
        ("Minh Tú", "Tin và ảnh"): 150_000,
        ("Lan Anh", "Bài chung"): 100_000,
        ("Mai Hoa", "Bài chung"): 100_000,
        ("Hà Vy", "Bài chung"): 100_000,
        ("Lan Anh", "Video"): 700_000,
    }
    assert [(total.author_name, total.works, total.amount) for total in sheet(store, MONTH).totals()] == [
        ("Lan Anh", 2, 800_000),
        ("Mai Hoa", 1, 100_000),
        ("Quang Long", 1, 100_000),
        ("Minh Tú", 1, 150_000),
        ("Hà Vy", 1, 100_000),
    ]
    assert len(sheet(store, MONTH).only(frozenset({"lan anh"})).lines) == 2


def test_sharing_loses_no_dong(store: Engine) -> None:
    rate(store, "", 100_000)
    publish(store, "Bài chung", "Lan Anh, Mai Hoa, Hà Vy")
    assert sheet(store, MONTH).total == 100_000


def test_rates_hold_from_their_month_on(store: Engine) -> None:
    rate(store, "", 100_000, since="2026-01")
    rate(store, "", 200_000, since="2026-11")
    publish(store, "Cũ", "Lan Anh")
    publish(store, "Mới", "Lan Anh", day="2026-11-02")
    assert (sheet(store, MONTH).total, sheet(store, "2026-11").total) == (100_000, 200_000)


def test_approved_month_stays_whatever_changes_afterwards(store: Engine) -> None:
    rate(store, "", 100_000)
    story = publish(store, "Bài", "Lan Anh")
    ledger.adjust(store, CHIEF, MONTH, author="Lan Anh", amount=50_000, reason="Tin nóng", article_id=story)
    with pytest.raises(Conflict):
        ledger.approve(store, CHIEF, MONTH, 1, TODAY)
    approved = ledger.approve(store, CHIEF, MONTH, 150_000, TODAY)
    assert (approved.total, approved.approved_by) == (150_000, "user:chief")
    rate(store, "", 900_000)
    publish(store, "Đăng bù", "Mai Hoa")
    adjustment = next(line.adjustment for line in approved.lines if line.adjustment)
    for change in (
        lambda: ledger.adjust(store, CHIEF, MONTH, author="Lan Anh", amount=1, reason="thêm"),
        lambda: ledger.take_back(store, CHIEF, adjustment),
        lambda: ledger.approve(store, CHIEF, MONTH, 150_000, TODAY),
    ):
        with pytest.raises(Conflict):
            change()
    assert sheet(store, MONTH).total == 150_000


def test_month_is_approved_only_when_over_and_complete(store: Engine) -> None:
    publish(store, "Bài", "Tin: Lan Anh")
    assert sheet(store, MONTH).missing == [("article", "tin")]
    with pytest.raises(Conflict, match="chưa có mức"):
        ledger.approve(store, CHIEF, MONTH, 0, TODAY)
    with pytest.raises(Conflict, match="chưa hết"):
        ledger.approve(store, CHIEF, "2026-11", 0, TODAY)


@pytest.mark.parametrize(
    "wrong",
    [{"author": ""}, {"amount": 0}, {"amount": 10**12}, {"reason": ""}, {"article_id": 999}, {"month": "10/2026"}],
)
def test_impossible_adjustments_are_refused(sqlite: Engine, wrong: dict[str, Any]) -> None:
    values = {"month": MONTH, "author": "Lan Anh", "amount": 1, "reason": "lý do", **wrong}
    with pytest.raises(Invalid):
        ledger.adjust(sqlite, CHIEF, **values)


def test_spreadsheet_holds_totals_and_lines(sqlite: Engine) -> None:
    rate(sqlite, "", 100_000)
    publish(sqlite, "=HYPERLINK(1)", "Lan Anh")
    (_, _, totals), (_, _, lines) = tables(sheet(sqlite, MONTH))
    assert list(totals) == [["Lan Anh", 1, 100_000], ["Cộng", None, 100_000]]
    assert next(iter(lines))[2] == "=HYPERLINK(1)"
