"""The table of processes, and how the supervisor learns its settings."""

from pathlib import Path

import pytest

from toasoan.place import OperatorError, ask_for_place
from toasoan.roles import Phase, house_roles

ROLES = {
    "ingest.http",
    "ingest.worker",
    "search.index",
    "search.query",
    "counter.worker",
    "web.http",
    "web.worker",
}


def test_every_role_and_both_redis_are_started(tmp_path: Path) -> None:
    place = ask_for_place()
    roles = {role.name: role for role in house_roles(place)}
    assert set(roles) == ROLES | {"redis.broker", "redis.counters"}
    assert {name for name, role in roles.items() if role.phase is Phase.http} == {"ingest.http", "web.http"}
    assert place.data_dir == tmp_path / "data"


def test_a_worker_that_runs_once_may_take_over_what_it_left() -> None:
    owners = {role.name: role.environment.get("TOASOAN_SOLE_CONSUMER") for role in house_roles(ask_for_place())}
    workers = {"ingest.worker", "search.index", "search.query", "counter.worker", "web.worker"}
    assert {name for name, owner in owners.items() if owner} == workers
    assert all(owners[name] == name for name in workers)


def test_several_processes_search_when_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_QUERY_WORKERS", "3")
    searching = {role.name: role for role in house_roles(ask_for_place()) if role.name.startswith("search.query")}
    assert list(searching) == ["search.query", "search.query-2", "search.query-3"]
    assert searching["search.query-3"].command[-1] == "query-3"


def test_servers_of_ones_own_replace_the_embedded_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_BROKER_URL", "redis://127.0.0.1:1/0")
    assert {role.name for role in house_roles(ask_for_place())} == ROLES | {"redis.counters"}
    monkeypatch.setenv("TOASOAN_REDIS_URL", "redis://127.0.0.1:1/1")
    assert {role.name for role in house_roles(ask_for_place())} == ROLES


def test_redis_keeps_everything_and_listens_on_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_REDIS_MEGABYTES", "96")
    for name, sync in (("redis.broker", "everysec"), ("redis.counters", "always")):
        command = next(role for role in house_roles(ask_for_place()) if role.name == name).command
        options = dict(zip(command[1::2], command[2::2], strict=True))
        assert options["--port"] == "0"
        assert options["--appendonly"] == "yes"
        assert options["--appendfsync"] == sync
        assert (options["--maxmemory"], options["--maxmemory-policy"]) == ("96mb", "noeviction")


def test_a_setting_that_cannot_be_meant_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_WEB_PORT", "eighty")
    with pytest.raises(OperatorError, match=r"^TOASOAN_WEB_PORT: .*integer"):
        ask_for_place()


def test_a_deep_data_dir_gets_short_sockets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOASOAN_DATA_DIR", str(tmp_path / ("sâu-" * 20)))
    place = ask_for_place()
    assert place.broker_socket
    assert len(str(place.broker_socket).encode()) <= 100
    assert place.socket_dir.parent != place.run_dir
