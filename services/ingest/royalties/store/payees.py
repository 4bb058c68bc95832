"""Whose account a name in bylines is. Royalties are shown by this alone: a name like one's own gives no right."""

from datetime import UTC, datetime

from sqlalchemy import Engine, delete, select

from services.ingest.accounts.store import accounts
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid
from services.ingest.royalties.tables import royalty_payees
from shared.database import read, upsert, write
from shared.vietnamese.text import one_line, slug


def linked(engine: Engine) -> dict[str, int]:
    """Slug of an author's name -> account id."""
    with read(engine) as connection:
        return {row.author_slug: row.account_id for row in connection.execute(select(royalty_payees))}


def names_of(engine: Engine, account_id: int) -> frozenset[str]:
    """The slugs of the names that an account writes under."""
    mine = royalty_payees.c.account_id == account_id
    with read(engine) as connection:
        return frozenset(connection.execute(select(royalty_payees.c.author_slug).where(mine)).scalars())


def link(engine: Engine, actor: Actor, author: str, account_id: int | None) -> None:
    """Say whose name this is, with None that it is nobody's. Raises Invalid."""
    author_slug = slug(one_line(author))
    if not author_slug or len(author_slug) > 200:
        raise Invalid.of("author", "Hãy ghi tên tác giả.")
    with write(engine) as connection:
        if account_id is None:
            connection.execute(delete(royalty_payees).where(royalty_payees.c.author_slug == author_slug))
        elif accounts.standing(connection, account_id) is None:
            raise Invalid.of("account_id", "Không có tài khoản này.")
        else:
            values = {"account_id": account_id, "by": actor.name, "at": datetime.now(UTC)}
            statement = upsert(connection, royalty_payees).values(author_slug=author_slug, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["author_slug"], set_=values))
        audit.append(connection, actor.name, "royalty.payee", f"author:{author_slug}", {"account": account_id})
