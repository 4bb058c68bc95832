"""Certificates made for a test, and a door with TLS before a server that has none."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest


class Authority:
    """Somebody who signs certificates: `file` is who to believe. Skips the test without openssl."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed")
        self._folder = folder
        self.file, self._key = folder / f"{name}.crt", folder / f"{name}.key"
        _openssl("req", "-x509", *_NEW_KEY, "-keyout", self._key, "-out", self.file, "-subj", f"/CN={name}")

    def certificate(self, name: str, *alike: str) -> tuple[Path, Path]:
        """(certificate, key) of a server of that name: `DNS:…` and `IP:…` are its names too."""
        asked, key, signed = (self._folder / f"{name}.{end}" for end in ("csr", "key", "crt"))
        names = self._folder / f"{name}.names"
        names.write_text(f"subjectAltName={','.join([f'DNS:{name}', *alike])}\n")
        _openssl("req", "-new", *_NEW_KEY[:-2], "-keyout", key, "-out", asked, "-subj", f"/CN={name}")
        signing = ("-CA", self.file, "-CAkey", self._key, "-CAcreateserial", "-days", "2", "-extfile", names)
        _openssl("x509", "-req", "-in", asked, "-out", signed, *signing)
        key.chmod(0o600)
        return signed, key


_NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split()


def _openssl(*command: object) -> None:
    subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)


class Door:
    """A port of this machine with TLS; what comes in goes on in plain to another one. Use it in a `with`."""

    def __init__(self, certificate: tuple[Path, Path], port: int, inside: int) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self._inside = inside
        self._listening = socket.create_server(("127.0.0.1", port))

    def __enter__(self) -> "Door":
        threading.Thread(target=self._take, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            self._context.wrap_socket(link, server_side=True) as outer,
            socket.create_connection(("127.0.0.1", self._inside)) as inner,
        ):
            back = threading.Thread(target=_pour, args=(inner, outer), daemon=True)
            back.start()
            _pour(outer, inner)
            back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65_536):
            target.sendall(part)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
