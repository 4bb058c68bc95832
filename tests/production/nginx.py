"""A real nginx with the configuration of deploy/nginx, on free ports and in a folder of its own."""

import os
import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any, BinaryIO

import httpx2
import pytest

from tests.production.compose import ROOT
from tests.servers import free_port
from tests.wait import until
from toasoan.processes import die_with_parent

_SOURCE = ROOT / "deploy" / "nginx"


class Nginx:
    """`start()` it, ask it by `get`; `variables` are those of the container's environment."""

    def __init__(
        self,
        folder: Path,
        media: Path,
        variables: dict[str, str],
        certificates: Path | None = None,
        shorter: dict[str, str] | None = None,
    ) -> None:
        """With `certificates` (a folder as the TLS form wants it) it serves TLS; `shorter` replaces directives."""
        program = shutil.which("nginx")
        if program is None:
            pytest.skip("nginx is not installed")
        self._program = program
        self.folder = folder
        names = ["HTTP_LISTEN", "GRAFANA_LISTEN", "STATUS_LISTEN", *(["HTTPS_LISTEN"] if certificates else [])]
        self.ports = {name: free_port() for name in names}
        self._variables = {
            **variables,
            **{name: f"127.0.0.1:{port}" for name, port in self.ports.items()},
            "HTTP_LISTEN6": f"[::1]:{self.ports['HTTP_LISTEN']}",
            "HTTPS_LISTEN6": f"[::1]:{self.ports.get('HTTPS_LISTEN', 0)}",
            "HTTPS_PORT_SHOWN": f":{self.ports.get('HTTPS_LISTEN', 0)}",
            "RESOLVER": "127.0.0.1",
        }
        self._paths = {
            "/etc/nginx/conf.d": str(folder / "conf.d"),
            "/etc/nginx/snippets": str(folder / "snippets"),
            "/etc/nginx/certificates": str(certificates),
            "/var/cache/nginx": str(folder / "cache"),
            "/usr/share/nginx/toasoan": str(_SOURCE / "html"),
            "/srv/media": str(media),
            "/tmp/": f"{folder}/tmp/",  # the container's own, in memory
            "/dev/stdout": str(folder / "access.log"),
            "/dev/stderr": str(folder / "error.log"),
        }
        self._shorter = shorter or {}
        self._render(tls=certificates is not None)
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx2.Client(trust_env=False, timeout=20)

    def _render(self, tls: bool) -> None:
        """What the image's start-up does (envsubst of known names), and paths that lie in our folder."""
        for name in ("conf.d", "snippets", "cache", "tmp"):
            (self.folder / name).mkdir(parents=True)
        templates = {path.name: path for path in (_SOURCE / "templates").glob("*.template")}
        if tls:
            templates |= {path.name: path for path in (_SOURCE / "tls").glob("*.template")}
        for name, path in templates.items():
            text = path.read_text()
            for variable, value in self._variables.items():
                text = text.replace(f"${{{variable}}}", value)
            if _version(self._program) < (1, 25, 1):
                # Debian 12's still has the older form of it.
                text = re.sub(r"(listen .* ssl)( default_server)?;", r"\1 http2\2;", text).replace("http2 on;", "")
            assert not (left := re.findall(r"\$\{[A-Z_]+\}", text)), f"{path} wants {left}"
            self._write(f"conf.d/{name.removesuffix('.template')}", text)
        for path in (_SOURCE / "snippets").iterdir():
            self._write(f"snippets/{path.name}", path.read_text())
        main = (_SOURCE / "nginx.conf").read_text()
        for directive, shorter in self._shorter.items():
            assert directive in main
            main = main.replace(directive, shorter)
        self._write("nginx.conf", main)

    def _write(self, name: str, text: str) -> None:
        # In one go: our folder's own path may hold one of theirs.
        theirs = re.compile("|".join(map(re.escape, self._paths)))
        (self.folder / name).write_text(theirs.sub(lambda match: self._paths[match[0]], text))

    def _command(self, *arguments: str) -> list[str]:
        directives = "daemon off;" + (" user root;" if os.getuid() == 0 else "")
        return [
            self._program,
            "-p",
            str(self.folder),
            "-c",
            str(self.folder / "nginx.conf"),
            "-g",
            directives,
            *arguments,
        ]

    def start(self) -> "Nginx":
        checked = subprocess.run(self._command("-t"), capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        with (self.folder / "error.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(os.getpid()),
            )
        status = f"http://127.0.0.1:{self.ports['STATUS_LISTEN']}/healthz"
        try:
            until(lambda: self._client.get(status).status_code == 200, 20, "nginx answers")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log}") from None
        return self

    def get(self, host: str, path: str, method: str = "GET", **arguments: Any) -> httpx2.Response:
        """A request of a reader or editor; no redirect is followed."""
        headers = {"Host": host, **arguments.pop("headers", {})}
        return self._client.request(
            method, f"http://127.0.0.1:{self.ports['HTTP_LISTEN']}{path}", headers=headers, **arguments
        )

    def etag(self, path: str) -> str:
        """Of a file, as the readers' host sends it."""
        return str(self.get(self._variables["SITE_HOST"], path).headers["ETag"])

    def statuses(self, *requests: str, body: str = "") -> list[int]:
        """What is answered to requests ("GET HOST /path", the path as it is) that come in one go on one connection."""
        sent = ""
        for request in requests:
            method, host, path = request.split(" ")
            sent += f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        with socket.create_connection(("127.0.0.1", self.ports["HTTP_LISTEN"]), timeout=30) as connection:
            sending = threading.Thread(target=connection.sendall, args=(sent.encode(),), daemon=True)
            sending.start()
            received = connection.makefile("rb")
            answers = [_read_answer(received) for _ in requests]
            sending.join()
        return answers

    @property
    def log(self) -> str:
        return (self.folder / "error.log").read_text(errors="replace")

    def close(self) -> None:
        self._client.close()
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)


def _read_answer(stream: BinaryIO) -> int:
    """The status of one answer; the stream stands at the next one afterwards."""
    status = int(stream.readline().split(b" ")[1])
    headers = dict(line.lower().split(b": ", 1) for line in iter(stream.readline, b"\r\n"))
    if headers.get(b"transfer-encoding") == b"chunked\r\n":
        while size := int(stream.readline(), 16):
            stream.read(size + 2)
        stream.readline()
    else:
        stream.read(int(headers[b"content-length"]))
    return status


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    return tuple(map(int, re.findall(r"nginx/(\d+)\.(\d+)\.(\d+)", said)[0]))
