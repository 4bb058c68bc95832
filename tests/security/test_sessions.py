"""Sessions, forms and redirects of the desk, attacked with a browser's own means."""

import re

import httpx2
import pytest
from fastapi.responses import Response
from starlette.routing import Mount

from services.ingest.app import make_app
from services.ingest.desk_kit.session import OPEN, set_cookie
from tests.house import House
from tests.security.conftest import PASSWORD, Editor
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.timeout(180)]
ADDRESS = "127.94.83.71"


def forms() -> list[tuple[str, str]]:
    """(method, path) of everything at the desk that changes something."""
    desk = next(one for one in make_app().routes if isinstance(one, Mount) and one.path == "/desk")
    found = []
    for outer in desk.routes:
        for route in getattr(getattr(outer, "original_router", None), "routes", [outer]):
            for method in set(getattr(route, "methods", None) or ()) - {"GET", "HEAD", "OPTIONS"}:
                if route.path not in OPEN:
                    found.append((method, re.sub(r"{[^}]*}", "1", f"/desk{route.path}")))
    return sorted(found)


def test_no_form_is_taken_without_its_token(editor: Editor) -> None:
    walked = forms()
    assert len(walked) > 50
    bad: tuple[dict[str, str], ...] = ({}, {"csrf": ""}, {"csrf": "0" * 40})
    answers = {
        (method, path): editor.client.request(method, path, data=bad[number % 3]).status_code
        for number, (method, path) in enumerate(walked)
    }
    assert {key: status for key, status in answers.items() if status != 403} == {}


def test_nothing_is_changed_by_looking(house: House, editor: Editor) -> None:
    # One that may be changed: what other tests did to the first is not known here.
    article = house.push(status="draft")["id"]
    # A GET needs no token, so none may be a form's address.
    for _, path in forms():
        path = re.sub(r"^/desk/bai/1(?=/|$)", f"/desk/bai/{article}", path)
        status = editor.client.get(path, headers={"accept": "application/json"}).status_code
        assert status in (200, 303, 404, 405, 422), path


def test_the_session_s_cookie_is_out_of_reach(editor: Editor) -> None:
    with editor.browser() as client:
        cookie = editor.log_in(client).headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie and "domain" not in cookie
        token = next(iter(client.cookies.values()))
        assert len(token) >= 40


def test_over_https_the_cookie_is_bound_to_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.conftest import forget_settings

    monkeypatch.setenv("TOASOAN_INGEST_URL", "https://desk.bao.example")
    forget_settings()
    answer = Response()
    set_cookie(answer, "x")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-") and "secure" in cookie and "httponly" in cookie and "path=/" in cookie


def test_a_session_from_before_is_not_taken_over(editor: Editor) -> None:
    with editor.browser() as client:
        editor.log_in(client)
        name, first = next(iter(client.cookies.items()))
        client.cookies.clear()
        # What an attacker planted, and what is right but older: neither becomes the new session.
        for planted in ("planted-by-an-attacker", first):
            client.cookies.set(name, planted, domain="127.0.0.1")
            answer = editor.log_in(client)
            assert planted not in answer.headers["set-cookie"]
            client.cookies.clear()
        headers = {"cookie": f"{name}=planted-by-an-attacker"}
        assert client.get("/desk/", headers=headers).status_code == 303


def test_another_session_s_token_opens_no_form(editor: Editor) -> None:
    with editor.browser() as client:
        editor.log_in(client)
        answer = client.post("/desk/chuyen-muc", data={"csrf": editor.csrf, "name": "Chuyên mục giả"})
        assert answer.status_code == 403


OUTSIDE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/desk/\\..\\\\evil.example",
    "/desk//evil.example",
    "/desk/../..//evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/desk/\r\nSet-Cookie: a=b",
    "/desk/\x00",
    "/deskevil",
    "/desk/@evil.example\t//x",
    "%2f%2fevil.example",
)


@pytest.mark.parametrize("where", OUTSIDE)
def test_logging_in_leads_nowhere_else(editor: Editor, where: str) -> None:
    with editor.browser() as client:
        shown = client.get("/desk/dang-nhap", params={"tiep": where}).text
        assert "evil" not in shown and "javascript:" not in shown
    # The same rule decides where a log-in leads: one is enough to see that it is asked.
    if where == OUTSIDE[1]:
        with editor.browser() as client:
            assert editor.log_in(client, PASSWORD, tiep=where).headers["location"] == "/desk/"


def test_a_password_without_end_is_no_work(editor: Editor) -> None:
    with editor.browser() as client:
        answer = client.post("/desk/dang-nhap", data={"email": "x@bao.example", "password": "a" * 1_000_000})
        assert answer.status_code == 401


