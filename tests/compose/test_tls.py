"""TLS by nginx itself, with keys that only root may read."""

import ssl
from functools import partial
from pathlib import Path

import httpx2

from tests.compose import page
from tests.compose.house import DESK_HOST, SITE_HOST, ComposeHouse
from tests.compose.tls import certify
from tests.servers import free_port
from tests.wait import until


def test_the_house_answers_over_https(house: ComposeHouse) -> None:
    keys, port = house.folder / "certificates", free_port()
    keys.mkdir()
    first = certify(house, keys)
    files = page.inline("COMPOSE_FILE=").partition("=")[2].split(":")
    house.set(COMPOSE_FILE=house.compose_files(*files), CERTIFICATES_DIR=str(keys), HTTPS_PORT=str(port))
    try:
        house.type("docker compose up -d --wait")
        for host in (SITE_HOST, DESK_HOST):
            assert until(partial(_over_https, host, port, first), 60, f"{host} answers over HTTPS").is_success
            sent = house.ask(host, "GET", "/doc-nhieu?trang=2")
            assert (sent.status_code, sent.headers["location"]) == (308, f"https://{host}:{port}/doc-nhieu?trang=2")
        assert _over_https(SITE_HOST, port, first).headers["strict-transport-security"]

        second = certify(house, keys)
        house.type(page.inline("docker compose run --rm certificates"))
        until(lambda: _over_https(SITE_HOST, port, second), 30, "the new certificate is shown")
    finally:
        house.set(COMPOSE_FILE=house.compose_files("docker-compose.yml"))
        house.type("docker compose up -d --wait --remove-orphans")
    assert house.site("/").status_code == 200


def _over_https(host: str, port: int, believed: Path) -> httpx2.Response:
    """By the name in the certificate, at this machine's address."""
    trust = ssl.create_default_context(cafile=believed)
    path = "/desk/dang-nhap" if host == DESK_HOST else "/"
    with httpx2.Client(verify=trust, trust_env=False, timeout=10) as client:
        return client.get(
            f"https://127.0.0.1:{port}{path}", headers={"Host": f"{host}:{port}"}, extensions={"sni_hostname": host}
        )
