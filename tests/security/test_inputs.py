"""Files, addresses and messages that are made to do harm: what they reach, and what stands afterwards."""

import gzip
import io
import os
import pickle
import socket
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import redis

from tests.house import House
from tests.security.conftest import Editor
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.timeout(180)]


class Listener:
    """A server inside the house's network that nobody may be led to: notes who came."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port = int(self._socket.getsockname()[1])
        self.visits = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            line.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


INSIDE = (
    "http://127.0.0.1:{}/",
    "http://localhost:{}/",
    "http://[::1]:{}/",
    "http://[::ffff:127.0.0.1]:{}/",
    "http://[::ffff:7f00:1]:{}/",
    "http://0.0.0.0:{}/",
    "http://[::]:{}/",
    "http://127.1:{}/",
    "http://2130706433:{}/",
    "http://0x7f000001:{}/",
    "http://0177.0.0.1:{}/",
    "http://localhost.:{}/",
    "http://user@127.0.0.1:{}/",
    "http://evil.example@127.0.0.1:{}/",
    "http://127.0.0.1:{}\\@evil.example/",
    "http://①②⑦.0.0.1:{}/",
    "ftp://127.0.0.1:{}/",
    "gopher://127.0.0.1:{}/_x",
    "file:///etc/passwd?{}",
    "http://169.254.169.254/latest/meta-data/?{}",
    "http://10.0.0.1:{}/",
    "http://[fe80::1]:{}/",
)


def test_addresses_inside_are_refused_alike_and_never_visited(editor: Editor, listener: Listener) -> None:
    refusals = set()
    for pattern in INSIDE:
        url = pattern.format(listener.port)
        feed = {"name": "Nguồn", "url": url, "section": "kinh-te", "minutes": "15", "enabled": "1"}
        for answer in (
            editor.client.post("/desk/nguon-tin/moi", data={"csrf": editor.csrf, **feed}),
            editor.client.post("/desk/webhook/moi", data={"csrf": editor.csrf, "name": "Ngoài", "url": url}),
        ):
            assert answer.status_code == 422, (url, answer.status_code)
            refusals.add(answer.text.count("Không lấy được từ địa chỉ này."))
    assert len(refusals) == 1 and 0 not in refusals
    assert listener.visits == 0


def test_pictures_of_articles_and_imports_are_never_fetched_from_inside(
    house: House, editor: Editor, listener: Listener, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{listener.port}/a.jpg"
    body = f'<p>Bài có ảnh <img src="{url}"></p>'
    answer = house.api(
        "POST",
        "/api/articles",
        json={"title": "Ảnh bên trong", "body": body, "section": "Kinh tế", "images": [{"url": url, "caption": "x"}]},
    )
    assert answer.status_code == 422
    line = f'{{"external_id":"ssrf","title":"Ảnh trong tệp","body":"<img src=\\"{url}\\">Chữ","section":"Kinh tế"}}\n'
    job = _hand_in(editor, "a.ndjson", line.encode(), anh="1")
    until(lambda: _state(editor, job) == "done", 40, "the import is over")
    assert listener.visits == 0


# ---------------------------------------------------------------- files handed in at the desk

BOMB = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
HOSTILE = {
    "laughs.xml": (BOMB + "]><rss><channel><item><title>&j;</title></item></channel></rss>").encode(),
    "file.xml": b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&f;</title></item>'
    b"</channel></rss>",
    "outside.xml": b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><rss><channel><item/></channel></rss>',
    "deep.xml": b"<rss><channel><item>" + b"<a>" * 200_000,
    "attributes.xml": b"<rss><channel><item "
    + b" ".join(b"a%d='x'" % n for n in range(100_000))
    + b"/></channel></rss>",
    "deep.json": b"[" * 200_000,
    "number.json": b'{"headline": ' + b"9" * 200_000 + b"}",
    "line.ndjson": b'{"title": "' + b"a" * 20_000_000 + b'"}\n',
}


def _zip_bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../a.xml", b"\0" * 30_000_000)
    return stream.getvalue()


def _hand_in(editor: Editor, name: str, data: bytes, **asked: str) -> int:
    answer = editor.client.post(
        "/desk/nhap-xuat/tep",
        params={"ten": name, "thu": "1", **asked},
        content=data,
        headers={"x-csrf-token": editor.csrf, "accept": "application/json"},
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["job"])


def _state(editor: Editor, job: int) -> str:
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{editor.house.data_dir / 'ingest.db'}")
    try:
        with engine.connect() as connection:
            return str(
                connection.execute(text("SELECT state FROM import_jobs WHERE id = :id"), {"id": job}).scalar_one()
            )
    finally:
        engine.dispose()


def test_bombs_handed_in_at_the_desk_go_off_nowhere(house: House, editor: Editor) -> None:
    before = int(house.role("ingest.worker")["pid"])
    jobs = {name: _hand_in(editor, name, data) for name, data in (HOSTILE | {"bomb.zip": _zip_bomb()}).items()}

    def is_over(job: int) -> bool:
        return _state(editor, job) in ("done", "failed")

    for name, job in jobs.items():
        until(partial(is_over, job), 60, f"{name} is worked off")
    row = house.role("ingest.worker")
    assert int(row["pid"]) == before and row["ready"]
    assert int(row["rss_bytes"]) < 300_000_000
    shown = editor.get("/desk/nhap-xuat").text
    assert "root:" not in shown


def test_other_archives_and_scripts_are_no_file_of_articles(editor: Editor) -> None:
    for name, data in (("a.xml.gz", gzip.compress(b"<rss/>")), ("../../a.sh", b"id\n")):
        answer = editor.client.post(
            "/desk/nhap-xuat/tep",
            params={"ten": name},
            content=data,
            headers={"x-csrf-token": editor.csrf, "accept": "application/json"},
        )
        assert answer.status_code == 422, (name, answer.text)


# ---------------------------------------------------------------- words that are work


def test_spaces_and_tags_without_end_are_soon_read(house: House) -> None:
    bodies = (
        "<p>" + "\u00a0" * 5000 + "x</p>",
        "<p>" + "&nbsp;" * 5000 + "x</p>",
        "<p>" + "&nbsp; \u00a0" * 2000 + "<br>x</p>",
        "<" * 20_000,
        "&" * 20_000,
        "<!--" * 5000,
        "<a href='" * 5000,
        "<p>" * 5000,
    )
    for body in bodies:
        answer = house.api("POST", "/api/articles", json={"title": "Bài thử", "body": body, "section": "Kinh tế"})
        assert answer.status_code == (422 if body.startswith("<a") else 201), answer.text


# ---------------------------------------------------------------- the broker


class _Touch:
    """Runs a command when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self._path}",)


