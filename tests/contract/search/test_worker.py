"""Search's processes as the other services meet them: by messages and questions."""

from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest

from services.search.engines.base import SearchEngine
from services.search.engines.choose import make_engine
from services.search.engines.elasticsearch_engine import ElasticsearchEngine
from shared.contracts.articles import Author, Image, Tag
from shared.contracts.events import SearchRule
from shared.settings import get_settings
from tests.contract.search.conftest import article, put
from tests.contract.search.processes import Process, SearchHouse, state
from tests.elasticsearch import ElasticsearchNode
from tests.swallow import Swallower
from tests.wait import until

BRIDGE = "Lũ quét ở suối Nậm Rốm cuốn trôi cầu Bản Lầu trong đêm, bộ đội dựng cầu tạm."


@pytest.mark.timeout(120)
def test_events_become_answers(house: SearchHouse) -> None:
    house.query.start()
    house.index.start()
    house.publish(
        state(1, "Lũ cuốn cầu Bản Lầu", f"<p>{BRIDGE}</p><p>Tết này</p>", tags=(Tag(slug="lu", name="Thiên tai"),)),
        state(2, "Dựng cầu Bản Lầu", f"<p>{BRIDGE} Dân mừng.</p>", byline="Tin, ảnh: Quang Long"),
        state(
            3,
            "Hoa ban nở",
            "<p>Hoa&nbsp;ban &amp; đào</p>",
            authors=(Author(name="Quang Long", slug="quang-long"),),
            images=(Image(url="/a.jpg", caption="Sườn đồi Pú Hồng Mèo"),),
        ),
    )
    until(house.answers, 60, "it answers")
    until(lambda: house.ask("").total == 3, 30, "all are found")
    assert [hit.id for hit in house.ask("thien tai").results] == [1]
    assert [hit.id for hit in house.ask("pú hồng mèo").results] == [3]
    assert [hit.id for hit in house.ask("", author="quang-long").results] == [3]
    hit = house.ask("ban & đào").results[0]
    assert hit.highlight == "Hoa <mark>ban</mark> &amp; <mark>đào</mark>"
    assert (hit.url, hit.section, hit.image) == ("/thoi-su/bai-3", "Thời sự", "/a.jpg")

    def related() -> dict[int, list[int]]:
        return {one["article_id"]: one["related"] for one in house.told("related_articles_changed")}

    until(lambda: {1, 2, 3} <= related().keys(), 20, "web is told what is related")
    assert related()[2] == [1]
    assert related()[3] == []

    house.say(1, SearchRule(words=("thiên tai", "hoa mai")))
    until(lambda: house.ask("hoa mai").total == 1, 5, "what editors say of words is live")

    house.save(state(4, "Lũ quét: bản nháp", status="draft"))
    house.withdraw(2, 5)
    until(lambda: house.versions() == {1: 1, 2: 5, 3: 1, 4: 1}, 20, "the draft and the withdrawal arrive")
    assert [hit.id for hit in house.ask("lũ quét").results] == [1]
    assert {hit.id for hit in house.ask("lũ quét", drafts=True).results} == {1, 4}
    assert house.query.stop() == 0
    assert house.index.stop() == 0


@pytest.mark.timeout(120)
@pytest.mark.parametrize("settings", ["tantivy"], indirect=True)
def test_questions_before_there_is_an_index_are_answered_as_soon_as_there_is(house: SearchHouse) -> None:
    house.query.start()
    until(lambda: (get_settings().run_dir / "search.query.json").exists(), 30, "the answering process is ready")
    assert not house.answers()
    house.index.start()
    until(house.answers, 30, "it answers")


