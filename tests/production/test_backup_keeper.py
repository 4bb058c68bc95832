"""The keeper of backups: one when it is due, the newest few kept, the truth in its figures."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from deploy.backup import keeper
from shared.database import migrate
from toasoan.place import OperatorError

HOUR = 3600.0
NOON = 1_762_059_600.0


@pytest.fixture(autouse=True)
def _a_house(own_settings: None) -> None:
    """Where there is none, nothing is kept."""
    migrate("ingest")


@pytest.fixture
def figures() -> keeper.Figures:
    return keeper.Figures(CollectorRegistry())


def value(figures: keeper.Figures) -> float:
    return next(iter(figures.last_success.collect())).samples[0].value


def test_a_backup_is_made_when_it_is_due(tmp_path: Path, figures: keeper.Figures) -> None:
    assert keeper.keep_up(tmp_path, 24 * HOUR, 14, NOON, figures)
    assert not keeper.keep_up(tmp_path, 24 * HOUR, 14, NOON + 23 * HOUR, figures)
    assert value(figures) == NOON
    assert keeper.keep_up(tmp_path, 24 * HOUR, 14, NOON + 24 * HOUR, figures)
    assert value(figures) == NOON + 24 * HOUR


def test_the_newest_are_kept(tmp_path: Path, figures: keeper.Figures) -> None:
    (tmp_path / "by-hand-20261125").mkdir()
    for day in range(5):
        keeper.keep_up(tmp_path, 24 * HOUR, 3, NOON + day * 24 * HOUR, figures)
    assert [keeper.made_at(path) for path in keeper.backups(tmp_path)] == [NOON + day * 24 * HOUR for day in (2, 3, 4)]
    assert (tmp_path / "by-hand-20261125").is_dir()


def test_a_backup_that_was_cut_off_does_not_count(tmp_path: Path, figures: keeper.Figures) -> None:
    keeper.keep_up(tmp_path, 24 * HOUR, 14, NOON, figures)
    (keeper.backups(tmp_path)[0] / "manifest.json").unlink()
    assert keeper.backups(tmp_path) == []
    assert keeper.keep_up(tmp_path, 24 * HOUR, 14, NOON + HOUR, figures)


def test_a_failure_drops_nothing_and_is_counted(
    tmp_path: Path, figures: keeper.Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.keep_up(tmp_path, 24 * HOUR, 1, NOON, figures)

    def fails(_: Path) -> None:
        raise OperatorError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(keeper, "backup", fails)
        keeping = keeper.Keeper(tmp_path, 24 * HOUR, 1, figures)
        pauses = []
        for hour in (24, 25, 26):
            keeping.attempt(NOON + hour * HOUR)
            assert not keeping.is_healthy
            pauses.append(keeping.pause)
    assert pauses == [60, 120, 240], "less and less often"
    assert len(keeper.backups(tmp_path)) == 1
    assert value(figures) == NOON
    assert next(iter(figures.failures.collect())).samples[0].value == 3
    keeping.attempt(NOON + 27 * HOUR)
    assert keeping.is_healthy and keeping.pause == 60
    assert value(figures) == NOON + 27 * HOUR


def test_a_keeper_that_has_just_started_and_fails_knows_the_newest(
    tmp_path: Path, figures: keeper.Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.keep_up(tmp_path, 24 * HOUR, 14, NOON, keeper.Figures(CollectorRegistry()))

    def fails(_: Path) -> None:
        raise OperatorError("no room")

    monkeypatch.setattr(keeper, "backup", fails)
    keeper.Keeper(tmp_path, 24 * HOUR, 14, figures).attempt(NOON + 25 * HOUR)
    assert value(figures) == NOON, "not 1970"