def test_a_pickle_in_a_running_house_is_never_opened(house: House, tmp_path: Path) -> None:
    from shared.celery_factory import make_celery

    touched = tmp_path / "touched"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TOASOAN_BROKER_URL", f"redis+socket://{house._socket_dir() / 'broker.sock'}")
        from tests.conftest import forget_settings

        forget_settings()
        app = make_celery("web")
    with app.connection_for_write() as connection:
        producer = connection.Producer()
        for kind in ("application/x-python-serialize", "application/x-yaml", "application/json"):
            headers = {"task": "web.article_published", "id": f"pickle-{kind}", "lang": "py"}
            body = pickle.dumps([[_Touch(touched)], {}, {}])
            producer.publish(body, routing_key="page", content_type=kind, content_encoding="binary", headers=headers)
    saved = house.push(title="Sau lá thư độc")
    house.until_page(saved["url"], "Sau lá thư độc", deadline_s=60)
    assert not touched.exists()


def test_the_house_s_redis_listens_for_its_own_user_alone(house: House) -> None:
    for name in ("broker.sock", "counters.sock"):
        path = house._socket_dir() / name
        assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0, name
        with redis.Redis(unix_socket_path=str(path)) as client:
            assert client.config_get("port") == {"port": "0"}


def test_what_the_house_keeps_is_for_its_user_alone(house: House) -> None:
    assert (house.data_dir / "secret.key").stat().st_mode & 0o077 == 0
