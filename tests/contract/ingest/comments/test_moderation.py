"""Comments are reported, mended, answered in the paper's name, and their writers banned for a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from services.ingest.comments.store import comments, visitors
from services.ingest.events import build
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.kit.visibility import Seen
from shared.contracts.events import CommentPublished
from shared.contracts.from_readers import LikeComment, ReportComment, SubmitComment
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.comments.test_store import events_of_comments, submit
from tests.contract.ingest.conftest import Save
from tests.contract.ingest.newsroom import Newsroom, publish

ALL = Seen(None, "")


def report(store: Engine, comment_id: int, visitor: str) -> None:
    now = datetime.now(UTC)
    visitors.report(store, ReportComment(comment_id=comment_id, article_id=1, visitor=visitor, at=now))


def like(store: Engine, comment_id: int, visitor: str) -> None:
    now = datetime.now(UTC)
    visitors.like(store, LikeComment(comment_id=comment_id, article_id=1, visitor=visitor, at=now))


def public(store: Engine, article_id: int, token: str = "t1", **fields: Any) -> int:
    submit(store, article_id, token=token, **fields)
    found = next(int(row.id) for row in comments.listed(store) if row.token == token)
    comments.approve(store, found, EDITOR)
    return found


def told(store: Engine) -> CommentPublished:
    """What readers are told by the last event."""
    kind, key, version = events_of_comments(store)[-1]
    event = build(kind, [(key, version)])[(key, version)]
    assert isinstance(event, CommentPublished)
    return event


def test_reports_of_one_visitor_count_once_and_the_most_reported_come_first(store: Engine, save: Save) -> None:
    article = save().id
    first, second, third = (public(store, article, token) for token in "abc")
    for visitor in ("v1", "v1", "v1"):
        report(store, first, visitor)
    for visitor in ("v1", "v2"):
        report(store, second, visitor)
    report(store, 999, "v1")
    assert [(row.id, row.reports) for row in comments.queue(store, ALL, "reported")] == [(second, 2), (first, 1)]
    comments.reject(store, first, EDITOR)
    assert [row.id for row in comments.queue(store, ALL, "reported")] == [second]
    submit(store, article, token="held")
    report(store, comments.listed(store)[0].id, "v4")
    assert comments.counts(store, ALL)["reported"] == 1, "what nobody sees is not reported"
    assert third not in [row.id for row in comments.queue(store, ALL, "reported")]


def test_web_lets_go_of_a_report_that_is_noted_or_would_come_to_nothing(store: Engine, save: Save) -> None:
    article = save().id
    first, gone, by_banned = (public(store, article, token, visitor=f"of {token}") for token in "abc")
    report(store, first, "v1")
    visitors.ban(store, by_banned, 1, EDITOR)
    comments.reject(store, gone, EDITOR)
    sent = [(first, "v1"), (first, "v2"), (first, "of c"), (gone, "v1"), (999, "v1")]
    assert visitors.settled_reports(store, sent) == tuple(one for one in sent if one != (first, "v2"))


def test_likes_of_one_visitor_count_once_and_readers_are_told(store: Engine, save: Save) -> None:
    article = save().id
    first, by_banned = public(store, article, "a"), public(store, article, "b", visitor="of b")
    visitors.ban(store, by_banned, 1, EDITOR)
    submit(store, article, token="held")
    held = comments.listed(store)[0].id
    for comment_id, visitor in (
        (first, "v1"),
        (first, "v1"),
        (first, "of b"),
        (held, "v1"),
        (999, "v1"),
        (first, "v2"),
    ):
        like(store, comment_id, visitor)
    liked = told(store)
    assert (liked.id, liked.likes, liked.text) == (first, 2, "Hay quá!")
    comments.answer(store, first, "Cảm ơn bạn.", "k", EDITOR)
    like(store, told(store).id, "v1")
    assert (told(store).by_paper, told(store).likes) == (True, 1), "what the paper says may be liked as well"
    sent = [(first, "v1"), (first, "v3"), (first, "of b"), (held, "v1")]
    assert visitors.settled_likes(store, sent) == tuple(one for one in sent if one != (first, "v3"))


def test_likes_do_not_come_between_a_moderator_and_a_comment(store: Engine, save: Save) -> None:
    only = public(store, save().id)
    (read,) = comments.listed(store, "approved")
    like(store, only, "v1")
    state = comments.edit(store, only, "Sửa lời.", EDITOR, seen=comments.state_of(read))
    like(store, only, "v2")
    with pytest.raises(Conflict):
        comments.reject(store, only, EDITOR, seen=comments.state_of(read))
    comments.reject(store, only, EDITOR, seen=state)
    comments.approve(store, only, EDITOR)
    assert told(store).likes == 2


def test_a_comment_that_stays_is_not_asked_about_again_for_every_reader_who_dislikes_it(
    store: Engine, save: Save
) -> None:
    only = public(store, save().id)
    looked = 0
    for number in range(100):
        for _ in range(3):
            report(store, only, f"v{number}")
        if comments.queue(store, ALL, "reported"):
            comments.approve(store, only, EDITOR)
            looked += 1
    assert looked == 6, "after 1, 3, 7, 15, 31, 63 readers"


def test_an_edit_keeps_what_the_reader_wrote_and_tells_readers_that_the_paper_changed_it(
    store: Engine, save: Save
) -> None:
    only = public(store, save().id, text="Đồ ngu, hay quá!")
    comments.edit(store, only, "Hay quá!", EDITOR)
    comments.edit(store, only, "Hay quá.", EDITOR)
    assert (told(store).text, told(store).edited) == ("Hay quá.", True)
    (row,) = comments.listed(store, "approved")
    assert row.original == "Đồ ngu, hay quá!"
    comments.edit(store, only, "Đồ ngu, hay quá!", EDITOR)
    assert not told(store).edited


def test_the_paper_answers_once_in_its_own_name(store: Engine, save: Save) -> None:
    article = save().id
    above = public(store, article)
    reply = public(store, article, "t2", parent_id=above)
    for _ in range(2):
        comments.answer(store, reply, "Cảm ơn bạn.", "key", EDITOR)
    answer = told(store)
    assert (answer.by_paper, answer.name, answer.parent_id) == (True, "Báo Mẫu", above)
    assert len(comments.listed(store, "approved")) == 3
    with pytest.raises(Conflict):
        comments.edit(store, answer.id, "Khác", EDITOR)
    submit(store, article, token="t3")
    with pytest.raises(Conflict):
        comments.answer(store, comments.listed(store)[0].id, "Cảm ơn bạn.", "key", EDITOR)


def test_the_paper_does_not_answer_what_readers_no_longer_see(store: Engine, save: Save) -> None:
    article = save().id
    above = public(store, article)
    reply = public(store, article, "t2", parent_id=above)
    comments.reject(store, above, EDITOR)
    for gone in (above, reply):
        with pytest.raises(Conflict):
            comments.answer(store, gone, "Cảm ơn bạn.", "key", EDITOR)
    assert [row.token for row in comments.listed(store, "approved")] == ["t2"]


def test_nothing_is_decided_or_mended_unread(store: Engine, save: Save) -> None:
    """Two moderators have the same page open."""
    submit(store, save().id, text="Hay, đồ ngu!")
    only = comments.listed(store)[0].id
    mended = comments.edit(store, only, "Hay!", EDITOR, seen=1)
    for act in (comments.approve, comments.reject):
        with pytest.raises(Conflict):
            act(store, only, EDITOR, 1)
    with pytest.raises(Conflict):
        comments.edit(store, only, "Hay, đồ dại!", EDITOR, seen=1)
    approved = comments.approve(store, only, EDITOR, mended)
    assert comments.approve(store, only, EDITOR, mended) == approved, "both want the same"
    with pytest.raises(Conflict):
        comments.reject(store, only, EDITOR, mended)
    comments.reject(store, only, EDITOR, approved)
    assert [row.text for row in comments.listed(store, "rejected")] == ["Hay!"]


def test_who_is_banned_is_refused_until_then_and_nobody_else(store: Engine, save: Save) -> None:
    article = save().id
    submit(store, article, visitor="v1")
    first = comments.listed(store)[0].id
    with pytest.raises(Invalid):
        visitors.ban(store, first, 3650, EDITOR)
    until, refused = visitors.ban(store, first, 7, EDITOR)
    assert refused == {first: 2}, "what they had waiting"
    submit(store, article, token="t2", visitor="v1")
    submit(store, article, token="t3", visitor="v2")
    assert comments.held(store, ["t2"]) == ("t2",), "web sends it no more"
    assert [row.token for row in comments.listed(store)] == ["t3"]
    assert [row.token for row in comments.listed(store, "rejected")] == ["t1", "t2"]
    assert visitors.ban(store, first, 1, EDITOR) == (until, {}), "a second ban does not end the first one sooner"
    (one,) = visitors.banned(store)
    visitors.lift(store, one.visitor, EDITOR)
    submit(store, article, token="t4", visitor="v1")
    assert [row.token for row in comments.listed(store)] == ["t3", "t4"]


def test_after_a_month_nobody_knows_who_wrote_reported_and_liked(store: Engine, save: Save) -> None:
    only = public(store, save().id, visitor="v1")
    report(store, only, "v2")
    like(store, only, "v2")
    visitors.ban(store, only, 30, EDITOR)
    visitors.forget_visitors(store, datetime.now(UTC) + timedelta(days=29))
    assert comments.listed(store, "approved")[0].visitor == "v1"
    assert visitors.settled_likes(store, [(only, "v2")])
    visitors.forget_visitors(store, datetime.now(UTC) + timedelta(days=31))
    (row,) = comments.listed(store, "approved")
    assert (row.visitor, row.reports, row.likes, visitors.banned(store)) == ("", 1, 1, [])
    assert not visitors.settled_likes(store, [(only, "v2")])
    with pytest.raises(Invalid):
        visitors.ban(store, only, 1, EDITOR)


def test_the_desk_mends_answers_bans_and_shows_one_story(newsroom: Newsroom, sqlite: Engine) -> None:
    stories = [publish(sqlite, title=title) for title in ("Chợ cá", "Chợ rau")]
    for token, story in zip("ab", stories, strict=True):
        said = {"article_id": story, "name": f"Bạn {token}", "text": f"Ý kiến {token}", "visitor": f"v{token}"}
        comments.hold(sqlite, SubmitComment.model_validate({"token": token, "at": datetime.now(UTC), **said}))
    first, second = (row.id for row in comments.queue(sqlite, ALL))
    editor = newsroom.sign_in(Role.editor)
    assert "Ý kiến b" not in editor.get(f"/binh-luan?bai={stories[0]}")
    assert "Đã duyệt 1" in editor.post("/binh-luan", decision="approve", id=[f"{first}"], **{f"version-{first}": "1"})
    report(sqlite, first, "v9")
    page = editor.get("/binh-luan?trang-thai=reported")
    assert "1 bạn đọc báo vi phạm" in page and "Ý kiến b" not in page
    mended = editor.post(f"/binh-luan/{first}/sua", text="Lời sửa", version="2", bai=f"{stories[0]}", q="Ý kiến a")
    assert "lời gốc vẫn được giữ" in mended and "Ý kiến b" not in mended, "it is the same list"
    editor.post("/binh-luan", 409, decision="reject", id=[f"{first}"], **{f"version-{first}": "2"})
    assert "Đã trả lời" in editor.post(f"/binh-luan/{first}/tra-loi", text="Cảm ơn bạn.", once="k")
    assert "từ chối 1 bình luận đang chờ" in editor.post(f"/binh-luan/{second}/chan", days="7")
    assert "Ý kiến a" in editor.get("/binh-luan?trang-thai=approved")
    assert "Đã bỏ chặn" in editor.post("/binh-luan/bo-chan", visitor="vb")
    editor.post(f"/binh-luan/{first}/sua", 422, text=" ")
