"""Two who check and then write at the same time: on PostgreSQL each transaction sees what was committed before its
statements, so that both checks can pass. Each pair is made to overlap: both wait before their first write."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from services.ingest.accounts.store import accounts
from services.ingest.accounts.tables import users
from services.ingest.authors.store import authors
from services.ingest.comments.store import comments
from services.ingest.comments.tables import comments as comment_rows
from services.ingest.figures import store as figures
from services.ingest.front_page import store as front_page
from services.ingest.front_page.store import Slot
from services.ingest.inbox.rules import InboxChoice
from services.ingest.inbox.store import choices
from services.ingest.kit import audit, generation
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Conflict, NotFound, Refused
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import generations
from services.ingest.live_coverage.input import NewLiveEntryInput
from services.ingest.live_coverage.store import entries
from services.ingest.live_coverage.store import reading as coverage_entries
from services.ingest.royalties.store import ledger as royalties
from services.ingest.royalties.store import rates as royalty_rates
from shared.contracts.events import Figure
from shared.contracts.from_readers import SubmitComment
from shared.database import read, write
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save

_WRITES = ("INSERT", "UPDATE", "DELETE")
# Long enough for the other to get as far, where nothing keeps it from that.
_PAUSE_S = 1.0


@contextmanager
def meeting(engine: Engine, number: int = 2) -> Iterator[None]:
    """Whoever is about to write for the first time in a transaction waits for the others, or for a second."""
    barrier, met = threading.Barrier(number), threading.local()

    def wait(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(_WRITES) and not getattr(met, "once", False):
            met.once = True
            with suppress(threading.BrokenBarrierError):
                barrier.wait(_PAUSE_S)

    event.listen(engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", wait)


def at_once(engine: Engine, *works: Callable[[], Any]) -> list[Exception | None]:
    """What became of each: None, or what it was refused with."""

    def run(work: Callable[[], Any]) -> Exception | None:
        try:
            work()
        except (Refused, ValueError) as refused:
            return refused
        return None

    with meeting(engine, len(works)), ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


pytestmark = pytest.mark.postgres


def test_two_who_arrange_the_front_page(store: Engine, save: Save) -> None:
    first, second = save(title="Tin một").id, save(title="Tin hai").id
    _, mark = front_page.slots(store)

    def arrange(article: int) -> Callable[[], int]:
        return lambda: front_page.arrange(store, [Slot(article)], EDITOR, if_mark=mark)

    refused = at_once(store, arrange(first), arrange(second))
    assert [type(one) for one in refused].count(Conflict) == 1
    slots, _ = front_page.slots(store)
    assert len(slots) == 1
    assert front_page.pinned(store) == [slots[0].article_id]


def test_two_who_tell_weather_and_prices(store: Engine) -> None:
    def tell(value: str) -> Callable[[], None]:
        return lambda: figures.tell(store, EDITOR, [Figure(label="Vàng", value=value)], "3")

    figures.tell(store, EDITOR, [], "3")
    before = figures.current(store).version
    assert at_once(store, tell("một"), tell("hai")) == [None, None]
    assert figures.current(store).version == before + 2


def test_two_who_send_one_entry_of_a_live_coverage(store: Engine, save: Save) -> None:
    coverage = save(live=True).id
    sent = [
        read_fields(NewLiveEntryInput, {"body": f"<p>{text}</p>", "status": "published", "external_id": "9"})
        for text in ("Cấp 9.", "Cấp 10.")
    ]
    assert at_once(store, *[lambda one=one: entries.write(store, coverage, one, EDITOR) for one in sent]) == [None] * 2
    (entry,) = coverage_entries.listed(store, coverage)
    assert entry["version"] == 2


def test_two_who_take_one_adjustment_back(store: Engine) -> None:
    adjustment = royalties.adjust(store, EDITOR, "2026-10", author="Lan Anh", amount=50_000, reason="Ảnh thêm")
    refused = at_once(store, *[lambda: royalties.take_back(store, EDITOR, adjustment)] * 2)
    assert [type(one) for one in refused].count(NotFound) == 1
    acts = [one.action for one in audit.entries(store, limit=100)]
    assert acts.count("royalty.adjustment_removed") == 1


def test_two_who_remove_one_rate(store: Engine) -> None:
    royalty_rates.set_rate(store, EDITOR, kind="photo", role="", from_month="2026-10", amount=50_000, per_picture=True)
    (rate,) = royalty_rates.listed(store)
    refused = at_once(store, *[lambda: royalty_rates.remove(store, EDITOR, rate.id)] * 2)
    assert [type(one) for one in refused].count(NotFound) == 1
    acts = [one.action for one in audit.entries(store, limit=100)]
    assert acts.count("royalty.rate_removed") == 1


def test_two_admins_who_take_each_others_role_away(store: Engine) -> None:
    for name in ("mot", "hai"):
        accounts.create_user(f"{name}@bao.example", Role.admin, engine=store)
    with read(store) as connection:
        ids = list(
            connection.execute(
                select(users.c.id).where(users.c.email.in_(["mot@bao.example", "hai@bao.example"]))
            ).scalars()
        )
        others = connection.execute(select(users.c.id).where(users.c.role == Role.admin, users.c.id.not_in(ids))).all()
    assert not others, "no third admin"

    def demote(user_id: int) -> Callable[[], None]:
        return lambda: accounts.change_account(
            store, user_id, name="x", role=Role.reporter, section_ids=None, by="user:x"
        )

    refused = at_once(store, demote(ids[0]), demote(ids[1]))
    assert [type(one) for one in refused].count(ValueError) == 1


def test_two_who_add_an_author_of_the_same_name(store: Engine) -> None:
    refused = at_once(store, *[lambda: authors.add(store, EDITOR, "Quang Long", None)] * 2)
    assert [type(one) for one in refused].count(Conflict) == 1
    assert [one.pen_names for one in authors.listed(store)] == [("Quang Long",)]


def test_two_who_give_one_account_to_two_authors(store: Engine) -> None:
    accounts.create_user("lan@bao.example", Role.reporter, engine=store)
    with read(store) as connection:
        account = connection.execute(select(users.c.id).where(users.c.email == "lan@bao.example")).scalar_one()
    refused = at_once(
        store,
        lambda: authors.add(store, EDITOR, "Quang Long", account),
        lambda: authors.add(store, EDITOR, "Cà Thị Sín", account),
    )
    assert [type(one) for one in refused].count(Conflict) == 1


def test_two_who_begin_a_generation(store: Engine) -> None:
    def begin() -> None:
        with write(store) as connection:
            generation.begin(connection, "test", went_back=False)

    assert at_once(store, begin, begin) == [None, None]
    with read(store) as connection:
        assert len(connection.execute(select(generations.c.number)).all()) == 2


def test_an_answer_is_not_approved_while_what_it_answers_is_taken_away(store: Engine, save: Save) -> None:
    article = save().id
    for token, parent in (("a", None), ("b", 1)):
        said = {"article_id": article, "name": "Lan", "text": token, "at": "2026-01-01T00:00:00Z", "parent_id": parent}
        comments.hold(store, SubmitComment.model_validate({"token": token, **said}))
    comments.approve(store, 1, EDITOR)
    refused = at_once(store, lambda: comments.reject(store, 1, EDITOR), lambda: comments.approve(store, 2, EDITOR))
    with read(store) as connection:
        status = dict(connection.execute(select(comment_rows.c.id, comment_rows.c.status)).all())
    assert status[1] == "rejected"
    # Either the answer came first, or it was refused: it never follows what is gone.
    assert (refused[1] is None) == (status[2] == "approved")


def test_an_address_is_refused_while_its_owner_chooses(store: Engine) -> None:
    accounts.create_user("lan@bao.example", Role.reporter, engine=store)
    with read(store) as connection:
        user_id = connection.execute(select(users.c.id)).scalar_one()
    chosen, begun = InboxChoice(frozenset(), frozenset(), "22:00", "06:00"), threading.Event()

    def choose_first(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if store.dialect.name == "postgresql" and statement.startswith("INSERT") and not begun.is_set():
            begun.set()
            with ThreadPoolExecutor(1) as other:
                other.submit(choices.choose, store, user_id, chosen).result(10)

    choices.choose(store, user_id, InboxChoice(frozenset({"assigned"}), frozenset()))
    if store.dialect.name == "sqlite":
        choices.choose(store, user_id, chosen)
    event.listen(store, "before_cursor_execute", choose_first)
    try:
        choices.refused(store, user_id, "lan@bao.example", "550 no such mailbox")
    finally:
        event.remove(store, "before_cursor_execute", choose_first)
    with read(store) as connection:
        assert choices.of(connection, user_id) == chosen
    assert choices.refusals(store) == [("lan@bao.example", "550 no such mailbox")]
