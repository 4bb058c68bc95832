"""Stores that are away, or take nothing."""

from tests.compose import runbook
from tests.compose.alerted import Fault, OnCall
from tests.wait import until


def stopped(service: str, *alerts: str) -> Fault:
    return Fault(
        f"`{service}` stopped",
        alerts,
        lambda who: who.watched.house.compose("stop", service),
        lambda who: who.types("StoreDown", "docker compose restart", STORE=service),
    )


def _break_index(who: OnCall) -> None:
    """Its files are gone when Elasticsearch starts again."""
    house = who.watched.house
    house.compose("stop", "elasticsearch")
    files = "/usr/share/elasticsearch/data/indices/*/*/index/*"
    house.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", "elasticsearch", "-c", f"rm {files}")
    house.compose("start", "elasticsearch")


def _begin_index_anew(who: OnCall) -> str:
    def red() -> list[str]:
        line = "docker compose exec elasticsearch sh -c 'curl -s -u elastic:$ELASTIC_PASSWORD \"localhost:9200/_cat/ind"
        return who.watched.house.type(runbook.command("ElasticsearchRed", line)).split()

    deleted = "docker compose exec elasticsearch sh -c 'curl -s -u elastic:$ELASTIC_PASSWORD -X DELETE"
    said = [who.types("ElasticsearchRed", deleted, INDEX=index) for index in until(red, 30, "an index is red")]
    return f"{said[0]}, {who.reconciles('ElasticsearchRed')}"


AWAY = (
    # Without nginx no editor would meet an error.
    (
        stopped("postgres", "StoreDown store=postgresql", "EditorErrors", "CounterLag"),
        stopped("nginx", "StoreDown store=nginx"),
    ),
    (
        stopped("elasticsearch", "StoreDown store=elasticsearch"),
        Fault("Elasticsearch's files of the index deleted", ("ElasticsearchRed",), _break_index, _begin_index_anew),
    ),
)


# ---------------------------------------------------------------- the broker, and what waits for it


def _fill_disk(who: OnCall) -> None:
    read = who.publish(1)[0]["id"]
    who.sh("broker", "fallocate -l $(($(df -B1 --output=avail /data | tail -1) - 8000000)) /data/filler")
    who.sh("broker", "dd if=/dev/zero of=/data/filler-too bs=4k 2>/dev/null || true")  # to the last block
    _journal(who, read)


def _make_room(who: OnCall) -> str:
    who.sh("broker", "rm -f /data/filler /data/filler-too")
    return f"room made on the disk, {who.reconciles('ReconcileLate')}"


def _stop_broker(who: OnCall) -> None:
    read = who.publish(1)[0]["id"]
    who.watched.house.compose("stop", "broker")
    _journal(who, read)


def _start_broker(who: OnCall) -> str:
    started = who.types("StoreDown", "docker compose restart", STORE="broker")
    return f"{started}, {who.reconciles('ReconcileLate')}"


def _journal(who: OnCall, number: int) -> None:
    """Views of the story `number` that a web process had on its disk when it ended; the one that starts takes over."""
    who.watched.house.compose(
        *("run", "--rm", "--no-deps", "-T", "web", "python", "-c", _JOURNAL, str(number)), timeout=180
    )
    who.watched.house.compose("restart", "web-b", timeout=180)


_JOURNAL = """
import sys, time, pathlib, orjson
from services.web.viewjournal import Journal
from shared.views.batches import MAX_VIEWS, BatchNames
journal, names, now = Journal(pathlib.Path("/data/views"), time.monotonic()), BatchNames(), int(time.time())
views = [[int(sys.argv[1]), f"nguoi-doc-{at:030d}", now, ""] for at in range(MAX_VIEWS)]
while journal.size < 22_000_000:
    name = names.take()
    journal.append(name, orjson.dumps({"batch_id": name, "views": views, "rejected": {}}))
journal.close()
"""
_WAITING = ("OutboxStuck service=ingest", "ViewJournalGrowing", "ReconcileLate store=search")
FULL_DISK = (
    (
        Fault(
            "the broker's disk full, 22 MB of views on web's",
            ("RedisNotPersisting instance=broker:6379", "DiskFillingUp", *_WAITING),
            _fill_disk,
            _make_room,
            fires_within_s=180,
        ),
    ),
)
NO_BROKER = ((Fault("`broker` stopped, 22 MB of views on web's disk", _WAITING, _stop_broker, _start_broker),),)
_WHY = "it takes a small disk of its own: root, mkfs.ext4 and a loop device"
NEEDS_DISK = {"RedisNotPersisting": _WHY, "DiskFillingUp": _WHY}
