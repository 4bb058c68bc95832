"""The base of every handler, in a real worker: nothing blocks a queue, nothing vanishes, nothing is given up early."""

import pickle
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import orjson
import pytest

from shared.ask import Asker, NoAnswer
from shared.celery_factory import publish
from shared.contracts.commands import ListWebVersions
from shared.contracts.queues import Queue
from shared.handler import MAX_DELIVERIES
from tests.contract.shared.conftest import Sample, article, envelope
from tests.wait import until

COMMENT = {"token": "t1", "article_id": 1, "name": "Lan", "text": "Hay", "at": "2026-01-01T00:00:00Z"}


def test_a_bad_event_is_taken_out_of_its_batch(sample: Sample) -> None:
    bad = envelope(2, title="bad")
    sample.send(envelope(1), bad, envelope(3))
    until(lambda: sample.handled == ["1 1", "3 1"], 20, "the good ones are handled")
    assert len(sample.dead()) == 1
    (letter,) = sample.dead()
    assert letter["message"] == {"events": [bad]}
    assert letter["error"] == "ValueError: cannot be handled"
    assert (letter["service"], letter["task"], letter["source_queue"]) == ("web", "web.article_published", "page")


def test_impossible_versions_are_buried_and_the_rest_goes_on(sample: Sample) -> None:
    impossible = (-1, 2**63, "x", None)
    sample.send(*(envelope(1, version=version) for version in impossible), envelope(2))
    until(lambda: sample.handled == ["2 1"], 20)
    assert len(sample.dead()) == len(impossible)


def test_newer_messages_are_read_as_far_as_they_can_be(sample: Sample) -> None:
    newer = article(1)
    newer["article"]["mood"] = "merry"
    sample.send(envelope(1, payload=newer | {"extra": 1}, extra=2))
    sample.send(envelope(2, schema_version=2))
    until(lambda: sample.dead() and sample.handled, 20)
    assert sample.handled == ["1 1"]
    assert "newer than this code" in sample.dead()[0]["error"]


def test_while_a_store_is_away_everything_waits_in_its_order(sample: Sample) -> None:
    (sample.folder / "away").touch()
    sample.send(envelope(1, title="away"))
    sample.send(envelope(2))
    until(lambda: "waiting for a store" in sample.log, 20)
    assert sample.handled == []
    (sample.folder / "away").unlink()
    until(lambda: len(sample.handled) == 2, 20)
    assert sample.handled == ["1 1", "2 1"]
    assert sample.dead() == []


def test_a_worker_that_is_stopped_while_it_waits_puts_the_message_back(sample: Sample) -> None:
    (sample.folder / "away").touch()
    sample.send(envelope(1, title="away"))
    until(lambda: "waiting for a store" in sample.log, 20)
    assert sample.process
    sample.process.send_signal(signal.SIGTERM)
    until(lambda: sample.deaths, 20)
    (sample.folder / "away").unlink()
    until(lambda: sample.handled == ["1 1"], 30)
    assert sample.dead() == []


def test_a_worker_that_waits_for_messages_ends_soon(sample: Sample) -> None:
    """Its question for the next message is answered within two seconds."""

    def ended(times: int) -> bool:
        return len(sample.deaths) == times

    for stops in range(1, 4):
        until(sample.is_waiting, 20, "the worker waits for messages")
        assert sample.process
        sample.process.send_signal(signal.SIGTERM)
        until(partial(ended, stops), 4, "it ended")
    assert sample.deaths == [0, 0, 0]


def test_a_message_that_kills_is_given_up_and_the_others_go_on(sample: Sample) -> None:
    sample.send(envelope(1, title="deadly"))
    sample.send(envelope(2))
    until(lambda: len(sample.dead()) == 1, 60, "the deadly message is buried")
    assert sample.handled.count("begun 1") <= MAX_DELIVERIES
    assert set(sample.deaths) == {9}
    until(lambda: "2 1" in sample.handled, 20)
    assert sample.dead()[0]["message"]["events"][0]["key"] == "1"


def test_a_killed_worker_loses_nothing(sample: Sample) -> None:
    (sample.folder / "away").touch()
    sample.send(envelope(1, title="away"))
    until(lambda: "waiting for a store" in sample.log, 20)
    assert sample.process
    sample.process.kill()
    (sample.folder / "away").unlink()
    until(lambda: sample.handled == ["1 1"], 30)


