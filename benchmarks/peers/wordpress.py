"""Debian's WordPress on php-fpm, MariaDB and nginx with Debian's defaults; with WordPress Popular Posts if given."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx2

from benchmarks import stories
from benchmarks.peers import install
from benchmarks.peers.readers import Reader, request
from benchmarks.peers.system import Counter, Site
from benchmarks.tools import Missing
from tests.wait import until

_HERE = Path(__file__).parent
_PASSWORD = "a password for benchmarks"
_SCRIPT = re.compile(r'<script[^>]* id="wpp-js"[^>]*>')
_ATTRIBUTE = re.compile(r'data-(token|sampling|sampling-rate)="([^"]*)"')
_CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{folder}/mariadb.sock');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '{url}');
define('WP_SITEURL', '{url}');
define('WP_DEBUG', false);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('AUTH_KEY', 'benchmarks 1');
define('SECURE_AUTH_KEY', 'benchmarks 2');
define('LOGGED_IN_KEY', 'benchmarks 3');
define('NONCE_KEY', 'benchmarks 4');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
# The pool is as Debian's package has it.
_POOL = """[global]
error_log = {folder}/php-fpm.errors
[www]
listen = {folder}/php.sock
pm = dynamic
pm.max_children = 5
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
{user}
"""
_NGINX = """worker_processes auto;
daemon off;
error_log {folder}/nginx.errors;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types;
  access_log off;
  gzip on;
  client_body_temp_path {folder}/body;
  fastcgi_temp_path {folder}/fastcgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {folder}/site;
    index index.php;
    location / {{ try_files $uri $uri/ /index.php?$args; }}
    location ~ \\.php$ {{
      include /etc/nginx/fastcgi_params;
      # With the port, without which WordPress sends readers in a circle.
      fastcgi_param HTTP_HOST $http_host;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_pass unix:{folder}/php.sock;
    }}
  }}
}}
"""


class WordPress(Site, Counter):
    """Stock: the newest default theme of its release, pretty addresses, opcache, no page cache."""

    name = "WordPress"
    counter = "WordPress Popular Posts"
    setup = "php-fpm and MariaDB with Debian's defaults, nginx, opcache, no page cache, stock theme"

    def start(self) -> None:
        program = install.wordpress()
        self._lay_out(program)
        self._start_database()
        command = [_beside(install.mariadb(), "mariadb"), "--no-defaults", f"--socket={self.folder}/mariadb.sock"]
        subprocess.run([*command, "-uroot", "-e", "CREATE DATABASE wordpress"], check=True, capture_output=True)
        told = subprocess.run(
            ["php", str(_HERE / "wordpress_setup.php"), str(self.folder / "site"), _PASSWORD],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        self.version, _, plugin = told.strip().splitlines()[-1].partition(" ")
        if self.counts:
            self.version += f", Popular Posts {plugin}"
        self._start_php()
        self.spawn(["nginx", "-c", f"{self.folder}/nginx.conf", "-e", "stderr"])
        self.answers()
        self._log_in()

    def _lay_out(self, program: Path) -> None:
        site = self.folder / "site"
        shutil.copytree(program, site, ignore_dangling_symlinks=True)
        words = {"folder": self.folder, "url": self.url, "port": self.port}
        (site / "wp-config.php").write_text(_CONFIG.format(**words))
        self.counts = True
        try:
            shutil.copytree(install.popular_posts(), site / "wp-content" / "plugins" / "wordpress-popular-posts")
        except Missing as missing:
            self.counts, self.why_not = False, str(missing)
        as_root = "user = root\ngroup = root" if _is_root() else ""
        (self.folder / "pool.conf").write_text(_POOL.format(**words, user=as_root))
        user = "user root;\n" if _is_root() else ""
        (self.folder / "nginx.conf").write_text(user + _NGINX.format(**words))

    # ------------------------------------------------------------ processes

    def _start_database(self) -> None:
        server, data = install.mariadb(), self.folder / "mariadb"
        user = ["--user=root"] if _is_root() else []
        if not data.exists():
            make = _beside(server, "mariadb-install-db")
            options = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
            subprocess.run([make, *options, *user], check=True, capture_output=True)
        socket = self.folder / "mariadb.sock"
        socket.unlink(missing_ok=True)
        options = ["--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking", *user]
        self._database = self.spawn([server, *options])
        until(socket.exists, 60, f"{socket.name} is there")

    def _start_php(self) -> None:
        socket = self.folder / "php.sock"
        socket.unlink(missing_ok=True)
        as_root = ["-R"] if _is_root() else []
        self._php = self.spawn([install.php_fpm(), "-F", *as_root, "-y", f"{self.folder}/pool.conf"])
        until(socket.exists, 60, f"{socket.name} is there")

    def kill_counting(self) -> None:
        # The plugin's part runs in PHP, what it counted lies in MariaDB.
        self.kill(self._php)
        self.kill(self._database)
        self._start_database()
        self._start_php()

    # ------------------------------------------------------------ editors, as the block editor does it

    def _log_in(self) -> None:
        self.client.cookies.set("wordpress_test_cookie", "WP Cookie check")
        form = {"log": "editor", "pwd": _PASSWORD, "wp-submit": "Log In", "testcookie": "1"}
        self.client.post(f"{self.url}/wp-login.php", data=form)
        answer = self.client.get(f"{self.url}/wp-admin/admin-ajax.php", params={"action": "rest-nonce"})
        assert answer.status_code == 200, answer.text[:200]
        self._nonce = {"x-wp-nonce": answer.text}

    def publish(self, story: dict[str, Any]) -> str:
        post = {"title": story["title"], "excerpt": story["summary"], "content": story["body"], "status": "publish"}
        answer = self.client.post(f"{self.url}/wp-json/wp/v2/posts", json=post, headers=self._nonce)
        assert answer.status_code == 201, answer.text[:500]
        self._last = int(answer.json()["id"])
        return str(answer.json()["link"]).removeprefix(self.url)

    # ------------------------------------------------------------ views: an article is "id path"

    def new_article(self, number: int) -> str:
        path = self.publish(stories.sent(number))
        article = f"{self._last} {path}"
        self.open(article, Reader("Mozilla/5.0", ""))
        return article

    def open(self, article: str, reader: Reader) -> bytes:
        # Without the editor's cookies.
        page = self._anonymous(article.partition(" ")[2], reader.agent)
        script = _SCRIPT.search(page)
        assert script, f"{article}: the plugin's script is not in the page"
        self._script = dict(_ATTRIBUTE.findall(script[0]))
        return self.beacon(article, reader)

    def _anonymous(self, path: str, agent: str) -> str:
        return httpx2.get(self.url + path, headers={"user-agent": agent}, timeout=60, trust_env=False).text

    def beacon(self, article: str, reader: Reader) -> bytes:
        # What wpp.js posts; an anonymous reader's token is the same for all, for half a day.
        headers = {
            "x-requested-with": "XMLHttpRequest",
            "content-type": "application/x-www-form-urlencoded",
            "x-wp-nonce": self._script["token"],
            "origin": self.url,
            **reader.headers,
        }
        body = f"sampling={self._script['sampling']}&sampling_rate={self._script['sampling-rate']}"
        path = f"/wp-json/wordpress-popular-posts/v2/views/{article.partition(' ')[0]}"
        return request("POST", path, self.port, headers, body.encode())

    def shown(self, article: str) -> int:
        """What its own address for a view count says."""
        number = article.partition(" ")[0]
        path = f"{self.url}/wp-json/wordpress-popular-posts/v2/views/{number}"
        answer = self.client.get(path, params={"include_views_text": 0})
        return int(re.sub(r"\D", "", answer.json()["text"]) or 0) if answer.status_code == 200 else -1


def _beside(program: str, name: str) -> str:
    """A program of the same package."""
    return shutil.which(name) or str(Path(program).with_name(name))


def _is_root() -> bool:
    return os.getuid() == 0
