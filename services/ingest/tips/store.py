"""Tips of readers: kept until somebody takes them over or dismisses them, and then not for long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, select, update

from services.ingest.comments.store import visitors
from services.ingest.kit import audit, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, NotFound
from services.ingest.tips import photos
from services.ingest.tips.tables import TipRow, tip_photos, tips
from shared import clock
from shared.contracts.from_readers import TIP_DAYS, SubmitTip, SubmitTipPhoto
from shared.database import read, upsert, write
from shared.records import records
from shared.vietnamese.text import one_line, plain

SENDER = "readers"
"""Who sends tips, as the audit log says it."""
STATES = {"new": "Chưa xử lý", "taken": "Đã nhận", "dismissed": "Đã bỏ"}
DISMISSED_DAYS = 30
_LISTED = 100


def hold(engine: Engine, sent: SubmitTip) -> None:
    """Keep a tip, once however often it arrives; one of somebody who is banned is dismissed."""
    with write(engine) as connection:
        banned = visitors.is_banned(connection, sent.visitor[:64])
        row = {
            "token": sent.token[:64],
            "name": one_line(sent.name)[:200],
            "contact": one_line(sent.contact)[:300],
            "text": plain(sent.text).strip()[:10_000],
            "photos": sent.photos,
            "at": sent.at,
            "status": "dismissed" if banned else "new",
            "decided_by": visitors.BAN if banned else "",
            "decided_at": clock.moment() if banned else None,
        }
        made = upsert(connection, tips).values(row).on_conflict_do_nothing(index_elements=["token"])
        tip_id = connection.execute(made.returning(tips.c.id)).scalar()
        if tip_id is not None and not banned:
            audit.append(connection, SENDER, "tip.received", f"tip:{tip_id}", {"photos": sent.photos})


def hold_photo(engine: Engine, sent: SubmitTipPhoto) -> None:
    """Keep a photo of a tip that is here and lacks it, rebuilt from its pixels."""
    if (sent.token, sent.place) not in lacking(engine, [sent.token]):
        return
    kind, data = photos.rebuilt(sent.data)
    with write(engine) as connection:
        tip_id = connection.execute(select(tips.c.id).where(tips.c.token == sent.token)).scalar()
        if tip_id is not None:
            row = {"tip_id": tip_id, "place": sent.place, "type": kind, "data": data}
            connection.execute(upsert(connection, tip_photos).values(row).on_conflict_do_nothing())


def held(engine: Engine, tokens: Sequence[str]) -> tuple[str, ...]:
    """Those of these tokens whose tips are here."""
    with read(engine) as connection:
        return tuple(connection.execute(select(tips.c.token).where(tips.c.token.in_(tokens))).scalars())


def lacking(engine: Engine, tokens: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """The photos (token, place) that tips of these wait for. What is decided waits for none."""
    wanted = select(tips.c.id, tips.c.token, tips.c.photos).where(tips.c.token.in_(tokens), tips.c.status == "new")
    with read(engine) as connection:
        waiting = connection.execute(wanted).all()
        places = select(tip_photos.c.tip_id, tip_photos.c.place)
        known = {
            (tip_id, place)
            for tip_id, place in connection.execute(places.where(tip_photos.c.tip_id.in_([row.id for row in waiting])))
        }
    return tuple(
        (token, place) for tip_id, token, most in waiting for place in range(most) if (tip_id, place) not in known
    )


def listed(engine: Engine, status: str, before: int = 0) -> list[TipRow]:
    """Those in a status, the newest first; `before` is the last id above."""
    query = select(tips).where(tips.c.status == status).order_by(tips.c.id.desc()).limit(_LISTED)
    if before:
        query = query.where(tips.c.id < before)
    with read(engine) as connection:
        return records(connection.execute(query), TipRow)


def counts(engine: Engine) -> dict[str, int]:
    with read(engine) as connection:
        return dict(connection.execute(select(tips.c.status, func.count()).group_by(tips.c.status)).all())


def one(engine: Engine, tip_id: int) -> TipRow:
    """Raises NotFound."""
    return rows.one(engine, tips, TipRow, tip_id, "Không có tin này, hoặc tin đã hết hạn lưu.")


def places(engine: Engine, ids: Sequence[int]) -> dict[int, dict[int, bool]]:
    """Of each tip the photos that have come, by place: whether a picture could be made of it."""
    query = select(tip_photos.c.tip_id, tip_photos.c.place, tip_photos.c.type != "").order_by(tip_photos.c.place)
    found: dict[int, dict[int, bool]] = {tip_id: {} for tip_id in ids}
    with read(engine) as connection:
        for tip_id, place, is_picture in connection.execute(query.where(tip_photos.c.tip_id.in_(ids))):
            found[tip_id][place] = is_picture
    return found


def photo(engine: Engine, tip_id: int, place: int) -> tuple[str, bytes]:
    """(type, bytes). Raises NotFound."""
    here = (tip_photos.c.tip_id == tip_id) & (tip_photos.c.place == place) & (tip_photos.c.type != "")
    with read(engine) as connection:
        found = connection.execute(select(tip_photos.c.type, tip_photos.c.data).where(here)).first()
    if found is None:
        raise NotFound("Không có ảnh này.")
    kind, data = found
    return kind, data


def take(
    engine: Engine, tip_id: int, actor: Actor, *, article_id: int | None = None, plan_id: int | None = None
) -> None:
    """Note what came of a tip; its photos, which are in the store of media by then, go. Raises NotFound, Conflict."""
    came = {"article_id": article_id} if article_id else {"plan_id": plan_id}
    _decide(engine, tip_id, actor, "taken", **came)


def dismiss(engine: Engine, tip_id: int, actor: Actor) -> None:
    """Raises NotFound, Conflict."""
    _decide(engine, tip_id, actor, "dismissed")


def forget_old(engine: Engine, now: datetime) -> bool:
    """Whole tips, with their senders' names and addresses: TIP_DAYS after they came, dismissed ones DISMISSED_DAYS
    after that. True when there may be more."""
    dismissed = (tips.c.status == "dismissed") & (tips.c.decided_at < now - timedelta(days=DISMISSED_DAYS))
    old = (tips.c.at < now - timedelta(days=TIP_DAYS)) | dismissed
    with write(engine) as connection:
        gone = list(connection.execute(select(tips.c.id).where(old).limit(rows.STEP)).scalars())
        connection.execute(delete(tip_photos).where(tip_photos.c.tip_id.in_(gone)))
        connection.execute(delete(tips).where(tips.c.id.in_(gone)))
    return len(gone) == rows.STEP


def _decide(engine: Engine, tip_id: int, actor: Actor, status: str, **came: int | None) -> None:
    values = {"status": status, "decided_by": actor.name, "decided_at": clock.moment(), **came}
    undecided = (tips.c.id == tip_id) & (tips.c.status == "new")
    with write(engine) as connection:
        if connection.execute(update(tips).where(undecided).values(values).returning(tips.c.id)).first() is None:
            if connection.execute(select(tips.c.id).where(tips.c.id == tip_id)).first() is None:
                raise NotFound("Không có tin này, hoặc tin đã hết hạn lưu.")
            raise Conflict("Người khác vừa xử lý tin này.")
        if status == "taken" and came.get("article_id"):
            connection.execute(delete(tip_photos).where(tip_photos.c.tip_id == tip_id))
        audit.append(connection, actor.name, f"tip.{status}", f"tip:{tip_id}", came)
