"""What can happen: a schedule is a list of steps, and every list of steps is one. A step that makes no sense where it
stands (an update without an article) does nothing, so that any part of a failing schedule can be left out."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles as article_store
from services.ingest.articles.store import prepared
from services.ingest.articles.tables import articles
from services.ingest.comments.store import comments as comment_store
from services.ingest.comments.tables import comments
from services.ingest.front_page import store as front_page
from services.ingest.kit.actors import Actor as Editor
from services.ingest.kit.errors import Refused
from services.ingest.kit.json_input import read_fields
from services.ingest.ops import reconcile
from services.ingest.sections import store as sections
from services.ingest.statistics import store as statistics
from services.web.commenting import read_comment
from services.web.groupcommit import TAKEN
from services.web.tables import articles as web_articles
from shared import clock
from shared.contracts.commands import CountViews
from shared.database import read, write
from shared.views.batches import BatchNames
from tests.simulation.databases import REFUSED
from tests.simulation.house import WEB_PROCESS, House, State
from tests.simulation.truth import Truth, readers_shown

Step = tuple[str, int, int]
"""(what, which, how far)"""

EDITOR = Editor("user:editor")
SECTIONS = ("Kinh tế", "Thời sự")
SECONDS = (0.5, 3.0, 10.0, 40.0, 130.0, 320.0)
FAULT_SECONDS = (2.0, 30.0, 150.0, 1500.0)
SKEWS = (-600.0, -30.0, 30.0, 600.0)
SQL_FAULTS = ("busy", "slow", "full", "late")
REDIS_FAULTS = ("away", "full", "unsaid")
TAILS = (bytes(4096), bytes(7), b"\x40\x00\x00\x00torn", b"")


class Play:
    """A schedule on its way: the house, and what people were told."""

    def __init__(self, house: House, empty: dict[str, Path]) -> None:
        self.house = house
        self.world = house.world
        self.truth = Truth()
        self.empty = empty
        self.names = BatchNames()
        self.number = 0
        self.kept: tuple[State, Truth] | None = None
        self.counters_kept: Any = None
        self.refused = False
        self.rotten = False
        self.order = list(house.world.actors)

    def take(self, step: Step) -> None:
        what, which, far = step
        self.world.pass_time(0.01)
        KINDS[what](self, which, far)
        self.truth.readers = max(self.truth.readers, readers_shown(self.house))

    # ------------------------------------------------------------ people

    def _order(self, who: str, far: int, told: str, work: Callable[[], object]) -> None:
        def willing() -> None:
            try:
                work()
            except Refused as refused:
                self.world.tell(f"{who} is refused: {refused.detail}")

        self.world.tell(f"{who}: {told}")
        self.house.order(who, willing)
        self.world.run(who, far)

    def _article(self, which: int) -> int | None:
        with read(self.house.ingest) as connection:
            ids = list(connection.execute(select(articles.c.id).order_by(articles.c.id)).scalars())
        return ids[which % len(ids)] if ids else None

    def publish(self, which: int, far: int) -> None:
        self.number += 1
        title = f"Bài số {self.number}" + (f" {REFUSED}" if which % 8 == 7 and self.refused else "")
        fields = {"title": title, "body": "<p>Tin.</p>", "section": SECTIONS[which % 2], "status": "published"}

        def work() -> None:
            self._saved(article_store.save_article(self.house.ingest, read_fields(ArticleInput, fields), EDITOR))

        self._order("desk", far, f"publishes “{title}”", work)

    def update(self, which: int, far: int) -> None:
        article = self._article(which)
        if article is None:
            return
        self.number += 1
        fields = {"title": f"Bài sửa {self.number}", "body": "<p>Tin.</p>", "section": SECTIONS[(which // 3) % 2]}

        def work() -> None:
            sent = read_fields(ArticleInput, fields)
            self._saved(article_store.replace_article(self.house.ingest, article, sent, EDITOR))

        self._order("desk", far, f"article {article} becomes “{fields['title']}”", work)

    def prepare(self, which: int, far: int) -> None:
        """A live article's next version is saved, or goes to readers, or is discarded."""
        article = self._article(which)
        if article is None:
            return
        self.number += 1
        fields = {"title": f"Bài sau {self.number}", "body": "<p>Tin.</p>", "section": SECTIONS[(which // 3) % 2]}
        save = partial(article_store.replace_article, sent=read_fields(ArticleInput, fields), prepares=True)
        act: Any = (save, save, prepared.publish, prepared.discard)[which % 4]
        work = partial(act, self.house.ingest, article, actor=EDITOR)
        self._order("desk", far, f"prepares article {article}: {fields['title']}", lambda: self._saved(work()))

    def withdraw(self, which: int, far: int) -> None:
        article = self._article(which)
        if article is None:
            return

        def work() -> None:
            if which % 3:
                self._saved(article_store.withdraw(self.house.ingest, article, "Nguồn tin rút lại", EDITOR))
            else:
                self._saved(article_store.unpublish(self.house.ingest, article, EDITOR))

        self._order("desk", far, f"withdraws article {article}", work)

    def _saved(self, saved: Any) -> None:
        self.truth.saved[saved.id] = max(saved.version, self.truth.saved.get(saved.id, 0))

    def decide(self, which: int, far: int) -> None:
        with read(self.house.ingest) as connection:
            ids = list(connection.execute(select(comments.c.id).order_by(comments.c.id)).scalars())
        if ids:
            decide = comment_store.reject if which % 4 == 3 else comment_store.approve
            one = ids[which // 4 % len(ids)]
            work = partial(decide, self.house.ingest, one, EDITOR)
            self._order("desk", far, f"{decide.__name__}s comment {one}", work)

    def pin(self, which: int, far: int) -> None:
        article = self._article(which)
        if article is not None:
            self._order(
                "desk", far, f"pins {article}", lambda: _drop(front_page.pin(self.house.ingest, [article], EDITOR))
            )

    def rename(self, which: int, far: int) -> None:
        found = sections.listed(self.house.ingest)
        if found:
            self.number += 1
            one, name = found[which % len(found)], f"Mục {self.number}"
            work = partial(sections.save, self.house.ingest, EDITOR, one.id, name=name, position=one.position)
            self._order("desk", far, f"section {one.slug} is now “{name}”", lambda: _drop(work()))

    def trend(self, which: int, far: int) -> None:
        article = self._article(which)
        if article is None:
            return
        position = which % 20 + 1

        def work() -> None:
            statistics.set_rule(self.house.ingest, EDITOR, article, "pin", position)
            self.truth.trending[article] = position

        self.truth.trending.pop(article, None)
        self._order("desk", far, f"pins article {article} at {position} of the most read", work)

    def view(self, which: int, far: int) -> None:
        article = self._article(which)
        if article is None:
            return
        number = 1 + which % 3
        self.number += 1
        now = int(clock.now())
        views = tuple((article, f"r{self.number}x{one}", now, "") for one in range(number))
        batch = CountViews(batch_id=self.names.take(), views=views)
        self.truth.unsure[article] += number

        def work() -> None:
            if self.house.held.hold(batch) == TAKEN:
                self.truth.unsure[article] -= number
                self.truth.views[article] += number

        self._order("readers", far, f"{number} see article {article}", work)

    def comment(self, which: int, far: int) -> None:
        article = self._article(which)
        if article is None:
            return
        self.number += 1
        text = f"Ý kiến {self.number}"
        typed = read_comment({"name": "Bạn đọc", "text": text})

        def work() -> None:
            self.house.comments.send(article, typed, "203.0.113.9")
            self.truth.comments.add(text)

        self._order("commenters", far, f"a reader of {article} writes “{text}”", work)

    # ------------------------------------------------------------ processes, time

    def run(self, which: int, far: int) -> None:
        name = self.order[which % len(self.order)]
        if name == "comparison":
            return
        self.world.run(name, far)

    def everybody(self, which: int, _far: int) -> None:
        at = which % len(self.order)
        for name in self.order[at:] + self.order[:at]:
            self.world.run(name)
        self.world.pass_time(1.0)

    def compare(self, _which: int, far: int) -> None:
        self._order("comparison", far, "compares all stores", lambda: _drop(self.house.compare()))

    def rebuild(self, which: int, far: int) -> None:
        def work() -> None:
            reconcile.rebuild(everything=bool(which % 2))
            self.rotten = False

        self._order("comparison", far, "rebuilds", work)

    def wait(self, which: int, _far: int) -> None:
        self.world.pass_time(SECONDS[which % len(SECONDS)])

    def kill(self, which: int, _far: int) -> None:
        busy = [name for name in self.order if self.world.actors[name].busy] or self.order
        name = busy[which % len(busy)]
        self.world.tell(f"kill -9 {name}")
        self.house.kill(name)

    def stop(self, which: int, _far: int) -> None:
        workers = [name for name in self.order if "worker" in name]
        name = workers[which % len(workers)]
        change = self.house.stopped.remove if name in self.house.stopped else self.house.stopped.add
        change(name)
        self.world.tell(f"{name} {'stands still' if name in self.house.stopped else 'goes on'}")

    def skew(self, which: int, far: int) -> None:
        name = self.order[which % len(self.order)]
        self.world.actors[name].skew = SKEWS[far % len(SKEWS)]
        self.world.tell(f"the clock of {name} is {self.world.actors[name].skew:+.0f} s off")

    # ------------------------------------------------------------ faults

    def broker_away(self, which: int, _far: int) -> None:
        seconds = FAULT_SECONDS[which % len(FAULT_SECONDS)]
        self.house.broker.away_until = self.world.elapsed + seconds
        self.world.tell(f"the broker is away for {seconds:.0f} s")

    def broker_trick(self, which: int, _far: int) -> None:
        trick = ("double", "unsaid", "lose")[which % 3]
        self.house.broker.tricks.append(trick)

    def reorder(self, which: int, far: int) -> None:
        for waiting in self.house.broker.queues.values():
            if len(waiting) > 1:
                waiting.rotate(1 + which % (len(waiting) - 1))
                self.world.tell("messages change places")

    def wipe_broker(self, _which: int, _far: int) -> None:
        self.house.broker.wipe()
        self.world.tell("the broker forgets everything")

    def sql(self, which: int, far: int) -> None:
        one = list(self.house.databases.values())[which % 3]
        one.fault = SQL_FAULTS[(which // 3) % len(SQL_FAULTS)]
        one.fails_until = self.world.elapsed + FAULT_SECONDS[far % len(FAULT_SECONDS)]
        self.world.tell(f"{one.name}'s database: {one.fault}, until {one.fails_until:.0f} s")

    def refuse(self, which: int, _far: int) -> None:
        self.house.databases["web"].refuses = self.refused = True
        self.publish(7 + 8 * which, 0)

    def redis(self, which: int, far: int) -> None:
        counters = self.house.counters
        counters.fault = REDIS_FAULTS[which % len(REDIS_FAULTS)]
        counters.fails_until = self.world.elapsed + FAULT_SECONDS[far % len(FAULT_SECONDS)]
        self.world.tell(f"the counters' Redis: {counters.fault}, until {counters.fails_until:.0f} s")

    def redis_restart(self, which: int, _far: int) -> None:
        """Empty; or as it was when this was said the last time."""
        if which % 3 and self.counters_kept is None:
            self.counters_kept = self.house.counters.save()
            return
        saved = self.counters_kept if which % 3 else {}
        self.counters_kept = None
        self.house.counters.restart(saved)
        self.world.tell(f"the counters' Redis comes back {'older' if saved else 'empty'}")

    def search_away(self, which: int, _far: int) -> None:
        self.house.search.index.away_until = self.world.elapsed + FAULT_SECONDS[which % len(FAULT_SECONDS)]
        self.world.tell("search is away")

    def search_lost(self, _which: int, _far: int) -> None:
        self.house.search.index.held.clear()
        self.world.tell("the search index is lost")

    def web_lost(self, _which: int, _far: int) -> None:
        for name in ("web worker 1", "web worker 2"):
            self.house.kill(name)
        self.house.databases["web"].put_back(self.empty["web"])
        self.world.tell("web's database is lost")

    def web_rots(self, _which: int, _far: int) -> None:
        """What a release that makes cards otherwise leaves behind; a rebuild mends it."""
        with write(self.house.web) as connection:
            for row in connection.execute(select(web_articles).where(web_articles.c.public)).all():
                old = {**row.card, "title": "Thẻ cũ"}
                connection.execute(update(web_articles).where(web_articles.c.id == row.id).values(card=old))
        self.rotten = True
        self.world.tell("web's cards are no longer right")

    def restore(self, _which: int, _far: int) -> None:
        """The first one backs ingest up, the next puts it back, as `toasoan restore` does while nobody works."""
        if self.kept is None:
            self.kept = (self.house.save("kept"), self.truth.copy())
            self.world.tell("ingest is backed up")
            return
        (state, truth), self.kept = self.kept, None
        for name in ("desk", "relay 1", "relay 2", "ingest worker", "delivery check", "comparison"):
            self.house.kill(name)
        self.house.databases["ingest"].put_back(state.databases["ingest"])
        reconcile.rebuild(everything=True, went_back=True)
        self.rotten = False
        self.truth.saved, self.truth.comments = dict(truth.saved), set(truth.comments)
        self.truth.trending = dict(truth.trending)
        self.world.tell("ingest is restored from its backup")

    def torn(self, which: int, _far: int) -> None:
        """The machine loses its power while web writes: what was written last is half there, or zeros."""
        self.house.kill(WEB_PROCESS[0])
        for segment in sorted((self.house.folder / "views").glob("*/*.views")):
            with segment.open("ab") as file:
                file.write(TAILS[which % len(TAILS)])
        self.world.tell("web dies, its journal ends in what is no record")
        self.house.begin_web()


def _drop(_result: object) -> None:
    return None


PEOPLE = ("publish", "update", "prepare", "withdraw", "decide", "pin", "rename", "trend", "view", "comment")
MOVES = ("run", "everybody", "wait", "compare")
FAULTS = (
    *("kill", "stop", "skew", "broker_away", "broker_trick", "reorder", "wipe_broker", "sql", "refuse", "redis"),
    *("redis_restart", "search_away", "search_lost", "web_lost", "web_rots", "restore", "torn"),
    "rebuild",
)
KINDS: dict[str, Callable[[Play, int, int], None]] = {name: getattr(Play, name) for name in (*PEOPLE, *MOVES, *FAULTS)}
