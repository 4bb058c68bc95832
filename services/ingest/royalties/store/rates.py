"""The rates: how many đồng a work of a kind pays for a role, from a month on."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import Connection, Engine, delete, select

from services.ingest.articles.byline import ROLES
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.royalties.tables import RoyaltyRateRow, royalty_rates
from shared.database import read, upsert, write
from shared.records import record
from shared.vietnamese.text import fold, one_line

KINDS = {"article": "Bài viết", "photo": "Phóng sự ảnh", "video": "Video"}
TEXT = ""
"""The role of who stands in the byline without one."""
MOST = 1_000_000_000
_NAMES = {fold(role).strip(): role for role in ROLES}
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Rate:
    """`amount` đồng for a work, or for each of its pictures."""

    id: int
    kind: str
    role: str
    from_month: str
    amount: int
    per_picture: bool


_OF = royalty_rates.c
_RATES = select(_OF.id, _OF.kind, _OF.role, _OF.from_month, _OF.amount, _OF.per_picture)


@lru_cache(maxsize=1024)
def role_key(printed: str) -> str:
    """A role as rates know it: "Ảnh" and "ảnh" are one."""
    return fold(one_line(printed)).strip()[:50]


def role_name(key: str) -> str:
    """A role as people read it: "ảnh" of "anh", "người viết" of none."""
    return _NAMES.get(key, key) or "người viết"


def month_of(text: str) -> str:
    """ "2026-11", checked. Raises Invalid."""
    if not _MONTH.fullmatch(text):
        raise Invalid.of("month", "Tháng phải có dạng 2026-11.")
    return text


def current_month(today: date) -> str:
    return f"{today:%Y-%m}"


def listed(engine: Engine) -> list[Rate]:
    """Every rate there ever was, the newest first within a kind and role."""
    order = (royalty_rates.c.kind, royalty_rates.c.role, royalty_rates.c.from_month.desc())
    with read(engine) as connection:
        return [Rate(*row) for row in connection.execute(_RATES.order_by(*order))]


def in_force(connection: Connection, month: str) -> dict[tuple[str, str], Rate]:
    """The rate of each (kind, role) in a month."""
    query = _RATES.where(royalty_rates.c.from_month <= month).order_by(royalty_rates.c.from_month)
    return {(rate.kind, rate.role): rate for rate in (Rate(*row) for row in connection.execute(query))}


def set_rate(
    engine: Engine, actor: Actor, *, kind: str, role: str, from_month: str, amount: int, per_picture: bool
) -> None:
    """Set a rate from a month on; months that are approved keep what they had. Raises Invalid."""
    if kind not in KINDS:
        raise Invalid.of("kind", "Không có thể loại này.")
    if not 0 <= amount <= MOST:
        raise Invalid.of("amount", "Mức phải từ 0 đến một tỷ đồng.")
    key = {"kind": kind, "role": role_key(role), "from_month": month_of(from_month)}
    values = {"amount": amount, "per_picture": per_picture}
    with write(engine) as connection:
        statement = upsert(connection, royalty_rates).values(**key, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
        audit.append(connection, actor.name, "royalty.rate_set", "royalties", {**key, **values})


def remove(engine: Engine, actor: Actor, rate_id: int) -> None:
    """Raises NotFound."""
    gone = delete(royalty_rates).where(royalty_rates.c.id == rate_id).returning(*royalty_rates.c)
    with write(engine) as connection:
        row = record(connection.execute(gone), RoyaltyRateRow)
        if row is None:
            raise NotFound("Không có mức này.")
        detail = {"kind": row.kind, "role": row.role, "from_month": row.from_month, "amount": row.amount}
        audit.append(connection, actor.name, "royalty.rate_removed", "royalties", detail)