def test_codes_of_the_second_factor_cannot_be_forged(editor: Editor, house: House) -> None:
    name = f"toasoan-nua-duong-{house.ingest_port}"
    for forged in ("1.9999999999." + "0" * 40, "1.9999999999.", "x.y.z", "1", "."):
        with editor.browser() as client:
            answer = client.get("/desk/dang-nhap/ma", headers={"cookie": f"{name}={forged}"})
            assert answer.status_code == 303 and answer.headers["location"] == "/desk/dang-nhap", forged


def test_secrets_stand_in_no_log_and_in_no_page(house: House, editor: Editor) -> None:
    house.client.get(house.ingest_url + "/api/articles", headers={"authorization": f"Bearer {house.key}"})
    house.client.get(house.ingest_url + f"/api/articles?key={house.key}")
    with editor.browser() as client:
        client.post("/desk/dang-nhap", data={"email": editor.email, "password": "mật khẩu gõ nhầm 77"})
    secrets = {
        "password": PASSWORD,
        "one-time password": editor.one_time,
        "wrong password": "gõ nhầm 77",
        "session": next(iter(editor.client.cookies.values())),
        "API key": house.key,
        "secret key": (house.data_dir / "secret.key").read_text().strip(),
    }
    log = house.log
    assert [name for name, secret in secrets.items() if secret in log] == []
    pages = editor.get("/desk/ops").text + editor.get("/desk/nhat-ky").text + editor.get("/desk/khoa").text
    assert [name for name, secret in secrets.items() if secret in pages] == []


def test_refusals_leave_a_line_that_names_nobody(house: House, editor: Editor) -> None:
    with editor.browser() as client:
        client.post("/desk/dang-nhap", data={"email": editor.email, "password": "sai rồi nhé"})
    editor.client.post("/desk/chuyen-muc", data={"name": "x"})
    house.client.get(house.ingest_url + "/api/articles", headers={"authorization": "Bearer ts_sai_sai"})

    def lines() -> bool:
        found = [line for line in house.log.splitlines() if "kind='security'" in line]
        seen = "\n".join(found)
        assert all(event in seen for event in ("log-in refused", "forbidden", "key refused"))
        assert editor.email not in seen and "127.0.0.1" not in seen and "127.0.0.0/24" in seen
        return True

    until(lines, 20, "the refusals stand in the log")


@pytest.mark.parametrize("weak", ["1q2w3e4r5t", "toasoan@2026", "Mật khẩu 123", "aaaaaaaaaaaa", "an.ninh-2026", "ngắn"])
def test_passwords_that_are_guessed_first_are_refused(editor: Editor, weak: str) -> None:
    answer = editor.post("/desk/mat-khau", old=PASSWORD, new=weak, again=weak)
    assert answer.status_code == 422 and "Mật khẩu" in answer.text


def test_logging_in_again_ends_the_session_before(editor: Editor) -> None:
    with editor.browser() as client:
        editor.log_in(client)
        name, first = next(iter(client.cookies.items()))
        editor.log_in(client)
        assert client.cookies[name] != first
        client.cookies.clear()
        assert client.get("/desk/", headers={"cookie": f"{name}={first}"}).status_code == 303


def test_nobody_s_address_is_kept(house: House, editor: Editor) -> None:
    saved = house.push(title="Bài có người đọc")
    page = house.until_page(saved["url"])
    token = re.search(r'name="view-token" content="([^"]+)"', page)
    assert token
    # Linux answers on all of 127/8: a reader whose address nobody else has.
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    transport = httpx2.HTTPTransport(local_address=ADDRESS)
    with httpx2.Client(timeout=20, trust_env=False, headers=agent, transport=transport) as reader:
        seen = reader.post(f"{house.web_url}/api/views", json={"token": token[1]})
        assert seen.status_code == 204
        reader.get(f"{house.web_url}/tim-kiem?q=x")
        words = {"name": "Bạn đọc", "text": "Ở đâu cũng đọc được.", "email": ""}
        assert reader.post(f"{house.web_url}/api/articles/{saved['id']}/comments", json=words).status_code == 202
        form = {"email": editor.email, "password": "sai rồi nhé"}
        assert reader.post(f"{house.ingest_url}/desk/dang-nhap", data=form).status_code == 401
    until(lambda: "Ở đâu cũng đọc được" in editor.get("/desk/binh-luan").text, 30, "the comment has arrived")
    kept = [path for path in [*house.data_dir.rglob("*"), house.folder / "house.log"] if path.is_file()]
    assert len(kept) > 10
    assert [str(path) for path in kept if ADDRESS.encode() in path.read_bytes()] == []
