"""Web's read model on both databases: what events make of it, late, repeated and out of order."""

import random
import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, select, update

from services.web import keys, model, only_ones, store
from services.web.change_log import Mark, changes_after, news
from services.web.discussions import COMMENTS
from services.web.held import versions
from services.web.model import Tombstone
from services.web.reading import reading
from services.web.tables import changes, comments, entries
from shared import clock
from shared.contracts.articles import ArticleState, Author, Correction, Tag
from shared.contracts.commands import ListWebComments, ListWebVersions
from shared.contracts.envelope import Delivered
from shared.contracts.events import (
    CommentPublished,
    CommentRemoved,
    FrontPageChanged,
    RankedArticle,
    RankingChanged,
    RelatedArticlesChanged,
    SectionRemoved,
    SectionSaved,
    ViewTotalsChanged,
)
from shared.database import write
from tests.contract.web.conftest import START, delivered, published, state, withdrawn
from tests.plans import scanned
from tests.servers import RedisServer


def listed(engine: Engine, name: str) -> list[int]:
    with reading(engine) as view:
        return [card.id for card in view.listed(name, size=50).cards]


def section(section_id: int, slug: str, parent: str = "", version: int = 1) -> Delivered[SectionSaved]:
    event = SectionSaved(id=section_id, version=version, slug=slug, name=slug.title(), parent_slug=parent)
    return delivered(event, section_id, version)


def related(article_id: int, ids: tuple[int, ...], version: int = 1) -> Delivered[RelatedArticlesChanged]:
    return delivered(RelatedArticlesChanged(article_id=article_id, version=version, related=ids), article_id, version)


def _comments_held(store: Engine) -> dict[int, int]:
    return dict(versions(store, ListWebComments(limit=10)).versions)


