"""Authors: made, named, given an account; whose a pen name is. Everything here is said by somebody in charge.

Readers hear which names are one author's as far as they may know: an author's only name, and of several those that
were said to be no secret. All of that is one versioned thing, like the front page.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, exists, insert, select, update

from services.ingest.accounts.store import accounts
from services.ingest.authors.tables import AuthorRow, authors, authors_told, pen_names
from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import Account, Actor
from services.ingest.kit.errors import Conflict, Invalid, NotFound
from services.ingest.kit.once import Sent, making
from shared import outbox as events
from shared.contracts.events import AuthorsChanged, SigningAuthor
from shared.database import AdvisoryLock, read, take_lock, upsert, write
from shared.records import record, records
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import one_line, slug, sort_key

_NAME = 200


@dataclass(frozen=True, slots=True)
class KnownAuthor:
    """A person; the names are those that they sign with."""

    id: int
    name: str
    account_id: int | None
    pen_names: tuple[str, ...]
    told: frozenset[str] = frozenset()
    """Those of them that readers know to be this author's."""


def listed(engine: Engine) -> list[KnownAuthor]:
    """Everybody, by the given name as Vietnamese lists go."""
    with read(engine) as connection:
        names: dict[int, list[str]] = {}
        told: dict[int, set[str]] = {}
        query = select(pen_names.c.author_id, pen_names.c.name, pen_names.c.told).order_by(pen_names.c.name)
        for author_id, name, is_told in connection.execute(query):
            names.setdefault(author_id, []).append(name)
            if is_told:
                told.setdefault(author_id, set()).add(name)
        found = [
            KnownAuthor(row.id, row.name, row.account_id, tuple(names.get(row.id, ())), frozenset(told.get(row.id, ())))
            for row in records(connection.execute(select(authors)), AuthorRow)
        ]
    return sorted(found, key=lambda one: (sort_key(one.name.rpartition(" ")[2]), sort_key(one.name), one.id))


class SigningRow(AuthorRow):
    key: str


def by_key(connection: Connection) -> dict[str, SigningRow]:
    """Key of a pen name -> the row of its author."""
    query = select(pen_names.c.key, authors).join(authors, authors.c.id == pen_names.c.author_id)
    return {row.key: row for row in records(connection.execute(query), SigningRow)}


def keys_of(engine: Engine, account_id: int) -> frozenset[str]:
    """The keys of the names that an account signs with."""
    query = select(pen_names.c.key).join(authors, authors.c.id == pen_names.c.author_id)
    with read(engine) as connection:
        return frozenset(connection.execute(query.where(authors.c.account_id == account_id)).scalars())


def signature(engine: Engine, who: Account) -> str:
    """What an account signs with: the only pen name that it has, else its own name."""
    query = select(pen_names.c.name).join(authors, authors.c.id == pen_names.c.author_id)
    with read(engine) as connection:
        own = connection.execute(query.where(authors.c.account_id == who.id).limit(2)).scalars().all()
    return str(own[0]) if len(own) == 1 else who.name


def accounts_by_key(engine: Engine) -> dict[str, int]:
    """Key of a pen name -> account id, where its author has one."""
    with read(engine) as connection:
        return {key: row.account_id for key, row in by_key(connection).items() if row.account_id is not None}


def suggested(name: str, known: list[KnownAuthor]) -> list[KnownAuthor]:
    """Who may be meant by a name that differs in its marks alone; only a person can say so."""
    wanted = slug(name)
    return [one for one in known if wanted in {slug(pen) for pen in (one.name, *one.pen_names)}]


def add(engine: Engine, actor: Actor, name: str, account_id: int | None, sent: Sent | None = None) -> int:
    """A person who signs with the name; returns the author's id. Raises Invalid, Conflict where that is another's."""
    name, key = _checked(name)

    def work(connection: Connection) -> int:
        take_lock(connection, AdvisoryLock.authors)
        if connection.execute(select(pen_names.c.key).where(pen_names.c.key == key)).first() is not None:
            raise Conflict(f"Tên ký “{name}” đã là của người khác.", "name")
        made = _add(connection, actor, name, account_id)
        _sign(connection, actor, name, key, made)
        _tell(connection)
        return made

    made = making(engine, sent, work)
    events.wake("ingest")
    return made


def change(engine: Engine, actor: Actor, author_id: int, name: str, account_id: int | None) -> None:
    """Raises NotFound, Invalid, Conflict for an account that another author has."""
    name, _ = _checked(name)
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.authors)
        _require(connection, author_id)
        _require_account(connection, account_id, author_id)
        values = {"name": name, "account_id": account_id}
        connection.execute(update(authors).where(authors.c.id == author_id).values(values))
        audit.append(connection, actor.name, "author.changed", f"author:{author_id}", values)
        _tell(connection)
    events.wake("ingest")


def sign(engine: Engine, actor: Actor, name: str, author_id: int, told: bool = False) -> None:
    """Say that this name is that author's, whosever it was; `told`: readers may know. Raises NotFound, Invalid."""
    name, key = _checked(name)
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.authors)
        _require(connection, author_id)
        _sign(connection, actor, name, key, author_id, told)
        _tell(connection)
    events.wake("ingest")


