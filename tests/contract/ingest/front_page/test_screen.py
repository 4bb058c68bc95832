"""The front page at the desk: its order, times and end."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ingest import scheduler
from services.ingest.events import build
from services.ingest.front_page import store as frontpage
from shared.contracts.events import FrontPageChanged
from shared.vietnamese.dates import VIETNAM
from tests.contract.ingest.desk import Desk


def vietnam(ahead: timedelta) -> str:
    return f"{datetime.now(VIETNAM) + ahead:%Y-%m-%dT%H:%M:%S}"


def test_the_front_page_has_an_order_times_and_an_end(desk: Desk) -> None:
    secretary = desk.be("secretary")
    first, second, third = (desk.article(status="published", title=f"Bài số {n}").id for n in (1, 2, 3))

    def arrange(ids: list[int], starts: list[str], ends: list[str], mark: str | None = None, **more: Any) -> int:
        mark = frontpage.slots(desk.store)[1] if mark is None else mark
        form = {"mark": mark, "article": ids, "starts_at": starts, "ends_at": ends, **more}
        return secretary.post("/trang-nhat", form).status_code

    assert (
        arrange([second, first, third], ["", "", vietnam(timedelta(hours=1))], ["", vietnam(timedelta(hours=2)), ""])
        == 303
    )
    assert frontpage.pinned(desk.store) == [second, first]
    later = datetime.now(UTC) + timedelta(minutes=90)
    assert frontpage.refresh(desk.store, later) and frontpage.pinned(desk.store) == [second, first, third]
    assert frontpage.refresh(desk.store, later + timedelta(hours=1)) and frontpage.pinned(desk.store) == [second, third]
    scheduler.tick(desk.store)
    assert frontpage.pinned(desk.store) == [second, first], "the clock has the last word"
    assert arrange([first], [""], [""], mark="old") == 409
    assert arrange([second, third, first], ["", "", ""], ["", "", ""]) == 303
    assert frontpage.pinned(desk.store) == [second, third, first]
    preview = secretary.get("/trang-nhat/xem-truoc").text
    assert preview.index("Bài số 2") < preview.index("Bài số 3") < preview.index("Bài số 1")
    secretary.post(f"/bai/{second}/go")
    scheduler.tick(desk.store)
    assert frontpage.pinned(desk.store) == [third, first], "what readers can't see is not pinned"


def test_nothing_is_live_before_it_is_saved(desk: Desk) -> None:
    secretary = desk.be("secretary")
    first, second, third = (desk.article(status="published", title=f"Bài số {n}").id for n in (1, 2, 3))
    mark = frontpage.slots(desk.store)[1]
    form = {"mark": mark, "article": [first, second], "starts_at": ["", ""], "ends_at": ["", ""]}
    assert secretary.post("/trang-nhat", form).is_redirect
    form["mark"] = frontpage.slots(desk.store)[1]

    def order(page: str) -> list[int]:
        return [int(one) for one in re.findall(r'name="article" value="(\d+)"', page)]

    for press, wanted in (
        ({"do": f"up:{second}"}, [second, first]),
        ({"do": f"down:{first}"}, [second, first]),
        ({"do": f"remove:{first}"}, [second]),
        ({"add": third}, [third, first, second]),
        ({"do": "find", "q": "BÀI SỐ 3"}, [first, second]),
    ):
        shown = secretary.post("/trang-nhat", form | press)
        assert shown.status_code == 200 and order(shown.text) == wanted and "chưa lưu" in shown.text
        assert frontpage.pinned(desk.store) == [first, second], press
    assert f'name="add" value="{third}"' in shown.text
    unsaved = {**form, "article": [third, first], "starts_at": ["", vietnam(timedelta(hours=1))]}
    preview = secretary.post("/trang-nhat/xem-truoc", unsaved).text
    assert "chưa lưu" in preview and preview.count("· ghim") == 1
    assert preview.index("Bài số 3") < preview.index("Bài số 2")
    assert frontpage.pinned(desk.store) == [first, second]
    assert secretary.post("/trang-nhat", unsaved).is_redirect
    assert frontpage.pinned(desk.store) == [third]


def test_a_section_has_pins_of_its_own(desk: Desk) -> None:
    secretary = desk.be("secretary")
    market, price = (desk.article(status="published", title=title).id for title in ("Chợ phiên", "Giá ngô"))
    song = desk.article(status="published", title="Hội hát", section="van-hoa").id
    page = secretary.get("/trang-nhat?muc=kinh-te").text
    assert f'name="add" value="{price}"' in page and f'name="add" value="{song}"' not in page
    assert "TIN NÓNG" not in page
    form = {"article": [price, market], "starts_at": ["", ""], "ends_at": ["", ""], "muc": "kinh-te"}
    assert "Kinh tế</h1>" in secretary.post("/trang-nhat", {**form, "do": "find"}).text
    saved = secretary.post("/trang-nhat", {**form, "mark": frontpage.slots(desk.store, "kinh-te")[1]})
    assert saved.headers["location"].endswith("/trang-nhat?muc=kinh-te")
    mark = frontpage.slots(desk.store)[1]
    form = {"mark": mark, "article": [song], "starts_at": [""], "ends_at": [""]}
    assert secretary.post("/trang-nhat", form).is_redirect

    def told() -> FrontPageChanged:
        (payload,) = build("front_page_changed", [("1", 1)]).values()
        assert isinstance(payload, FrontPageChanged)
        return payload

    assert told().pinned == (song,)
    assert told().sections == {"kinh-te": (price, market)}
    secretary.post(f"/bai/{price}/go")
    scheduler.tick(desk.store)
    assert told().sections == {"kinh-te": (market,)}, "what readers can't see is not pinned"
    assert secretary.get("/trang-nhat?muc=khong-co").status_code == 404
