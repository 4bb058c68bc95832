"""The kept secret: one for all processes, never an empty one."""

import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.settings import get_settings
from tests.conftest import forget_settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "secret.key"


@pytest.mark.parametrize("left", ["", "\n", "\0" * 43, "torn"])
def test_what_a_crash_left_of_a_secret_is_no_secret(kept: Path, left: str) -> None:
    kept.write_text(left)

    secret = get_settings().secret_key

    assert len(secret) >= 32 and kept.read_text() == secret
    forget_settings()
    assert get_settings().secret_key == secret
    assert kept.stat().st_mode & 0o077 == 0


def test_a_secret_put_there_stays(kept: Path) -> None:
    kept.write_text("a secret of the paper's own, long enough\n")

    assert get_settings().secret_key == "a secret of the paper's own, long enough"


def test_processes_that_start_together_agree(kept: Path) -> None:
    kept.touch()
    program = "from shared.settings import get_settings; print(get_settings().secret_key)"
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT, text=True) for _ in range(4)
    ]
    said = {process.communicate(timeout=60)[0].strip() for process in started}

    assert said == {kept.read_text()} and "" not in said


def test_a_setting_with_another_name_now_is_not_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_TEMPLATES_DIR", "/templates")
    with pytest.raises(ValidationError, match="TOASOAN_THEME_DIR"):
        get_settings()


def test_the_settings_that_the_page_on_running_shows_are_taken_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "ops.md").read_text()
    listing = next(one for one in page.split("```ini\n") if one.startswith("TOASOAN_PRODUCTION=1"))
    shown = dict(word.split("=", 1) for word in shlex.split(listing.partition("```")[0]))
    for name, value in shown.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="TOASOAN_SECRET_KEY"):
        get_settings()
    monkeypatch.setenv("TOASOAN_SECRET_KEY", secrets.token_hex(24))
    settings = get_settings()
    assert settings.production and settings.site_name == "Báo Huyện"
    known = {f"TOASOAN_{name.upper()}" for name in type(settings).model_fields}
    assert shown.keys() <= known


@pytest.mark.parametrize(
    ("url", "key", "model", "wrong"),
    [
        ("ftp://vec.example/v1", "", "m", "must begin with https://"),
        ("https:///v1/embeddings", "", "m", "name a host"),
        ("http://[::1/v1", "", "m", "is no address"),
        ("https://ai:matkhau@vec.example/v1", "", "m", "must not hold a password"),
        ("http://vec.example/v1/embeddings", "khoa", "m", "must begin with https:// where a key"),
        ("https://vec.example/v1/embeddings", "khoa", "", "TOASOAN_EMBEDDING_MODEL must be set"),
        ("https://vec.example/v1/embeddings", "khoa", "m", ""),
        ("http://127.0.0.1:11434/v1/embeddings", "khoa", "m", ""),
    ],
)
def test_the_address_of_a_server_of_vectors(
    monkeypatch: pytest.MonkeyPatch, url: str, key: str, model: str, wrong: str
) -> None:
    for name, value in (("URL", url), ("KEY", key), ("MODEL", model)):
        monkeypatch.setenv(f"TOASOAN_EMBEDDING_{name}", value)
    forget_settings()
    if not wrong:
        assert get_settings().embedding_url == url
        return
    with pytest.raises(ValidationError, match=re.escape(wrong)) as refused:
        get_settings()
    assert "matkhau" not in str(refused.value)
