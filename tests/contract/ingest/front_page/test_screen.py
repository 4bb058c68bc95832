"""The front page at the desk: its order, times and end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.ingest import scheduler
from services.ingest.front_page import store as frontpage
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
    slots = [second, first, third]
    assert arrange(slots, ["", "", ""], ["", "", ""], do=f"up:{third}") == 303
    assert frontpage.pinned(desk.store) == [second, third, first]
    preview = secretary.get("/trang-nhat/xem-truoc").text
    assert preview.index("Bài số 2") < preview.index("Bài số 3") < preview.index("Bài số 1")
    secretary.post(f"/bai/{second}/go")
    scheduler.tick(desk.store)
    assert frontpage.pinned(desk.store) == [third, first], "what readers can't see is not pinned"
