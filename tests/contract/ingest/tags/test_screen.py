"""Tags that editors merge at the desk, and what goes out of it."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.ingest.events import build
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Invalid
from services.ingest.kit.tables import audit, outbox
from services.ingest.tags import store as tags
from shared.database import read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.newsroom import Newsroom, words


def test_tags_are_merged_and_parted_and_readers_stores_are_told(newsroom: Newsroom, sqlite: Engine) -> None:
    secretary = newsroom.sign_in(Role.secretary)
    assert "Chưa gộp từ khóa nào" in secretary.get("/tu-khoa")
    page = secretary.post("/tu-khoa/gop", name="Covid", into="Covid-19")
    assert "Đã gộp “Covid” vào “Covid-19”" in page and "Covid → Covid-19" in words(page)
    for name, into, said in (("COVID", "Dịch", "đã gộp vào"), ("?!", "Dịch", "chữ cái"), ("Tết", "tết", "đã là một")):
        assert said in words(secretary.post("/tu-khoa/gop", 422, name=name, into=into))
    assert told(sqlite) == {"covid": ("covid-19", "Covid-19")}
    assert "Đã bỏ gộp" in secretary.post("/tu-khoa/covid/tach")
    secretary.post("/tu-khoa/covid/tach", 404)
    assert told(sqlite) == {}
    with read(sqlite) as connection:
        acts = connection.execute(select(audit.c.action).where(audit.c.subject == "tags").order_by(audit.c.id))
        assert list(acts.scalars()) == ["tags.merged", "tags.parted"]
        queues = connection.execute(select(outbox.c.queue).where(outbox.c.kind == "tags_merged")).scalars()
        assert set(queues) == {"page"}


def told(store: Engine) -> dict[str, Any]:
    """What readers' stores are told: each merged tag and where it leads."""
    with read(store) as connection:
        merges = tags.payload(connection)
    assert merges is not None
    sent: Any = build("tags_merged", [("1", merges.version)])[("1", merges.version)]
    return {one.slug: (one.into_slug, one.into_name) for one in sent.merges}


def test_whoever_may_not_stays_out(newsroom: Newsroom) -> None:
    for role in (Role.reporter, Role.editor, Role.ops):
        somebody = newsroom.sign_in(role)
        somebody.get("/tu-khoa", expect=403)
        somebody.post("/tu-khoa/gop", 403, name="a", into="b")


def test_one_after_another_all_lead_to_the_last_and_never_round(store: Engine) -> None:
    tags.merge(store, EDITOR, "Một", "Hai")
    tags.merge(store, EDITOR, "Hai", "Ba")
    tags.merge(store, EDITOR, "Bốn", "Một")
    assert told(store) == dict.fromkeys(("mot", "hai", "bon"), ("ba", "Ba"))
    with pytest.raises(Invalid):
        tags.merge(store, EDITOR, "Ba", "Một")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tags, "MAX_MERGES", 3)
        with pytest.raises(Invalid):
            tags.merge(store, EDITOR, "Năm", "Ba")
