"""A correction mends every place where the wrong words stand, with its notice, in one step."""

import re
from html import unescape
from typing import Any

from services.ingest.articles.store import reading
from tests.contract.ingest.desk import Desk

NOTICE = "Thông tin cải chính, xin lỗi: sai tên của ông Hòa."
BODY = "<p>Ông Nguyễn Văn <em>Hoà</em> mở chợ.</p><p>Bà Hoa không bán.</p>"


def article(desk: Desk, **fields: Any) -> int:
    given = {
        "title": "Nguyễn Văn Hòa mở chợ phiên",
        "summary": "Sáng nay ông NGUYỄN VĂN HÒA mở chợ.",
        "body": BODY,
        "images": [{"caption": "Ông Nguyễn Văn Hòa bên quầy", "alt": "nguyễn văn hòa"}],
        "status": "published",
    }
    return desk.article(**given | fields).id


def sent(page: str, **more: Any) -> dict[str, Any]:
    """The form as the page has it, with every place that is chosen."""
    marks = re.search(r'name="seen" value="(\w+)"', page)
    return {
        "version": 1,
        "notice": NOTICE,
        "wrong": "Nguyễn Văn Hòa",
        "right": "Nguyễn Văn Hợp",
        "body": BODY,
        "title": "Nguyễn Văn Hòa mở chợ phiên",
        "seen": marks[1] if marks else "",
        "known": re.findall(r'name="known" value="([^"]+)"', page),
        "place": re.findall(r'name="place" value="([^"]+)" checked', page),
        **more,
    }


def test_places_are_shown_before_anything_goes_out_then_all_are_mended(desk: Desk) -> None:
    secretary, id_ = desk.be("secretary"), article(desk)
    where = f"/bai/{id_}/cai-chinh"
    refused = secretary.post(where, sent(secretary.get(where).text))
    assert refused.status_code == 422 and "Nội dung sai còn ở 5 chỗ" in refused.text
    shown = unescape(re.sub(r"<mark>|</mark>", "|", refused.text))
    for context in (
        "|Nguyễn Văn Hòa| mở chợ phiên",
        "ông |NGUYỄN VĂN HÒA| mở",
        "Ông |Nguyễn Văn Hoà| mở",
        "|nguyễn văn hòa|",
    ):
        assert context in shown, context
    assert reading.article(desk.store, id_)["version"] == 1
    assert secretary.post(where, sent(refused.text)).is_redirect
    found = reading.article(desk.store, id_)
    assert found["title"] == "Nguyễn Văn Hợp mở chợ phiên"
    assert found["summary"] == "Sáng nay ông NGUYỄN VĂN HỢP mở chợ."
    assert found["body"] == "<p>Ông Nguyễn Văn Hợp mở chợ.</p><p>Bà Hoa không bán.</p>"
    assert [(one["caption"], one["alt"]) for one in found["images"]] == [
        ("Ông Nguyễn Văn Hợp bên quầy", "nguyễn Văn Hợp"),
    ]
    assert [one["right"] for one in found["corrections"]] == ["Nguyễn Văn Hợp"] and found["version"] == 2


def test_the_script_is_shown_the_places_as_they_are_typed_and_a_place_can_stay(desk: Desk) -> None:
    secretary, id_ = desk.be("secretary"), article(desk)
    where = f"/bai/{id_}/cai-chinh"
    shown = secretary.script("POST", f"{where}/tim", data=sent("")).text
    assert shown.count('name="place"') == 5 and "<html" not in shown
    form = sent(shown)
    form["place"].remove("title:0")
    again = secretary.script("POST", f"{where}/tim", data=form).text
    assert again.count(" checked") == 4, "what was left out stays so when the places are looked for again"
    assert secretary.post(where, sent(again)).is_redirect
    found = reading.article(desk.store, id_)
    assert (found["title"], found["summary"]) == ("Nguyễn Văn Hòa mở chợ phiên", "Sáng nay ông NGUYỄN VĂN HỢP mở chợ.")


def test_what_changed_since_the_places_were_shown_is_shown_again(desk: Desk) -> None:
    secretary, id_ = desk.be("secretary"), article(desk)
    where = f"/bai/{id_}/cai-chinh"
    shown = secretary.script("POST", f"{where}/tim", data=sent("")).text
    typed = f"<p>Nguyễn Văn Hòa.</p>{BODY}"
    assert secretary.post(where, sent(shown, body=typed)).status_code == 422
    assert desk.be("editor").script("POST", f"{where}/tim", data=sent("")).status_code == 403
