"""What readers said under an article, a page at a time: comments, and under each the last of its replies. All replies
to one stand on pages of their own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Connection, Select, bindparam, func, select

from services.web.model import Comment, Discussion, Order
from services.web.tables import comments

COMMENTS, REPLIES = 100, 15
"""On a page: comments, and under each the last replies."""
Row = TypeVarTuple("Row")


def _in_parts(query: Select[*Row]) -> Select[*Row]:
    return query.offset(bindparam("offset")).limit(bindparam("limit"))


_ITS_COMMENTS = select(
    comments.c.parent_id,
    comments.c.id,
    comments.c.name,
    comments.c.text,
    comments.c.at,
    comments.c.edited,
    comments.c.by_paper,
    comments.c.likes,
).where(comments.c.article_id == bindparam("id"), comments.c.public)
_OLDEST_FIRST = _in_parts(_ITS_COMMENTS.where(comments.c.parent_id.is_(None)).order_by(comments.c.at, comments.c.id))
_NEWEST_FIRST = _OLDEST_FIRST.order_by(None).order_by(comments.c.at.desc(), comments.c.id.desc())
_IN_ORDER: dict[Order, Select[int | None, int, str, str, int, bool, bool, int]] = {
    "oldest": _OLDEST_FIRST,
    "newest": _NEWEST_FIRST,
    "liked": _OLDEST_FIRST.order_by(None).order_by(comments.c.likes.desc(), comments.c.at, comments.c.id),
}
_THREAD = _ITS_COMMENTS.where(comments.c.parent_id.is_(None), comments.c.id == bindparam("thread"))
_ITS_REPLIES = _in_parts(
    _ITS_COMMENTS.where(comments.c.parent_id == bindparam("thread")).order_by(comments.c.at, comments.c.id)
)
_THREADS = select(comments.c.id).where(
    comments.c.article_id == bindparam("id"), comments.c.public, comments.c.parent_id.is_(None)
)
_NUMBER = (
    select(func.count())
    .select_from(comments)
    .where(comments.c.article_id == bindparam("id"), comments.c.public)
    .where(comments.c.parent_id.is_(None) | comments.c.parent_id.in_(_THREADS))
)
_PLACES = (
    select(
        comments.c.id,
        func.row_number()
        .over(partition_by=comments.c.parent_id, order_by=(comments.c.at.desc(), comments.c.id.desc()))
        .label("place"),
        func.count().over(partition_by=comments.c.parent_id).label("number"),
    )
    .where(comments.c.article_id == bindparam("id"), comments.c.public)
    .where(comments.c.parent_id.in_(bindparam("parents", expanding=True)))
    .subquery()
)
# The newest of each: whatever is said last under a comment that is shown is shown.
_LAST_REPLIES = (
    _ITS_COMMENTS.add_columns(_PLACES.c.number)
    .join(_PLACES, _PLACES.c.id == comments.c.id)
    .where(_PLACES.c.place <= bindparam("most"))
    .order_by(comments.c.at, comments.c.id)
)
_SHOWN = select(comments.c.id).where(
    comments.c.id == bindparam("id"), comments.c.article_id == bindparam("article_id"), comments.c.public
)


def page_of(connection: Connection, article_id: int, order: Order, page: int) -> Discussion:
    """Approved comments; replies stand in the order of time always."""
    rows = connection.execute(_IN_ORDER[order], {"id": article_id, **_part(page)}).all()
    found = [_comment(row) for row in rows[:COMMENTS]]
    replies: dict[int | None, list[Comment]] = {one.id: [] for one in found}
    numbers: dict[int | None, int] = {}
    if found:
        under = {"id": article_id, "parents": [one.id for one in found], "most": REPLIES}
        for *row, number in connection.execute(_LAST_REPLIES, under):
            replies[row[0]].append(_comment(row))
            numbers[row[0]] = number
    whole = tuple(
        replace(one, replies=tuple(last), more_replies=numbers.get(one.id, 0) - len(last))
        for one, last in zip(found, replies.values(), strict=True)
    )
    return Discussion(whole, _number(connection, article_id), page, len(rows) > COMMENTS, order)


def thread(connection: Connection, article_id: int, comment_id: int, page: int) -> Discussion:
    """A comment with replies to it, the oldest first; none where readers see no such comment."""
    here = {"id": article_id, "thread": comment_id}
    first = connection.execute(_THREAD, here).first()
    if first is None:
        return Discussion(thread=comment_id)
    rows = connection.execute(_ITS_REPLIES, here | _part(page)).all()
    whole = replace(_comment(first), replies=tuple(map(_comment, rows[:COMMENTS])))
    return Discussion((whole,), _number(connection, article_id), page, len(rows) > COMMENTS, thread=comment_id)


def shows(connection: Connection, article_id: int, comment_id: int) -> bool:
    """Whether readers see this comment under this article."""
    return connection.execute(_SHOWN, {"article_id": article_id, "id": comment_id}).first() is not None


def _number(connection: Connection, article_id: int) -> int:
    return int(connection.execute(_NUMBER, {"id": article_id}).scalar_one())


def _part(page: int) -> dict[str, int]:
    """A page of rows, and whether there is a next one."""
    return {"offset": (page - 1) * COMMENTS, "limit": COMMENTS + 1}


def _comment(row: Sequence[Any]) -> Comment:
    _, number, name, text, at, edited, by_paper, likes = row
    return Comment(number, name, text, datetime.fromtimestamp(at, UTC), (), edited, by_paper, likes)
