"""Workers that stand still, and what is full."""

from datetime import UTC, datetime, timedelta

from tests.compose import faults
from tests.compose.alerted import Fault, OnCall
from tests.compose.watch import LEAK, WEBHOOK
from tests.wait import until

_WORKERS = (
    *("web-worker", "web-worker-b", "search-index", "search-query", "search-query-b"),
    *("counter-worker", "ingest-worker"),
)
_BURST = 260
_CONNECTIONS = 172  # of 200
# 290 MB of 384, ten at a time: what one script writes is held three times over until it is on the disk.
_TENS = 29
_FILL = 'for i=1,10 do redis.call("set", "ts:c:filler:"..ARGV[1]..i, string.rep("x", 1000000)) end'
_FORGET = 'for i=1,10 do redis.call("unlink", "ts:c:filler:"..ARGV[1]..i) end'
_MORE_MEMORY = """
services:
  counters:
    command: [--appendfsync, always, --maxmemory, 768mb]
    mem_limit: 1200m
"""


def _freeze_workers(who: OnCall) -> None:
    """SIGSTOP to all of them, while one has a message in hand."""
    who.sql("web", "BEGIN", "LOCK TABLE articles IN ACCESS EXCLUSIVE MODE", "SELECT pg_sleep(20)", wait=False)
    until(
        lambda: int(who.redis("broker", "web", "zcard", "ts:unacked_index:web")) > 0,
        18,
        "a worker has a message in hand",
    )
    faults.signal(who.watched.house, "STOP", *_WORKERS)
    who.publish(_BURST)


def _fill_counters(who: OnCall, script: str = _FILL) -> None:
    for ten in range(_TENS):
        who.redis("counters", "counter", "eval", script, "0", f"{ten}:")


def _more_memory(who: OnCall) -> str:
    who.watched.add("more-memory.yml", _MORE_MEMORY)
    return f"`--maxmemory` raised, {who.types('RedisMemoryHigh', 'docker compose up -d')}"


def _take_connections(who: OnCall) -> None:
    counted = "select count(*) from pg_stat_activity where datname is not null"
    who.python(
        "web",
        "import os, psycopg, time\n"
        "kept = []\n"
        "def one(): kept.append(psycopg.connect(os.environ['TOASOAN_DATABASE_URL'], autocommit=True))\n"
        "one()\n"
        f"while kept[0].execute('{counted}').fetchone()[0] < {_CONNECTIONS}: one()\n"
        "time.sleep(900)",
        "-d",
    )


def _end_idle_ones(who: OnCall) -> str:
    return who.types(
        "PostgresConnectionsHigh",
        'docker compose exec postgres psql -U toasoan -d postgres -c "select pg_terminate',
        **{"10 minutes": "10 seconds"},
    )


def _age_backups(who: OnCall) -> None:
    """Those that there are were made two days ago, and no new one can be written."""
    until(lambda: who.sh("backup", "ls -d /backups/2*Z/manifest.json"), 120, "there is a backup")
    old = datetime.now(UTC) - timedelta(days=2)
    names = who.sh("backup", "cd /backups && ls -d 2*Z").split()
    moves = [f"mv {name} {old - timedelta(hours=at):%Y%m%dT%H%M%SZ}" for at, name in enumerate(names)]
    who.sh("backup", " && ".join(["cd /backups", *moves, "chmod a-w ."]))
    who.watched.house.compose("restart", "backup")


def _back_up_again(who: OnCall) -> str:
    who.sh("backup", "chmod u+w /backups")
    return who.types("BackupOld", "docker compose restart backup")


def _tell_nobody(who: OnCall) -> None:
    who.watched.house.set(ALERT_WEBHOOK_URL="http://receiver:9/")
    who.watched.house.compose("up", "-d", "alertmanager")


def _tell_again(who: OnCall) -> str:
    who.watched.house.set(ALERT_WEBHOOK_URL=WEBHOOK)
    return who.types("AlertsNotDelivered", "docker compose up -d alertmanager")


STANDING_STILL = (
    (
        Fault(
            "SIGSTOP to every worker, one of them with a message in hand; 260 stories at once",
            (
                "ProcessDown job=web.worker",
                "QueueGrowing",
                "CanaryLate queue=page",
                "BrokerUnackedOld",
                "SearchSuccessBurn burn=14.4x",
            ),
            _freeze_workers,
            lambda who: who.types("BrokerUnackedOld", "docker compose restart web-worker"),
            fires_within_s=330,
            clears_within_s=240,
        ),
    ),
    (
        Fault(
            "290 MB more in `counters`",
            ("RedisMemoryHigh instance=counters:6379",),
            _fill_counters,
            _more_memory,
            clean_up=lambda who: _fill_counters(who, _FORGET),
        ),
        Fault(
            f"a program that keeps {_CONNECTIONS} of PostgreSQL's 200 connections open",
            ("PostgresConnectionsHigh",),
            _take_connections,
            _end_idle_ones,
        ),
        Fault(
            "the backups are two days old, their folder read-only",
            ("BackupOld",),
            _age_backups,
            _back_up_again,
            fires_within_s=180,
        ),
    ),
    (
        Fault(
            "a wrong `ALERT_WEBHOOK_URL`",
            ("AlertsNotDelivered",),
            _tell_nobody,
            _tell_again,
            fires_within_s=300,
        ),
    ),
    (
        Fault(
            "one relay takes 400 MB",
            ("ProcessMemoryHigh job=ingest.relay",),
            lambda who: who.sh("ingest-relay-b", f"touch {LEAK}"),
            lambda who: who.types("ProcessMemoryHigh", "docker compose restart SERVICE", SERVICE="ingest-relay-b"),
        ),
    ),
)