@pytest.mark.elasticsearch
@pytest.mark.timeout(180)
@pytest.mark.parametrize("settings", ["elasticsearch"], indirect=True)
def test_an_engine_that_is_away_is_caught_up_with(house: SearchHouse, elasticsearch_node: ElasticsearchNode) -> None:
    house.index.start()
    house.query.start()
    house.publish(state(1, "Trước khi mất điện"))
    until(house.answers, 60, "it answers")
    until(lambda: house.ask("mất điện").total == 1, 30)
    elasticsearch_node.kill()
    try:
        assert not house.answers("mất điện hôm nay", timeout=5)
        house.publish(state(2, "Trong khi mất điện"))
        house.withdraw(1, 2)
    finally:
        elasticsearch_node.start()
    until(lambda: house.versions() == {1: 2, 2: 1}, 60, "what was sent meanwhile is indexed")
    assert [hit.id for hit in house.ask("mất điện").results] == [2]


@pytest.mark.elasticsearch
@pytest.mark.timeout(180)
@pytest.mark.parametrize("settings", ["elasticsearch"], indirect=True)
def test_an_engine_whose_line_is_silent_holds_nobody_for_long(
    house: SearchHouse, elasticsearch_node: ElasticsearchNode
) -> None:
    """Whoever waits for an answer that never comes gives up, and asks over a line that is whole."""
    with Swallower("127.0.0.1", urlsplit(elasticsearch_node.url).port or 0) as cable:
        house.set("ELASTICSEARCH_URL", f"http://127.0.0.1:{cable.port}")
        house.index.start()
        house.query.start()
        house.publish(state(1, "Trước khi đứt cáp"))
        until(house.answers, 60, "it answers")
        until(lambda: house.ask("đứt cáp").total == 1, 30, "it is found")
        cable.swallow()
        house.publish(state(2, "Sau khi đứt cáp"))
        until(lambda: house.answers("sau khi đứt cáp", 5), 40, "questions are answered again")
        until(lambda: house.ask("đứt cáp").total == 2, 60, "what came is indexed")
        house.index.kill()
        house.query.kill()


@pytest.mark.timeout(120)
def test_an_index_of_other_code_is_named_at_the_start_and_made_anew(house: SearchHouse) -> None:
    engine = make_engine()
    engine.own()
    put(engine, [article(1, "Bài của bản cũ")])
    _make_old(engine)
    old = engine.current().name
    engine.close()
    house.index.start()
    house.query.start()
    until(lambda: house.ask("bản cũ").total == 1, 30, "it is used as it is")

    def says_what_to_run(process: Process) -> bool:
        return "toasoan reindex" in process.log

    for process in (house.index, house.query):
        until(partial(says_what_to_run, process), 20, "it says what to run")
        assert old in process.log

    command = house.command("reindex", "--json")
    assert command.wait(60) == 0, command.log
    assert '"documents": 1' in command.log
    engine = make_engine()
    engine.current().must_fit()
    assert engine.current().name != old
    engine.close()
    until(lambda: house.ask("bản cũ", size=7).total == 1, 20)


def _make_old(engine: SearchEngine) -> None:
    """As if an earlier version of the code had made the index."""
    if isinstance(engine, ElasticsearchEngine):
        engine._client.indices.put_mapping(index=engine.current().name, meta={"mapping": 0, "forms": 0})
    else:
        path = get_settings().data_dir / "search" / engine.current().name / "made.json"
        path.write_bytes(orjson.dumps({"mapping": 0, "forms": 0}))


@pytest.mark.parametrize("settings", ["tantivy"], indirect=True)
def test_one_process_writes_the_embedded_index(settings: str) -> None:
    first, second = make_engine(), make_engine()
    assert first.own() and first.own()
    assert not second.own()
    first.close()
    assert second.own()
    second.close()


@pytest.mark.parametrize("settings", ["tantivy"], indirect=True)
def test_half_made_indexes_are_cleared_away(settings: str, tmp_path: Path) -> None:
    engine = make_engine()
    assert engine.own()
    folder = get_settings().data_dir / "search"
    (folder / "articles-0002.part").mkdir()
    engine.begin()
    engine.switch()
    engine.begin()
    engine.switch()
    names = sorted(path.name for path in folder.glob("articles-*"))
    engine.close()
    assert len(names) == 2, names  # the current one and the one before it
    assert any((folder / names[0]).iterdir())
