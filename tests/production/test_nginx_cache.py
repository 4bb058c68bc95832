"""What nginx keeps of readers' pages, under which name, and until when."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from services.web import store
from services.web.edge_cache import EdgeCache
from services.web.routes import ROUTES
from services.web.searching import read_query
from shared.database import engine, migrate
from tests.api_reference import document
from tests.contract.web.conftest import published, state, withdrawn
from tests.production.conftest import SITE, Service
from tests.production.nginx import Nginx
from tests.wait import until


def test_a_page_is_kept_as_long_as_web_says(nginx: Nginx, web: Service) -> None:
    first, second = nginx.get(SITE, "/bai-1"), nginx.get(SITE, "/bai-1")
    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT")
    assert len(web.requests) == 1
    until(lambda: nginx.get(SITE, "/bai-1").headers["X-Cache"] in ("EXPIRED", "MISS"), 10, "the copy grows old")
    assert len(web.requests) == 2


@pytest.mark.parametrize("control", ["private, max-age=60", "no-store", "no-cache", None])
def test_what_web_does_not_call_public_is_not_kept(nginx: Nginx, web: Service, control: str | None) -> None:
    web.headers = {"Cache-Control": control} if control else {}
    assert "HIT" not in [nginx.get(SITE, "/rieng").headers["X-Cache"] for _ in range(3)]
    assert len(web.requests) == 3


def test_spellings_of_accept_encoding_share_two_copies(nginx: Nginx, web: Service) -> None:
    packed = ("gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "GZIP", "x-gzip ; q=0.001", "*", "identity;q=0, *;q=0.5")
    plain = ("identity", "", "gzip;q=0", "gzip; q=0.00, b", "gzip ;Q=0", "gzip;q=0, *", "*;q=0", "notgzip", "gzip;q=2")
    for forms, seen in ((packed, "gzip"), (plain, "")):
        for accepted in forms:
            told = nginx.get(SITE, "/bai-2", headers={"Accept-Encoding": accepted}).json()["headers"]
            assert told.get("Accept-Encoding", "") == seen, accepted
    assert len(web.requests) == 2


def test_parameters_that_no_page_reads_share_the_page_s_copy(nginx: Nginx, web: Service) -> None:
    unread = ("", "?", "?fbclid=IwAR1", "?utm_source=zalo&utm_medium=x%26y", "?a&b=&c.d=1", "?gclid=a=b", "?x=trang=3")
    assert {nginx.get(SITE, f"/bai-5{query}").json()["path"] for query in unread} == {"/bai-5"}
    numbered = ("?trang=2", "?fbclid=x&trang=2", "?trang=2&zarsrc=1", "?a=1&trang=2&b=2")
    assert {nginx.get(SITE, f"/muc{query}").json()["path"] for query in numbered} == {"/muc?trang=2"}
    # What web may read in another way is nobody else's.
    strange = ("?tr%61ng=3", "?trang=2&trang=3", "?trang=3&tr%61ng=4", "?trang=02", "?p=77", "?q=x&fbclid=1", "?a+b=1")
    for query in strange:
        assert nginx.get(SITE, f"/muc{query}").json()["path"] == f"/muc{query}", query


def test_every_parameter_that_web_reads_is_part_of_what_a_copy_is_known_by(nginx: Nginx) -> None:
    class Asked(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            read.add(name)
            return "x" if name == "q" else default

    # Of the API the document tells.
    operations = [one for path in document("web")["paths"].values() for one in path.values()]
    told = {
        one["name"] for operation in operations for one in operation.get("parameters", ()) if one.get("in") == "query"
    }
    read = {name for route in ROUTES for name in route.parameters} | {"p"} | told
    read_query(Asked())
    assert {"trang", "q", "from", "thread"} <= read
    # What is left out of that shares one copy with this.
    nginx.get(SITE, "/x")
    for name in sorted(read):
        assert nginx.get(SITE, f"/x?{name}=1").json()["path"] == f"/x?{name}=1", name


def test_what_is_not_found_is_kept_for_nobody(nginx: Nginx, web: Service) -> None:
    web.status = 404
    assert nginx.get(SITE, "/doc.php?id=8").status_code == 404
    web.status = 200
    assert nginx.get(SITE, "/doc.php?id=7").json()["path"] == "/doc.php?id=7"


def test_a_rush_on_one_page_is_one_request(nginx: Nginx, web: Service) -> None:
    web.slow = 0.3
    # Longer than the slowest machine needs for twenty requests: who comes late finds the copy.
    web.headers["Cache-Control"] = "public, max-age=60"
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: nginx.get(SITE, "/tin-nong").status_code, range(20)))
    assert answers == [200] * 20
    assert len(web.requests) == 1


def test_yesterdays_copy_is_shown_in_trouble_and_only_then(nginx: Nginx, web: Service) -> None:
    web.headers["Cache-Control"] = "public, max-age=1"
    assert nginx.get(SITE, "/bai-3").status_code == 200
    web.status = 500
    stale = until(lambda: (got := nginx.get(SITE, "/bai-3")).headers["X-Cache"] == "STALE" and got, 10)
    assert stale.status_code == 200
    assert stale.json()["path"] == "/bai-3"
    web.status = 410  # withdrawn: not a trouble
    assert until(lambda: nginx.get(SITE, "/bai-3").status_code == 410, 10)


def test_what_was_withdrawn_does_not_come_back_when_web_cannot_answer(nginx: Nginx, web: Service) -> None:
    migrate("web")
    store.publish(engine("web"), [published(state(1))])
    pages = f"http://127.0.0.1:{nginx.ports['STATUS_LISTEN']}/pages"
    cache = EdgeCache(engine("web"), pages)
    cache.look()
    addresses = ("/", "/rss.xml", "/thoi-su/bai-1", "/thoi-su/bai-1?tr%61ng=1")
    asked = [(address, accepted) for address in addresses for accepted in ("gzip", "identity")]

    def answers() -> set[tuple[int, str]]:
        got = [nginx.get(SITE, path, headers={"Accept-Encoding": form}) for path, form in asked]
        return {(one.status_code, one.headers.get("X-Cache", "")) for one in got}

    assert answers() == {(200, "MISS")}
    store.publish(engine("web"), [published(state(2))])
    cache.look()
    web.status = 503
    # A publication takes no copy away.
    assert until(lambda: answers() == {(200, "STALE")}, 10)
    store.withdraw(engine("web"), [withdrawn(1, 2)])
    cache.look()
    assert {status for status, _ in answers()} == {503}


def test_no_reader_and_no_other_method_deletes_a_copy(nginx: Nginx, web: Service) -> None:
    assert nginx.get(SITE, "/pages/0/", method="DELETE").json()["path"] == "/pages/0/"
    inside = f"http://127.0.0.1:{nginx.ports['STATUS_LISTEN']}/pages/0/"
    for method in ("GET", "PUT", "MKCOL", "COPY", "MOVE"):
        assert httpx2.request(method, inside, trust_env=False).status_code in (403, 405), method
