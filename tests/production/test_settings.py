"""Production mode refuses what is only safe on one's own machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from shared.database import make_engine
from shared.settings import Settings
from tests.conftest import forget_settings
from tests.servers import PostgresServer

RANDOM = "5f0c1b7e9a3d42868e1f70b2c4d6a8091f3e"
GOOD = {
    "TOASOAN_PRODUCTION": "1",
    "TOASOAN_SECRET_KEY": RANDOM,
    "TOASOAN_SITE_URL": "https://bao.example",
    "TOASOAN_INGEST_URL": "https://toasoan.bao.example",
    "TOASOAN_DEMO": "0",
    "TOASOAN_PAPER_FILE": "/etc/toasoan-paper.toml",
}


def settings(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, value in {**GOOD, **changes}.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_what_was_said_whole_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch).production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOASOAN_SECRET_KEY", ""),
        ("TOASOAN_SECRET_KEY", "short"),
        ("TOASOAN_SECRET_KEY", RANDOM[:31]),
        ("TOASOAN_SECRET_KEY", "k" * 64),
        ("TOASOAN_SECRET_KEY", "k7Pq2x" * 8),
        ("TOASOAN_SECRET_KEY", "Change-Me-9f3a1b7e5d2c8064aaf1"),
        ("TOASOAN_SECRET_KEY", "0123456789abcdef0123456789abcdez"),
        ("TOASOAN_SITE_URL", "http://bao.example"),
        ("TOASOAN_SITE_URL", "//bao.example"),
        ("TOASOAN_SITE_URL", "https://10.0.0.7"),
        ("TOASOAN_SITE_URL", "https://[::1]"),
        ("TOASOAN_INGEST_URL", "HTTP://toasoan.bao.example"),
        ("TOASOAN_INGEST_URL", "https://desk.localhost"),
        ("TOASOAN_SITE_URL", ""),
        ("TOASOAN_SITE_URL", "http://127.0.0.1:8000"),
        ("TOASOAN_INGEST_URL", ""),
        ("TOASOAN_INGEST_URL", "http://localhost:8001"),
        ("TOASOAN_DEMO", "1"),
        ("TOASOAN_DEMO", ""),
        ("TOASOAN_PAPER_FILE", ""),
        ("TOASOAN_DATABASE_URL", "postgresql:///ingest"),
        ("TOASOAN_DATABASE_URL", "postgresql://ingest@postgres/ingest"),
        ("TOASOAN_DATABASE_URL", "postgresql://ingest:ingest@postgres/ingest"),
        ("TOASOAN_DATABASE_URL", "postgresql://ingest:hunter2@postgres/ingest"),
        ("TOASOAN_DATABASE_URL", f"postgresql://postgres:{RANDOM}@postgres/{{service}}"),
        ("TOASOAN_BROKER_URL", "redis://broker:6379/0"),
        ("TOASOAN_BROKER_URL", f"redis://:{RANDOM}@broker:6379/0"),
        ("TOASOAN_BROKER_URL", f"redis://default:{RANDOM}@broker:6379/0"),
        ("TOASOAN_BROKER_URL", "amqp://guest:guest@rabbit:5672//"),
        ("TOASOAN_REDIS_URL", "rediss://web:change-me-please-123@counters:6379/0"),
        ("ELASTICSEARCH_URL", "http://elasticsearch:9200"),
        ("ELASTICSEARCH_URL", f"https://elastic:{RANDOM}@elasticsearch:9200"),
    ],
)
def test_a_default_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        settings(monkeypatch, **{name: value})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('licence = ""', "licence"),
        ('licence = "b"\nlicense = "c"', "license"),
        ("licence", "line"),
        (None, "No such file"),
    ],
)
def test_a_house_with_no_imprint_of_its_own_ends_in_one_line(tmp_path: Path, words: str | None, said: str) -> None:
    """`web` in its container, and whoever asks for a place on one machine."""
    own = tmp_path / "paper.toml"
    if words is not None:
        own.write_text(f'tagline = ""\nabout = []\n[[imprint]]\nsince = 2026-01-01\nagency = "a"\n{words}\n')
    environment = {**os.environ, **GOOD, "TOASOAN_PAPER_FILE": str(own), "TOASOAN_DATA_DIR": str(tmp_path / "data")}
    for module in ("services.web.app", "toasoan.place"):
        command = [sys.executable, "-m", module]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        told = (ended.stdout + ended.stderr).strip()
        assert ended.returncode == 1, told
        assert said in told and str(own) in told
        assert len(told.splitlines()) == 1, told


def test_on_ones_own_machine_nothing_need_be_said() -> None:
    assert not Settings().production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOASOAN_DATABASE_URL", f"postgresql://ingest:{RANDOM}@postgres/ingest?sslmode=verify-full"),
        ("TOASOAN_DATABASE_URL", f"postgresql:///ingest?host=/run/postgresql&user=ingest&password={RANDOM}"),
        ("TOASOAN_BROKER_URL", f"redis://ingest:{RANDOM}@broker:6379/0"),
        ("TOASOAN_BROKER_URL", f"amqps://ingest:{RANDOM}@rabbit:5671//"),
        ("TOASOAN_REDIS_URL", f"rediss://web:{RANDOM}@counters:6379/0"),
        ("ELASTICSEARCH_URL", f"https://search-query:{RANDOM}@elasticsearch:9200"),
    ],
)
def test_an_account_of_ones_own_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert settings(monkeypatch, **{name: value}).production


def test_what_is_refused_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error ends in a log that others read."""
    changes = {"TOASOAN_DATABASE_URL": "postgresql://ingest:hunter2hunter2@postgres/ingest"}
    with pytest.raises(ValidationError) as refused:
        settings(monkeypatch, **changes)
    assert "hunter2" not in str(refused.value)
    assert RANDOM not in str(refused.value)


@pytest.mark.postgres
def test_a_database_that_asks_for_no_password_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """`trust` in pg_hba.conf: the server never looks at what we send."""
    server = PostgresServer(password=RANDOM)
    try:
        server.start()
        for name, value in GOOD.items():
            monkeypatch.setenv(name, value)
        forget_settings()
        asked = make_engine(server.url().replace("postgresql:", "postgresql+psycopg:"), "ingest")
        with asked.connect() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
        server.trust_everybody()
        asked.dispose()
        with pytest.raises(OperationalError, match="scram-sha-256"):
            asked.connect()
    finally:
        server.close()
        forget_settings()