def test_garbage_in_a_queue_does_not_stop_it(sample: Sample) -> None:
    """It ends the worker, and the next one goes on behind it."""
    for number, garbage in enumerate((b"not json", b"[1, 2]")):
        with sample.broker.client() as client:
            client.lpush("ts:page", garbage)
        sample.send(envelope(number))
    until(lambda: sample.handled == ["0 1", "1 1"], 40)


def test_what_celery_discards_is_kept(sample: Sample) -> None:
    publish(sample.app, "web.unheard_of", Queue.page, {"x": 1})
    body = pickle.dumps([[], {}, {}])
    with sample.app.connection_for_write() as connection:
        producer = connection.Producer()
        producer.publish(
            body,
            routing_key="page",
            content_type="application/x-python-serialize",
            content_encoding="binary",
            headers={"task": "web.article_published", "id": "x", "lang": "py"},
        )
    sample.send(envelope(1))
    until(lambda: sample.handled == ["1 1"], 30)
    until(lambda: len(sample.dead()) == 2, 20)
    assert {letter["error"] for letter in sample.dead()} == {
        "ValueError: unknown message",
        "ValueError: unreadable message",
    }
    assert "web.unheard_of" in {letter["task"] for letter in sample.dead()}


def test_commands_are_done_or_buried(sample: Sample) -> None:
    for message in (COMMENT, {**COMMENT, "text": "bad"}, {"token": "t2"}):
        publish(sample.app, "ingest.submit_comment", Queue.comments, {"message": message})
    until(lambda: len(sample.dead()) == 2, 20)
    assert sample.handled == ["comment t1"]
    assert sample.dead()[0]["message"] == {"message": {**COMMENT, "text": "bad"}}


def test_of_a_private_command_that_cannot_be_handled_nothing_is_kept_that_it_says(sample: Sample) -> None:
    told = {"at": "2026-11-02T05:00:00Z", "searches": [["bí mật của ai", "m1", "found"]]}
    for message in (told, {"searches": "bí mật"}):
        publish(sample.app, "counter.count_searches", Queue.count, {"message": message})
    until(lambda: len(sample.dead()) == 2, 20)
    assert [letter["message"] for letter in sample.dead()] == [{}, {}]
    assert "bí mật" not in str(sample.dead()) + sample.log


def test_what_the_release_before_sent_is_handled_under_its_queues_former_name(sample: Sample) -> None:
    sample.app.send_task("ingest.submit_comment", kwargs={"message": COMMENT}, queue="bulk")
    until(lambda: sample.handled == ["comment t1"], 20)
    assert Queue("bulk") is Queue.comments  # and a dead letter of that time finds its way back


def test_a_question_that_fails_is_no_answer_and_no_dead_letter(sample: Sample) -> None:
    asker = Asker(sample.app).start()
    try:
        assert asker.ask_sync(ListWebVersions(after=4), 20).versions == ((5, 1),)
        with pytest.raises(NoAnswer):
            asker.ask_sync(ListWebVersions(after=-1), 20)
    finally:
        asker.close()
    assert sample.dead() == []


def test_questions_asked_at_once_are_each_answered(sample: Sample) -> None:
    asker = Asker(sample.app).start()

    def ask(after: int) -> object:
        try:
            return asker.ask_sync(ListWebVersions(after=after), 20).versions
        except NoAnswer:
            return None

    try:
        with ThreadPoolExecutor(60) as askers:
            answers = list(askers.map(ask, [after if after % 7 else -1 for after in range(60)]))
    finally:
        asker.close()
    assert answers == [((after + 1, 1),) if after % 7 else None for after in range(60)]


def test_what_was_done_is_measured_by_task(sample: Sample) -> None:
    import urllib.request

    sample.send(envelope(1))
    sample.send(envelope(2, title="bad"))
    until(lambda: sample.dead() and sample.handled, 20)
    from shared.settings import get_settings

    address = orjson.loads((get_settings().run_dir / "sample.json").read_bytes())["metrics_url"]

    def measured() -> bool:
        text = urllib.request.urlopen(address, timeout=5).read().decode()
        labels = '{name="web.article_published",queue_name="page"}'
        return all(
            f"{name}{labels} {number}" in text
            for name, number in (
                ("celery_task_started_total", "2.0"),
                ("celery_task_succeeded_total", "1.0"),
                ("celery_task_failed_total", "1.0"),
            )
        )

    until(measured, 20)