def let_go(engine: Engine, actor: Actor, name: str) -> None:
    """Say that a name is nobody's. Raises Invalid."""
    name, key = _checked(name)
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.authors)
        _let_go(connection, actor, name, key)
        _tell(connection)
    events.wake("ingest")


def give_account(engine: Engine, actor: Actor, name: str, account_id: int | None) -> None:
    """Say whose account a pen name is, with None that it is nobody's name: the author of that account, else the name's
    own who has no account yet, else a new one. Raises Invalid."""
    name, key = _checked(name)
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.authors)
        if account_id is None:
            _let_go(connection, actor, name, key)
            _tell(connection)
            return
        owner = record(connection.execute(select(authors).where(authors.c.account_id == account_id)), AuthorRow)
        mine = by_key(connection).get(key)
        if owner is None and mine is not None and mine.account_id is None:
            _require_account(connection, account_id, mine.id)
            connection.execute(update(authors).where(authors.c.id == mine.id).values(account_id=account_id))
            audit.append(connection, actor.name, "author.changed", f"author:{mine.id}", {"account_id": account_id})
            return
        author_id = owner.id if owner else _add(connection, actor, name, account_id)
        _sign(connection, actor, name, key, author_id)
        _tell(connection)
    events.wake("ingest")


def payload(connection: Connection) -> AuthorsChanged | None:
    version = connection.execute(select(authors_told.c.version)).scalar()
    if version is None:
        return None
    query = select(pen_names.c.author_id, pen_names.c.name, pen_names.c.key, authors.c.name.label("own"))
    query = query.join(authors, authors.c.id == pen_names.c.author_id).where(pen_names.c.told)
    names: dict[int, list[str]] = {}
    for row in connection.execute(query.order_by(pen_names.c.author_id, pen_names.c.at, pen_names.c.key)):
        known = names.setdefault(row.author_id, [])
        # The page is headed by a name that was printed: by the author's own where they sign with it.
        known.insert(0 if row.key == name_key(row.own) else len(known), row.name)
    told = tuple(SigningAuthor(id=author_id, names=tuple(signed)) for author_id, signed in names.items())
    return AuthorsChanged(version=version, authors=told)


def _tell(connection: Connection) -> None:
    version = (connection.execute(select(authors_told.c.version)).scalar() or 0) + 1
    connection.execute(only_one.setting(connection, authors_told, {"version": version}))
    only_one.tell(connection, AuthorsChanged, version)


def _checked(name: str) -> tuple[str, str]:
    name = one_line(name)
    key = name_key(name)
    if not key or len(name) > _NAME or len(key) > 2 * _NAME:
        raise Invalid.of("name", f"Hãy ghi tên tác giả, nhiều nhất {_NAME} ký tự.")
    return name, key


def _add(connection: Connection, actor: Actor, name: str, account_id: int | None) -> int:
    _require_account(connection, account_id, None)
    row = {"name": name, "account_id": account_id, "by": actor.name, "at": datetime.now(UTC)}
    made = int(connection.execute(insert(authors).values(row).returning(authors.c.id)).scalar_one())
    audit.append(connection, actor.name, "author.added", f"author:{made}", {"name": name, "account_id": account_id})
    return made


def _sign(connection: Connection, actor: Actor, name: str, key: str, author_id: int, told: bool | None = None) -> None:
    """`told` of a name that is theirs already stays as it was where nothing is said."""
    others = (pen_names.c.author_id == author_id) & (pen_names.c.key != key)
    if not connection.execute(select(exists().where(others))).scalar():
        told = True
    elif told is None:
        mine = (pen_names.c.author_id == author_id) & (pen_names.c.key == key)
        told = bool(connection.execute(select(pen_names.c.told).where(mine)).scalar())
    values = {"name": name, "author_id": author_id, "by": actor.name, "at": datetime.now(UTC), "told": told}
    statement = upsert(connection, pen_names).values(key=key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
    audit.append(connection, actor.name, "author.signs", f"author:{author_id}", {"name": name, "told": told})


def _let_go(connection: Connection, actor: Actor, name: str, key: str) -> None:
    connection.execute(delete(pen_names).where(pen_names.c.key == key))
    audit.append(connection, actor.name, "author.let_go", "authors", {"name": name})


def _require(connection: Connection, author_id: int) -> None:
    if connection.execute(select(authors.c.id).where(authors.c.id == author_id)).first() is None:
        raise NotFound("Không có tác giả này.")


def _require_account(connection: Connection, account_id: int | None, author_id: int | None) -> None:
    """Raises Invalid, Conflict."""
    if account_id is None:
        return
    if accounts.standing(connection, account_id) is None:
        raise Invalid.of("account_id", "Không có tài khoản này.")
    taken = connection.execute(select(authors.c.id).where(authors.c.account_id == account_id)).scalar()
    if taken not in (None, author_id):
        raise Conflict("Tài khoản này đã gắn với một tác giả khác.", "account_id")
