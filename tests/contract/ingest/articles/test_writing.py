"""Writing: saving, autosave, two people at one article, versions."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.ingest.articles import differences
from services.ingest.articles.store import autosaves, reading
from services.ingest.kit.visibility import Seen
from tests.contract.ingest.desk import Desk, Person, form_of

KEY = "0123456789abcdef0123456789abcdef"
FIRST = {"key": KEY, "title": "Bản Phủ đón mùa hoa", "body": "<p>Hoa nở.</p>", "section": "kinh-te"}


def state(desk: Desk, article_id: int) -> dict[str, Any]:
    return reading.article(desk.store, article_id)


def new(reporter: Person, **fields: Any) -> int:
    made = reporter.script("POST", "/bai/moi", data=FIRST | fields)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def test_a_draft_has_every_field_that_was_written(desk: Desk) -> None:
    reporter, older = desk.be("reporter"), desk.article(title="Bài cũ hơn", status="published")
    article_id = new(
        reporter,
        summary="Sapo của bài.",
        dateline="ĐBP",
        tags="hoa ban, Tây Bắc , hoa ban",
        person_name=["Quang Long", "Hà Linh"],
        person_roles=["Tin, ảnh", "biên tập"],
        image_url=[""],
        image_caption=["Hoa bên đường"],
        image_credit=["TTXVN"],
        image_alt=["Cành hoa"],
        video_url="https://video.example/1",
        kicker="Phóng sự",
        card_title="Bản Phủ vào mùa",
        search_title="Mùa hoa ban ở Bản Phủ",
        source="TTXVN",
        print_page="Trang 3, số 1234",
        language="en",
        comments="closed",
        second_section="van-hoa",
        event="Bão số 5",
        related=f"{older.url}, {older.id}",
    )
    found = state(desk, article_id)
    assert (found["second_section"], found["event"], found["related"]) == ("van-hoa", "Bão số 5", [older.id])
    assert (found["kicker"], found["card_title"]) == ("Phóng sự", "Bản Phủ vào mùa")
    assert (found["search_title"], found["source"]) == ("Mùa hoa ban ở Bản Phủ", "TTXVN")
    told = (found["print_page"], found["language"], found["comments_closed"])
    assert told == ("Trang 3, số 1234", "en", True)
    assert found["byline"] == "Tin, ảnh: Quang Long; biên tập: Hà Linh"
    assert (found["summary"], found["dateline"], found["tags"]) == ("Sapo của bài.", "ĐBP", ["hoa ban", "Tây Bắc"])
    assert found["images"][0] | {"caption": "Hoa bên đường", "credit": "TTXVN", "alt": "Cành hoa"} == found["images"][0]
    assert found["status"] == "draft"
    again = reporter.get(f"/bai/{article_id}").text
    for words in ("Bản Phủ đón mùa hoa", "Quang Long", "Tin, ảnh", "hoa ban, Tây Bắc", "Hoa bên đường"):
        assert words in again
    assert "Bản Phủ vào mùa" in again and f'<a href="/desk/bai/{older.id}">Bài cũ hơn</a>' in again


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(desk: Desk) -> None:
    reporter = desk.be("reporter")
    refused = reporter.post("/bai/moi", {"key": KEY, "title": "", "body": "<p>Rất dài.</p>", "section": "kinh-te"})
    assert refused.status_code == 422
    assert 'id="title-error"' in refused.text and "Rất dài." in refused.text


def test_a_story_that_is_not_there_is_no_related_one(desk: Desk) -> None:
    reporter = desk.be("reporter")
    form = {"key": KEY, "title": "Bản Phủ đón mùa hoa", "body": "<p>Hoa.</p>", "section": "kinh-te"}
    for words, said in (("99", "Không có bài số 99."), ("bài hôm qua", "Không rõ bài nào: bài.")):
        refused = reporter.post("/bai/moi", form | {"related": words})
        assert refused.status_code == 422 and said in refused.text and 'id="related-error"' in refused.text
    refused = reporter.post("/bai/moi", form | {"social_image": "/media/aa/khong-co.jpg"})
    assert "Ảnh này không ở kho của tòa soạn." in refused.text


def test_saving_without_a_change_makes_no_version(desk: Desk) -> None:
    reporter = desk.be("reporter")
    article_id = new(reporter, person_name="Quang Long", person_roles="Tin, ảnh", dateline="ĐBP")
    form = {"version": 1, "title": "Bản Phủ đón mùa hoa", "body": "<p>Hoa nở.</p>", "section": "kinh-te"}
    form |= {"dateline": "ĐBP", "person_name": "Quang Long", "person_roles": "Tin, ảnh"}
    saved = reporter.script("POST", f"/bai/{article_id}", data=form).json()
    assert (saved["version"], saved["result"]) == (1, "unchanged")


def test_markup_of_other_places_does_not_get_in(desk: Desk) -> None:
    pasted = (
        '<p class="MsoNormal" style="color:red" onclick="x()">Chữ <b>đậm</b><o:p></o:p></p>'
        '<script>alert(1)</script><img src="https://evil.example/a.png"><p><a href="javascript:x()">bấm</a></p>'
    )
    body = state(desk, new(desk.be("reporter"), body=pasted))["body"]
    assert "<strong>đậm</strong>" in body
    assert not any(bad in body for bad in ("script", "evil", "onclick", "style", "o:p"))


def test_autosave_is_kept_without_a_version_and_comes_back(desk: Desk) -> None:
    reporter, saved = desk.be("reporter"), desk.article(by="user:reporter@bao.example")
    form = form_of(saved, key=KEY, sequence=0, title="Đang viết dở")
    first = reporter.script("POST", f"/bai/{saved.id}/luu-tam", data=form)
    assert first.json()["sequence"] > 0
    assert state(desk, saved.id)["version"] == 1
    assert "Đang viết dở" in reporter.get(f"/bai/{saved.id}").text
    assert "Đang viết dở" in reporter.get("/").text
    other_window = reporter.script("POST", f"/bai/{saved.id}/luu-tam", data=form_of(saved, key=KEY, sequence=0))
    assert other_window.status_code == 409, "an older window must not undo the newer one"
    reporter.script("POST", f"/bai/{saved.id}", data=form_of(saved, key=KEY, title="Xong rồi"))
    assert autosaves.listed(desk.store, reporter.id, Seen(None, reporter.actor_name)) == []


def test_an_article_that_was_never_saved_comes_back_too(desk: Desk) -> None:
    reporter = desk.be("reporter")
    kept = reporter.script("POST", "/bai/luu-tam", data={"key": KEY, "sequence": 0, "title": "Chưa lưu lần nào"})
    assert kept.status_code == 200
    assert "Chưa lưu lần nào" in reporter.get("/bai/moi", params={"key": KEY}).text
    assert "Chưa lưu lần nào" not in desk.be("editor").get("/bai/moi", params={"key": KEY}).text


def test_two_people_at_one_article_lose_nothing(desk: Desk) -> None:
    editor, secretary = desk.be("editor"), desk.be("secretary")
    saved = desk.article(body="<p>Đoạn một.</p><p>Đoạn hai.</p><p>Đoạn ba.</p>")
    mine = form_of(saved, body="<p>Đoạn một của tôi.</p><p>Đoạn hai.</p><p>Đoạn ba.</p>", title="Tựa của tôi")
    theirs = form_of(saved, body="<p>Đoạn một.</p><p>Đoạn hai.</p><p>Đoạn ba của chị.</p>", title="Tựa của chị")
    assert secretary.script("POST", f"/bai/{saved.id}", data=theirs).json()["version"] == 2
    refused = editor.script("POST", f"/bai/{saved.id}", data=mine)
    assert refused.status_code == 412
    page = editor.get(f"/bai/{saved.id}/xung-dot").text
    assert "<ins>tôi</ins>" in page and "<del>chị</del>" in page and "Ghép thay đổi của cả hai" in page
    settled = editor.post(f"/bai/{saved.id}/xung-dot", {"version": 2, "choice_title": "mine", "choice_body": "both"})
    assert settled.is_redirect
    found = state(desk, saved.id)
    assert found["title"] == "Tựa của tôi"
    assert "của tôi" in found["body"] and "của chị" in found["body"]
    assert [line.version for line in reading.history(desk.store, saved.id)] == [3, 2, 1]


def test_who_is_editing_is_seen_by_the_others(desk: Desk) -> None:
    editor, secretary, saved = desk.be("editor", "linh"), desk.be("secretary", "tu"), desk.article()
    assert editor.script("POST", f"/bai/{saved.id}/dang-sua").json()["others"] == []
    assert secretary.script("POST", f"/bai/{saved.id}/dang-sua").json()["others"] == ["linh"]
    editor.script("POST", f"/bai/{saved.id}/roi-bai")
    assert secretary.script("POST", f"/bai/{saved.id}/dang-sua").json()["others"] == []


def test_versions_are_compared_and_restored(desk: Desk) -> None:
    editor, saved = desk.be("editor"), desk.article()
    editor.script("POST", f"/bai/{saved.id}", data=form_of(saved, body="<p>Chợ họp từ chiều muộn.</p>"))
    compared = editor.get(f"/bai/{saved.id}/so-sanh", params={"cu": 1, "moi": 2}).text
    assert "<del>sáng</del>" in compared and "<ins>chiều</ins>" in compared
    stale = editor.post(f"/bai/{saved.id}/khoi-phuc", {"restore": 1, "version": 1})
    assert stale.status_code == 412
    assert editor.post(f"/bai/{saved.id}/khoi-phuc", {"restore": 1, "version": 2}).is_redirect
    found = state(desk, saved.id)
    assert found["version"] == 3 and "sáng sớm" in found["body"]


def test_a_reporter_keeps_to_own_sections(desk: Desk) -> None:
    reporter = desk.be("reporter", section="kinh-te")
    form = {"key": KEY, "title": "Bài văn hóa", "body": "<p>x</p>", "section": "van-hoa"}
    assert reporter.script("POST", "/bai/moi", data=form).status_code == 403


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        ("<p>1x</p><p>2</p><p>3</p>", "<p>1</p><p>2</p><p>3y</p>", "<p>1x</p><p>2</p><p>3y</p>"),
        ("<p>1</p><p>3</p>", "<p>1</p><p>2</p><p>3</p><p>4</p>", "<p>1</p><p>3</p><p>4</p>"),
        ("<p>1</p><p>2x</p><p>3</p>", "<p>1</p><p>2y</p><p>3</p>", None),
        ("<p>1</p><p>2</p><p>3</p><p>a</p>", "<p>1</p><p>2</p><p>3</p><p>b</p>", None),
        ("<p>1</p><p>2z</p><p>3</p>", "<p>1</p><p>2z</p><p>3</p>", "<p>1</p><p>2z</p><p>3</p>"),
    ],
)
def test_merging_paragraphs(mine: str, theirs: str, both: str | None) -> None:
    assert differences.merged("<p>1</p><p>2</p><p>3</p>", mine, theirs) == both


def test_white_space_that_nobody_sees_keeps_nothing_from_being_merged() -> None:
    """A text is kept as it was typed, with blanks at the ends of paragraphs; whoever opens it sends it without them."""
    typed = "<p>Một </p><p> Hai\n nửa</p><ul> <li><p>Ba </p></li> </ul>"
    mine, theirs = "<p>Một tôi</p><p>Hai nửa</p><ul><li><p>Ba</p></li></ul>", "<p>Một</p><p>Hai nửa</p><p>chị</p>"
    assert differences.merged(typed, mine, theirs) == "<p>Một tôi</p><p> Hai\n nửa</p><p>chị</p>"
    assert differences.merged(typed, mine.replace("Hai nửa", "Hai\xa0nửa"), theirs.replace("Hai", "Tư")) is None


def test_a_form_sent_twice_makes_one_article(desk: Desk) -> None:
    reporter = desk.be("reporter")
    article_id = new(reporter)
    again = reporter.script("POST", "/bai/moi", data=FIRST)
    assert (again.status_code, again.json()["id"], again.json()["version"]) == (200, article_id, 1)
    more = reporter.script("POST", "/bai/moi", data=FIRST | {"body": "<p>Hoa nở. Người xem đông.</p>"})
    assert (more.json()["id"], more.json()["version"]) == (article_id, 2)
    # Without scripts too.
    pressed = reporter.post("/bai/moi", FIRST | {"key": "a" * 32})
    assert pressed.headers["location"] == reporter.post("/bai/moi", FIRST | {"key": "a" * 32}).headers["location"]
    # A key is its owner's alone.
    other = desk.be("editor").script("POST", "/bai/moi", data=FIRST | {"key": "b" * 32})
    assert other.status_code == 201 and other.json()["id"] not in (article_id, None)


def test_a_form_sent_by_many_at_once_makes_one_article(desk: Desk) -> None:
    reporter = desk.be("reporter")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: reporter.script("POST", "/bai/moi", data=FIRST), range(6)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [answer.status_code for answer in answers].count(201) == 1


def test_what_another_editor_wrote_since_is_not_overwritten_by_the_form_that_made_it(desk: Desk) -> None:
    reporter = desk.be("reporter")
    article_id = new(reporter)
    theirs = FIRST | {"version": 1, "body": "<p>Hoa nở sớm.</p>"}
    assert desk.be("editor").script("POST", f"/bai/{article_id}", data=theirs).json()["version"] == 2
    assert reporter.script("POST", "/bai/moi", data=FIRST | {"body": "<p>Hoa nở muộn.</p>"}).status_code == 412
    assert "sớm" in state(desk, article_id)["body"]


def test_own_windows_are_told_what_the_other_did(desk: Desk) -> None:
    reporter, saved = desk.be("reporter"), desk.article(by="user:reporter@bao.example")
    first = form_of(saved, key=KEY, sequence=0, body="<p>Cửa sổ một.</p>")
    kept = reporter.script("POST", f"/bai/{saved.id}/luu-tam", data=first).json()["sequence"]
    second = form_of(saved, key="a" * 32, sequence=0, body="<p>Cửa sổ hai.</p>")
    for door in (f"/bai/{saved.id}/luu-tam", f"/bai/{saved.id}"):
        behind = reporter.script("POST", door, data=second)
        assert behind.status_code == 409, "what the first window wrote would be gone"
        assert behind.json()["errors"][0]["field"] == "sequence"
    told = reporter.script("GET", f"/bai/{saved.id}/dang-viet?version=1").json()
    assert (told["sequence"], told["draft"]["body"]) == (kept, "<p>Cửa sổ một.</p>")
    both = second | {"sequence": kept, "body": "<p>Cửa sổ một. Cửa sổ hai.</p>"}
    assert reporter.script("POST", f"/bai/{saved.id}", data=both).json()["version"] == 2
    # The first window knows neither of that version, nor that what it kept is in it.
    late = reporter.script("POST", f"/bai/{saved.id}/luu-tam", data=first | {"sequence": kept})
    assert late.status_code == 409
    assert reporter.script("GET", f"/bai/{saved.id}/dang-viet?version=1").json()["version"] == 2


def test_an_own_step_beside_unsaved_words_is_no_conflict(desk: Desk) -> None:
    reporter, saved = desk.be("reporter"), desk.article(by="user:reporter@bao.example")
    form = form_of(saved, key=KEY, sequence=0, body="<p>Viết thêm.</p>")
    reporter.script("POST", f"/bai/{saved.id}/luu-tam", data=form)
    editor = desk.be("editor")
    assert editor.script("POST", f"/bai/{saved.id}/buoc", data={"version": 1, "to": "submitted"}).status_code == 200
    assert editor.script(
        "POST", f"/bai/{saved.id}/buoc", data={"version": 2, "to": "draft", "note": "Thêm nguồn"}
    ).is_success
    page = reporter.get(f"/bai/{saved.id}")
    assert page.status_code == 200 and "data-behind" in page.text
    told = reporter.script("GET", f"/bai/{saved.id}/dang-viet?version=1").json()
    assert told["version"] == 3 and told["rest"]["draft"]["body"] == "<p>Viết thêm.</p>"


def test_what_others_wrote_is_not_taken_up_unseen(desk: Desk) -> None:
    reporter, saved = desk.be("reporter"), desk.article(by="user:reporter@bao.example")
    theirs = form_of(saved, body="<p>Của biên tập.</p>")
    assert desk.be("editor").script("POST", f"/bai/{saved.id}", data=theirs).json()["version"] == 2
    told = reporter.script("GET", f"/bai/{saved.id}/dang-viet?version=1").json()
    assert told["version"] == 1 and "sáng sớm" in told["draft"]["body"]
    assert reporter.script("POST", f"/bai/{saved.id}/dang-sua", data={"version": 1}).json()["rewritten"]
    mine = form_of(saved, key=KEY, sequence=0, body="<p>Của tôi.</p>")
    assert reporter.script("POST", f"/bai/{saved.id}/luu-tam", data=mine).status_code == 200
    assert reporter.get(f"/bai/{saved.id}").headers["location"].endswith("/xung-dot")
