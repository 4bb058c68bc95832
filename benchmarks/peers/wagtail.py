"""Wagtail as `wagtail start` makes a site, with an article page added, behind gunicorn."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.peers import install
from benchmarks.peers.system import Site
from shared.vietnamese.text import slug

_SITE = Path(__file__).parent / "newsroom_site"
_PASSWORD = "a password for benchmarks"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_PARAGRAPH = re.compile(r"<p>(.*?)</p>")
_LOCAL = """
SECRET_KEY = "only for benchmarks, fifty characters of it are wanted"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS += ["articles"]
WAGTAILADMIN_BASE_URL = "{url}"
"""


class Wagtail(Site):
    """The settings for production that it makes; SQLite, its default; no page cache."""

    name = "Wagtail"
    setup = "`wagtail start`, SQLite, gunicorn with five workers, no page cache"
    version = install.WAGTAIL

    def start(self) -> None:
        programs = install.wagtail()
        self._site = self.folder / "newsroom"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))},
            "PATH": f"{programs}:{os.environ['PATH']}",
            "DJANGO_SETTINGS_MODULE": "newsroom.settings.production",
            "DJANGO_SUPERUSER_PASSWORD": _PASSWORD,
        }
        self._do([str(programs / "wagtail"), "start", "newsroom"], self.folder)
        shutil.copytree(_SITE, self._site, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        local = self._site / "newsroom" / "settings" / "local.py"
        # base.py's names are known there, as in the comment of Django's own template.
        local.write_text("from .base import *\n" + _LOCAL.format(url=self.url))
        for command in (
            "makemigrations articles",
            "migrate",
            "createsuperuser --noinput --username=editor --email=editor@example.com",
            "collectstatic --noinput",
        ):
            self._do([str(programs / "python"), "manage.py", *command.split()], self._site)
        ask = "from home.models import HomePage; print(HomePage.objects.get().pk)"
        told = self._do([str(programs / "python"), "manage.py", "shell", "-v0", "-c", ask], self._site)
        self._home = told.split()[-1]
        options = ["--workers=5", f"--bind=127.0.0.1:{self.port}", "--log-level=warning"]
        self.spawn([str(programs / "gunicorn"), "newsroom.wsgi", *options], cwd=self._site, env=self._environment)
        self.answers()
        self._log_in()

    def _do(self, command: list[str], folder: Path) -> str:
        """What it printed."""
        done = subprocess.run(command, cwd=folder, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr[-1500:]}")
        return done.stdout

    # ------------------------------------------------------------ editors, as its admin does it

    def _log_in(self) -> None:
        form = {"username": "editor", "password": _PASSWORD, "next": "/admin/"}
        answer = self._submit("/admin/login/", form)
        assert answer.status_code == 302, answer.text[:500]
        self._add = f"/admin/pages/add/articles/articlepage/{self._home}/"
        self._token = self._csrf(self._add)

    def _csrf(self, path: str) -> str:
        token = _TOKEN.search(self.client.get(self.url + path).text)
        assert token, path
        return token[1]

    def _submit(self, path: str, form: dict[str, str], token: str = "") -> Any:
        form = {"csrfmiddlewaretoken": token or self._csrf(path), **form}
        return self.client.post(self.url + path, data=form, headers={"referer": self.url + path})

    def publish(self, story: dict[str, Any]) -> str:
        name = slug(story["title"])
        form = {
            "title": story["title"],
            "slug": name,
            "intro": story["summary"],
            "body": _draft(story["body"]),
            "action-publish": "action-publish",
            **{f"comments-{field}": "0" for field in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")},
            "comments-MAX_NUM_FORMS": "",
        }
        answer = self._submit(self._add, form, self._token)
        assert answer.status_code == 302, answer.text[-3000:]
        return f"/{name}/"


def _draft(body: str) -> str:
    """Paragraphs as the rich-text field sends them."""
    blocks = [
        {"key": f"p{at}", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
        for at, text in enumerate(_PARAGRAPH.findall(body))
    ]
    return json.dumps({"blocks": blocks, "entityMap": {}})
