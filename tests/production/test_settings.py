"""Production mode refuses what is only safe on one's own machine."""

import pytest
from pydantic import ValidationError

from shared.settings import Settings

GOOD = {
    "TOASOAN_PRODUCTION": "1",
    "TOASOAN_SECRET_KEY": "k" * 32,
    "TOASOAN_SITE_URL": "https://bao.example",
    "TOASOAN_INGEST_URL": "https://toasoan.bao.example",
    "TOASOAN_DEMO": "0",
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
        ("TOASOAN_SITE_URL", ""),
        ("TOASOAN_SITE_URL", "http://127.0.0.1:8000"),
        ("TOASOAN_INGEST_URL", ""),
        ("TOASOAN_INGEST_URL", "http://localhost:8001"),
        ("TOASOAN_DEMO", "1"),
        ("TOASOAN_DEMO", ""),
    ],
)
def test_a_default_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        settings(monkeypatch, **{name: value})


def test_on_ones_own_machine_nothing_need_be_said() -> None:
    assert not Settings().production
