"""A reader's comment, and a report and a like of one, from the thanks to the moderators' list."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store.articles import save_article
from services.ingest.comments.store import comments
from services.ingest.kit.json_input import read_fields
from services.web import store
from shared.contracts.events import CommentPublished
from shared.contracts.from_readers import SubmitComment
from shared.settings import get_settings
from tests.contract.ingest.base import EDITOR, STORY, migrated
from tests.contract.web.conftest import Site, delivered, published, state
from tests.servers import RedisServer
from tests.swallow import Swallower
from tests.wait import until

PATH = "/thoi-su/bai-so-1-1"
SAID = {"name": "Bà Sín", "text": "Bài hay quá."}
pytestmark = pytest.mark.usefixtures("behind_a_proxy")


@pytest.fixture
def ingest(site: Site) -> Engine:
    """Ingest's store with the article that readers see."""
    source = migrated()
    assert save_article(source, read_fields(ArticleInput, STORY), EDITOR).id == 1
    site.tell(store.publish, published(state(1)))
    site.until(PATH, "Nội dung")
    return source


def say(site: Site, address: str = "203.0.113.7") -> int:
    own = {"x-forwarded-for": address}
    return site.client.post("/api/articles/1/comments", json=SAID, headers=own).status_code


def waiting() -> list[Path]:
    return list((get_settings().data_dir / "views" / "comments").glob("*"))


@pytest.fixture
def shown(site: Site, ingest: Engine) -> int:
    """The id of a comment that readers see."""
    said = SubmitComment(token="a", article_id=1, name="Lan", text="Bậy bạ.", at=datetime.now(UTC))
    comments.hold(ingest, said)
    (held,) = comments.listed(ingest)
    version = comments.approve(ingest, held.id, EDITOR)
    told = CommentPublished(id=held.id, version=version, article_id=1, name="Lan", text="Bậy bạ.", at=said.at)
    site.tell(store.save_comments, delivered(told, held.id, version))
    site.until(PATH, "Bậy bạ.")
    return held.id


def report(site: Site, comment_id: int) -> int:
    return site.client.post("/api/articles/1/reports", json={"comment_id": comment_id}).status_code


def test_a_comment_arrives_though_its_message_was_lost(
    site: Site, broker: RedisServer, ingest: Engine, start_worker: Callable[[], None]
) -> None:
    """As when the broker handed it to a worker that was frozen, and then killed."""
    assert say(site) == 202
    with broker.client() as client:
        until(lambda: client.delete("ts:comments") == 1, 20, "its message is on the broker")
    assert len(waiting()) == 1
    start_worker()
    until(lambda: comments.listed(ingest), 60, "the moderators have it")
    until(lambda: not waiting(), 40, "web has let go of it")
    assert [one.text for one in comments.listed(ingest)] == [SAID["text"]]


def test_a_comment_is_taken_while_the_broker_is_away(
    site: Site, broker: RedisServer, ingest: Engine, start_worker: Callable[[], None]
) -> None:
    broker.kill()
    assert say(site) == 202
    # The same reader again is the same comment; the same words of another reader are another.
    assert say(site) == 202
    assert say(site, "203.0.113.8") == 202
    broker.start()
    start_worker()
    until(lambda: len(comments.listed(ingest)) == 2, 60, "the moderators have them")
    until(lambda: not waiting(), 40, "web has let go of them")


def test_nobody_waits_for_a_broker_that_is_silent(site: Site, broker: RedisServer, ingest: Engine) -> None:
    assert site.process
    site.process.terminate()
    site.process.wait(20)
    with Swallower(str(broker.socket)) as cable:
        site.start(TOASOAN_BROKER_URL=f"redis://127.0.0.1:{cable.port}/0")
        assert say(site) == 202
        with broker.client() as client:
            until(lambda: client.exists("ts:comments"), 20, "its message is on the broker")
        cable.swallow()
        cable.cut = True
        # Sooner than the client gives up.
        assert say(site, "203.0.113.8") == 202
        assert len(waiting()) == 2
        site.process.kill()
        site.process.wait(20)


def test_a_report_arrives_though_its_message_was_lost(
    site: Site, broker: RedisServer, ingest: Engine, shown: int, start_worker: Callable[[], None]
) -> None:
    assert report(site, shown) == 202
    with broker.client() as client:
        until(lambda: client.delete("ts:comments") == 1, 20, "its message is on the broker")
    start_worker()
    until(lambda: comments.listed(ingest, "approved")[0].reports, 60, "the moderators have it")
    until(lambda: not waiting(), 40, "web has let go of it")
    assert comments.listed(ingest, "approved")[0].reports == 1


def test_a_report_is_taken_while_the_broker_is_away(
    site: Site, broker: RedisServer, ingest: Engine, shown: int, start_worker: Callable[[], None]
) -> None:
    broker.kill()
    assert report(site, shown) == 202
    broker.start()
    start_worker()
    until(lambda: comments.listed(ingest, "approved")[0].reports, 60, "the moderators have it")


def test_a_like_counts_once_though_its_messages_were_lost_and_came_twice(
    site: Site, broker: RedisServer, ingest: Engine, shown: int, start_worker: Callable[[], None]
) -> None:
    def like() -> int:
        return site.client.post("/api/articles/1/likes", json={"comment_id": shown}).status_code

    assert like() == 202
    with broker.client() as client:
        until(lambda: client.delete("ts:comments") == 1, 20, "its message is on the broker")
    assert (like(), like()) == (202, 202)
    broker.kill()
    assert like() == 202
    broker.start()
    start_worker()
    until(lambda: comments.listed(ingest, "approved")[0].likes, 60, "it is counted")
    until(lambda: not waiting(), 40, "web has let go of it")
    assert comments.listed(ingest, "approved")[0].likes == 1


def test_a_comment_that_cannot_be_held_is_not_thanked_for(site: Site, ingest: Engine) -> None:
    folder = get_settings().data_dir / "views" / "comments"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.touch()
    assert say(site) == 503


def test_an_article_that_takes_no_comments_takes_none(site: Site, ingest: Engine) -> None:
    site.tell(store.publish, published(state(1, version=2, comments_closed=True)))
    site.until(PATH, "Bài này không nhận bình luận.")
    assert say(site) == 422 and not waiting()