def test_followers_know_another_log_of_changes_when_they_see_one(
    store_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing, mark = news(store_engine, None)
    assert (nothing, mark) == (None, Mark(0, 0.0))
    for version in (1, 2, 3):
        store.publish(store_engine, [published(state(1, version))])
    rows, mark = news(store_engine, mark)
    assert rows is not None and len(rows) == 3
    assert news(store_engine, mark) == ([], mark)
    # A row that is too old is deleted with the next one.
    monkeypatch.setattr("services.web.change_log.CHANGES_KEPT_SECONDS", -1.0)
    store.publish(store_engine, [published(state(1, 4))])
    with write(store_engine) as connection:
        connection.execute(delete(changes).where(changes.c.id <= mark.id))
    rows, mark = news(store_engine, mark)
    assert rows is not None and len(rows) == 1
    monkeypatch.undo()
    for fallen in (mark.id - 2, mark.id, mark.id + 2):
        with write(store_engine) as connection:
            connection.execute(delete(changes))
            at = time.time() - 1
            row = {"id": fallen, "at": at, "occurred_at": 0.0, "kind": "pages", "what": []}
            connection.execute(changes.insert(), row)
        assert news(store_engine, mark) == (None, Mark(fallen, at)), fallen


def test_no_host_s_clock_takes_a_change_from_those_who_have_not_read_it(
    store_engine: Engine, counters_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_booted_at", None)
    store.publish(store_engine, [published(state(1))])
    _, mark = news(store_engine, None)
    store.publish(store_engine, [published(state(2))])
    # The worker of a host whose clock is ten minutes ahead.
    host = time.time
    monkeypatch.setattr(time, "time", lambda: host() + 600)
    with counters_redis.client() as client:
        clock.set_by(client)
    store.publish(store_engine, [published(state(3))])
    rows, mark = news(store_engine, mark)
    assert rows is not None
    assert {"article:2", "article:3"} <= {key for row in rows for key in row.what}
    # One who cannot ask what time it is deletes it: then nobody knows what has changed.
    monkeypatch.setattr(clock, "_booted_at", None)
    monkeypatch.setattr(time, "time", host)
    store.publish(store_engine, [published(state(4))])
    monkeypatch.setattr(time, "time", lambda: host() + 600)
    store.publish(store_engine, [published(state(5))])
    assert news(store_engine, mark)[0] is None


def test_the_highest_version_wins_in_any_order_and_number(store_engine: Engine) -> None:
    events = [published(state(1, version, title=f"Bản {version}")) for version in (1, 2, 3)]
    mixed = events * 3
    random.Random(7).shuffle(mixed)
    for event in mixed:
        store.publish(store_engine, [event])
    store.publish(store_engine, mixed)
    with reading(store_engine) as view:
        found = view.article(1)
        assert isinstance(found, ArticleState)
        assert found.title == "Bản 3"
        assert [card.title for card in view.listed(model.ALL).cards] == ["Bản 3"]


def test_a_withdrawal_stays_whatever_comes_late(store_engine: Engine) -> None:
    store.withdraw(store_engine, [withdrawn(1, 4)])
    store.publish(store_engine, [published(state(1, 3))])
    with reading(store_engine) as view:
        assert view.article(1) == Tombstone(1, "withdrawn")
        assert view.article(2) is None
    assert listed(store_engine, model.ALL) == []
    assert versions(store_engine, ListWebVersions(after=0, limit=10)).versions == ((1, 4),)
    store.publish(store_engine, [published(state(1, 5))])
    assert listed(store_engine, model.ALL) == [1]


def test_an_article_leaves_the_lists_it_no_longer_belongs_to(store_engine: Engine) -> None:
    old = state(1, 1, tags=(Tag(slug="tet", name="Tết"),), authors=(Author(name="Lò A", slug="lo-a"),))
    store.publish(store_engine, [published(old)])
    assert listed(store_engine, "t:tet") == listed(store_engine, "a:lo-a") == listed(store_engine, "s:thoi-su") == [1]
    moved = state(
        1,
        2,
        section_slug="kinh-te",
        section_name="Kinh tế",
        corrections=(Correction(at=START, notice="Xin cải chính một con số."),),
    )
    store.publish(store_engine, [published(moved)])
    assert listed(store_engine, "t:tet") == listed(store_engine, "a:lo-a") == listed(store_engine, "s:thoi-su") == []
    assert listed(store_engine, "s:kinh-te") == listed(store_engine, model.CORRECTED) == [1]
    with reading(store_engine) as view:
        assert view.name_of("t:tet") == "Tết"
    store.withdraw(store_engine, [withdrawn(1, 3)])
    with store_engine.connect() as connection:
        assert connection.execute(select(entries)).all() == []


def test_a_section_lists_its_sub_sections_too_and_hands_them_over(store_engine: Engine) -> None:
    store.save_sections(store_engine, [section(1, "xa-hoi"), section(2, "giao-duc", "xa-hoi"), section(3, "doi-song")])
    store.publish(store_engine, [published(state(1, section_slug="giao-duc", section_name="Giáo dục"))])
    assert listed(store_engine, "s:giao-duc") == listed(store_engine, "s:xa-hoi") == [1]
    store.save_sections(store_engine, [section(2, "giao-duc", "doi-song", version=2)])
    assert listed(store_engine, "s:xa-hoi") == []
    assert listed(store_engine, "s:doi-song") == listed(store_engine, "s:giao-duc") == [1]
    with reading(store_engine) as view:
        tree = {one.slug: [child.slug for child in one.children] for one in view.sections()}
    assert tree == {"xa-hoi": [], "doi-song": ["giao-duc"]}


def test_sections_that_ingest_forgot_go_and_come_back_under_another_id(store_engine: Engine) -> None:
    store.save_sections(store_engine, [section(1, "xa-hoi"), section(2, "giao-duc", "xa-hoi"), section(3, "doi-song")])
    store.publish(store_engine, [published(state(1, section_slug="giao-duc", section_name="Giáo dục"))])
    store.save_sections(store_engine, [section(9, "giao-duc", "doi-song", version=2), section(4, "the-thao")])
    assert (listed(store_engine, "s:xa-hoi"), listed(store_engine, "s:doi-song")) == ([], [1])
    store.remove_sections(store_engine, [delivered(SectionRemoved(id=4, version=2), 4, 2)])
    store.remove_sections(store_engine, [delivered(SectionRemoved(id=1, version=0), 1, 0)])
    with reading(store_engine) as view:
        tree = {one.slug: [child.slug for child in one.children] for one in view.sections()}
    assert tree == {"xa-hoi": [], "doi-song": ["giao-duc"]}
    store.remove_sections(store_engine, [delivered(SectionRemoved(id=9, version=3), 9, 3)])
    assert (listed(store_engine, "s:giao-duc"), listed(store_engine, "s:doi-song")) == ([1], [])


def test_lists_are_right_whatever_sections_change_places_in_whatever_order(store_engine: Engine) -> None:
    names = ["xa", "huyen", "tinh", "mien"]
    for number, slug in enumerate(names, start=1):
        store.publish(store_engine, [published(state(number, section_slug=slug, section_name=slug.title()))])
    store.save_sections(store_engine, [section(number, slug) for number, slug in enumerate(names, start=1)])
    chance, version = random.Random(11), 1
    for _ in range(25):
        line = chance.sample(names, 4)
        above = {slug: chance.choice(["", *line[:place]]) for place, slug in enumerate(line)}
        version += 1
        for slug in chance.sample(names, 4):
            store.save_sections(store_engine, [section(names.index(slug) + 1, slug, above[slug], version)])
            with reading(store_engine) as view:
                assert {one.slug for top in view.sections() for _, one in top.all()} == set(names), "all can be reached"
        for slug in names:
            under = [other for other in names if slug in [other, *_upwards(above, other)]]
            wanted = sorted((names.index(other) + 1 for other in under), reverse=True)
            assert listed(store_engine, f"s:{slug}") == wanted, (slug, above)


def _upwards(above: dict[str, str], slug: str) -> list[str]:
    return [above[slug], *_upwards(above, above[slug])] if above[slug] else []


def test_sections_stand_at_many_levels_in_whatever_order_they_are_told(store_engine: Engine) -> None:
    store.publish(store_engine, [published(state(1, section_slug="xa", section_name="Xã"))])
    store.publish(store_engine, [published(state(2, section_slug="huyen", section_name="Huyện"))])
    told = [section(1, "xa", "huyen"), section(2, "huyen", "tinh"), section(3, "tinh", "mien"), section(4, "mien")]
    for one in told:
        store.save_sections(store_engine, [one])
    for name, wanted in (("s:xa", [1]), ("s:huyen", [2, 1]), ("s:tinh", [2, 1]), ("s:mien", [2, 1])):
        assert listed(store_engine, name) == wanted, name
    with reading(store_engine) as view:
        assert [one.slug for one in view.section_tree().ancestors("xa")] == ["mien", "tinh", "huyen"]
        assert [one.slug for one in view.sections()] == ["mien"]
        assert view.sections()[0].children[0].children[0].children[0].slug == "xa"
    store.save_sections(store_engine, [section(2, "huyen", "mien", version=2)])
    assert listed(store_engine, "s:tinh") == [] and listed(store_engine, "s:mien") == [2, 1]
    store.withdraw(store_engine, [withdrawn(1, 2)])
    assert listed(store_engine, "s:mien") == [2]


def test_neighbours_and_others_of_an_article(store_engine: Engine) -> None:
    store.publish(store_engine, [published(state(number)) for number in range(1, 11)])
    with reading(store_engine) as view:
        around = view.around(state(5))
        assert (around.older and around.older.id, around.newer and around.newer.id) == (4, 6)
        assert [card.id for card in around.others] == [4, 3, 2, 1, 7, 8]
        assert [card.id for card in view.around(state(10)).others] == [9, 8, 7, 6, 5, 4]


def test_the_log_names_every_page_that_a_new_article_touches(store_engine: Engine) -> None:
    store.publish(store_engine, [published(state(number)) for number in range(1, 11)])
    last = changes_after(store_engine, 0)[-1].id
    store.publish(store_engine, [published(state(11, tags=(Tag(slug="tet", name="Tết"),)))])
    (row,) = changes_after(store_engine, last)
    wanted = {keys.article(11), keys.card(11), keys.around(10), keys.day("2026-03-01"), keys.block(0)}
    wanted |= {keys.listing(name) for name in (model.ALL, "s:thoi-su", "t:tet")}
    assert wanted <= set(row.what)
    assert keys.around(5) not in row.what
    # The same again changes nothing and says nothing.
    store.publish(store_engine, [published(state(11, tags=(Tag(slug="tet", name="Tết"),)))])
    assert changes_after(store_engine, row.id) == []


def test_totals_only_grow_within_an_epoch(store_engine: Engine) -> None:
    def told(epoch: int, **totals: int) -> None:
        event = ViewTotalsChanged(totals={int(key[1:]): views for key, views in totals.items()}, epoch=epoch)
        store.set_totals(store_engine, [delivered(event, "totals")])

    told(0, a1=5, a2=7)
    told(0, a1=4)
    with reading(store_engine) as view:
        assert (view.views(1), view.views(2), view.views(3)) == (5, 7, 0)
    told(1, a1=3)
    told(0, a1=99)
    with reading(store_engine) as view:
        assert view.views(1) == 3
    assert [row.what for row in changes_after(store_engine, 0)] == [[[1, 5], [2, 7]], [[1, 3]]]


def test_comments_with_replies_come_and_go(store_engine: Engine) -> None:
    def comment(number: int, parent: int | None = None) -> Delivered[CommentPublished]:
        event = CommentPublished(
            id=number, version=2, article_id=1, parent_id=parent, name="Bạn đọc", text=f"Ý kiến {number}", at=START
        )
        return delivered(event, number, 2)

    store.save_comments(store_engine, [comment(2, 1), comment(1), comment(3)])
    with reading(store_engine) as view:
        assert [(one.id, [reply.id for reply in one.replies]) for one in view.comments(1).comments] == [
            (1, [2]),
            (3, []),
        ]
    store.save_comments(store_engine, [delivered(CommentRemoved(id=3, version=3, article_id=1), 3, 3)])
    store.save_comments(store_engine, [comment(3)])
    with reading(store_engine) as view:
        assert [one.id for one in view.comments(1).comments] == [1]


def test_what_is_said_last_under_a_comment_is_shown_however_many_came_between(store_engine: Engine) -> None:
    at = datetime.now(UTC)
    many = [(number, None) for number in range(1, 601)] + [(601, 1), *((number, 600) for number in range(602, 722))]
    said = [
        CommentPublished(id=id_, version=1, article_id=1, parent_id=parent, name="Lan", text=f"Ý {id_}", at=at)
        for id_, parent in many
    ]
    store.save_comments(store_engine, [delivered(one, one.id) for one in said])
    with reading(store_engine) as view:
        oldest, newest = view.comments(1), view.comments(1, "newest")
        of_one, beyond = view.thread(1, 600), view.thread(1, 600, page=2)
    assert [(one.text, one.more_replies) for one in oldest.comments[:2]] == [("Ý 1", 0), ("Ý 2", 0)]
    assert [one.text for one in oldest.comments[0].replies] == ["Ý 601"]
    last = newest.comments[0]
    assert ([one.id for one in last.replies], last.more_replies) == ([*range(707, 722)], 105)
    assert (len(oldest.comments), len(newest.comments)) == (COMMENTS, COMMENTS)
    assert (oldest.number, oldest.more, beyond.more) == (721, True, False)
    replies = [*of_one.comments[0].replies, *beyond.comments[0].replies]
    assert [one.id for one in replies] == [*range(602, 722)]


def test_an_answer_to_what_is_gone_is_not_counted(store_engine: Engine) -> None:
    said = [
        CommentPublished(id=one, version=1, article_id=1, parent_id=parent, name="Lan", text="Ý.", at=START)
        for one, parent in ((1, None), (2, 1), (3, None), (4, 3))
    ]
    store.save_comments(store_engine, [delivered(one, one.id) for one in said])
    store.save_comments(store_engine, [delivered(CommentRemoved(id=3, version=2, article_id=1), 3, 2)])
    with reading(store_engine) as view:
        assert view.comments(1).number == 2
        assert view.thread(1, 3).comments == view.thread(1, 2).comments == ()


def test_rankings_related_and_front_page_leave_out_what_is_gone(store_engine: Engine) -> None:
    store.publish(store_engine, [published(state(number)) for number in (1, 2, 3)])
    entries_ = tuple(RankedArticle(id=number, views=10 - number) for number in (1, 2, 3, 99))
    ranking = RankingChanged(window="24h", version=5, entries=entries_)
    store.set_rankings(store_engine, [delivered(ranking, "24h:", 5)])
    store.set_related(store_engine, [related(1, (3, 2))])
    only_ones.set_front_page(store_engine, [delivered(FrontPageChanged(version=1, pinned=(3, 1)), 1)])
    store.withdraw(store_engine, [withdrawn(3, 2)])
    with reading(store_engine) as view:
        assert [(one.card.id, one.views) for one in view.ranking("24h")] == [(1, 9), (2, 8)]
        assert [card.id for card in view.related(state(1))] == [2]
        assert [card.id for card in view.pinned()] == [1]


def test_one_that_went_makes_room_for_the_next_related(store_engine: Engine) -> None:
    store.publish(store_engine, [published(state(number)) for number in range(1, 10)])
    store.set_related(store_engine, [related(1, tuple(range(2, 10)))])
    store.withdraw(store_engine, [withdrawn(2, 2)])
    with reading(store_engine) as view:
        assert [card.id for card in view.related(state(1))] == [3, 4, 5, 6, 7, 8]


def test_what_was_chosen_stands_before_what_reads_alike(store_engine: Engine) -> None:
    chosen = state(1, related=(5, 99, 1, 3))
    store.publish(store_engine, [published(state(number)) for number in range(2, 10)] + [published(chosen)])
    store.set_related(store_engine, [related(1, (2, 3, 4))])
    with reading(store_engine) as view:
        assert [card.id for card in view.related(chosen)] == [5, 3, 2, 4]


def test_an_article_stands_in_both_its_sections_and_with_its_event(store_engine: Engine) -> None:
    storm = Tag(slug="bao-so-5", name="Bão số 5")
    store.publish(store_engine, [published(state(1, second_section="xa-hoi", event=storm))])
    with reading(store_engine) as view:
        lists = (model.of_section(state(1).section_slug), model.of_section("xa-hoi"), model.of_tag("bao-so-5"))
        assert [[card.id for card in view.listed(name).cards] for name in lists] == [[1], [1], [1]]
        assert view.name_of(model.of_tag("bao-so-5")) == "Bão số 5"
    store.publish(store_engine, [published(state(1, version=2))])
    with reading(store_engine) as view:
        assert view.listed(model.of_section("xa-hoi")).cards == view.listed(model.of_tag("bao-so-5")).cards == ()


def test_repeated_related_make_no_page_anew(store_engine: Engine) -> None:
    for version in (1, 2):
        store.set_related(store_engine, [related(1, (2, 3), version)])
    assert [row.what for row in changes_after(store_engine, 0)] == [[keys.related(1)]]


def test_repeated_rankings_make_no_page_anew(store_engine: Engine) -> None:
    for version in (1, 2):
        ranking = RankingChanged(window="1h", version=version, entries=(RankedArticle(id=1, views=3),))
        store.set_rankings(store_engine, [delivered(ranking, "1h:", version)])
    assert [row.what for row in changes_after(store_engine, 0)] == [[keys.ranking("1h:")]]


def test_two_workers_at_once_leave_one_truth(store_engine: Engine) -> None:
    def work(seed: int) -> None:
        order = [published(state(1, version, section_slug=f"muc-{version % 3}")) for version in range(1, 13)]
        random.Random(seed).shuffle(order)
        for event in order:
            store.publish(store_engine, [event])

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert listed(store_engine, model.ALL) == [1]
    assert [listed(store_engine, f"s:muc-{number}") for number in range(3)] == [[1], [], []]


def test_old_addresses_lead_to_the_article(store_engine: Engine) -> None:
    store.publish(store_engine, [published(state(1, old_paths=("/2019/05/le-hoi.html",)))])
    with reading(store_engine) as view:
        assert view.path_of_former(["/2019/05/khac", "/2019/05/le-hoi.html"]) == "/thoi-su/bai-so-1-1"
        assert view.path_of_former(["/2019/05/le-hoi"]) == "/thoi-su/bai-so-1-1"
        assert view.path_of_former(["/2019/05/khac.html"]) is None
    store.withdraw(store_engine, [withdrawn(1, 2)])
    with reading(store_engine) as view:
        assert view.path_of_former(["/2019/05/le-hoi.html", "/2019/05/le-hoi"]) is None


def test_news_corrections_and_withdrawals_do_not_read_all_of_the_paper(store_engine: Engine) -> None:
    tags = (Tag(slug="che", name="Chè"), Tag(slug="lua", name="Lúa"))
    store.publish(store_engine, [published(state(number, tags=tags)) for number in range(1, 40)])
    with scanned(store_engine) as tables:
        changed = [state(number, version=2, tags=tags[:1], section_slug="kinh-te") for number in (5, 6, 7)]
        store.publish(store_engine, [published(article) for article in changed])
        store.withdraw(store_engine, [withdrawn(5, 3), withdrawn(6, 3)])
        with reading(store_engine) as view:
            article = view.article(7)
            assert isinstance(article, ArticleState)
            view.story(article, view.comments(7))
            assert len(listed(store_engine, model.of_tag("lua"))) == 36
    assert not tables & {"articles", "entries", "totals", "related", "names", "old_paths"}


def test_a_removed_comment_is_remembered_for_a_month(store_engine: Engine) -> None:
    def removed(comment_id: int) -> Delivered[CommentRemoved]:
        return delivered(CommentRemoved(id=comment_id, version=2, article_id=1), comment_id, 2)

    def shown(comment_id: int) -> Delivered[CommentPublished]:
        said = CommentPublished(id=comment_id, version=1, article_id=1, name="Lan", text="Hay", at=START)
        return delivered(said, comment_id, 1)

    def later(days: int) -> None:
        with write(store_engine) as connection:
            connection.execute(update(comments).values(at=comments.c.at - days * 86_400))

    store.save_comments(store_engine, [shown(1), shown(2), removed(2)])
    later(29)
    store.save_comments(store_engine, [shown(2), removed(3)])
    assert _comments_held(store_engine) == {1: 1, 2: 2, 3: 2}, "what comes late brings nothing back"
    later(2)
    store.save_comments(store_engine, [removed(4)])
    assert _comments_held(store_engine) == {1: 1, 3: 2, 4: 2}
