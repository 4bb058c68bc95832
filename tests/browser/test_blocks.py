"""Story blocks of every kind, as readers have them: on a phone, without JavaScript, on paper, corrected, withdrawn; and
as editors write them at the desk."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route, expect

from tests.blocks import samples
from tests.browser.chromium import READER, Theme
from tests.browser.newsroom import SETTLE, Newsroom
from tests.browser.own_desk import until_at
from tests.house import House
from tests.media import PDF, SUBTITLES, film, sound
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.browser, pytest.mark.timeout(300)]

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOKS: list[tuple[int, Theme]] = [(320, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
# What one sees of each kind, and what it says after a correction of one field.
SEEN = {
    "facts": "Đắp năm 1974", "pull_quote": "là cả bản mừng.", "questions": "Ai trả phí?", "timeline": "Sửa cống",
    "profile": "người giữ cống", "table": "Huyện Tủa Chùa", "chart": "Mực nước tháng Ba", "before_after": "Tháng 3",
    "side_by_side": "Cống mới.", "related": "Chợ cá họp lại", "embed": "Phim: mở cống đầu mùa",
    "document": "Quyết định 12 về lịch mở nước", "gallery": "Mở cống lúc chín giờ.", "video": "Quay từ mặt đập.",
    "audio": "Ghi lúc chín giờ.", "correction": "ghi sai năm đắp đập", "map": "Bản Na Sang",
    "cover": "Hồ Sương Mai lúc sáng.", "scenes": "Chín giờ, nước về.", "infographic": "lúa nhờ nước hồ",
    "regions": "Lúa mùa theo tỉnh",
}  # fmt: skip


@pytest.fixture(scope="module")
def picture(house: House, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A picture of the paper's own."""
    file = tmp_path_factory.mktemp("picture") / "ho.png"
    drawn = Image.new("RGB", (1200, 800), "#9db8a6")
    ImageDraw.Draw(drawn).ellipse((200, 250, 1000, 700), fill="#3f6f86")
    drawn.save(file)
    answer = house.api("POST", "/api/media", files={"file": ("ho.png", file.read_bytes())})
    return str(answer.json()["url"])


@pytest.fixture(scope="module")
def files(people: Newsroom) -> dict[str, str]:
    """A film, sound and subtitles in the paper's store."""
    sent = {"mp4": film(), "mp3": sound(70), "vtt": SUBTITLES}
    page = people.page("secretary")
    page.goto(f"{people.url}/kho")
    page.locator("#files").set_input_files(
        [FilePayload(name=f"nuoc-ve.{suffix}", mimeType="", buffer=content) for suffix, content in sent.items()]
    )
    expect(page.locator("#gallery li", has_text="nuoc-ve")).to_have_count(3)
    media = page.request.get(f"{people.url}/kho/tim.json?kind=").json()["media"]
    people.close_windows()
    return {one["name"].rpartition(".")[2]: one["url"] for one in media if one["name"].startswith("nuoc-ve")}


@pytest.fixture(scope="module")
def blocks(house: House, picture: str, files: dict[str, str]) -> dict[str, dict[str, Any]]:
    """A block of each kind; the related story is there."""
    found = samples(picture, **files)
    market = house.push(title="Chợ cá họp lại", external_id="blocks-market")
    found["related"]["stories"][0]["link"]["url"] = market["url"]
    house.until_page(market["url"])
    return {kind: {"kind": kind, **fields} for kind, fields in found.items()}


def body_of(*blocks: dict[str, Any]) -> list[dict[str, Any]]:
    """A body with these blocks between two paragraphs."""
    first, last = "<p>Sáng nay, hồ Sương Mai mở nước.</p>", "<p>Nước về tới cánh đồng lúc chín giờ.</p>"
    return [{"kind": "html", "html": first}, *blocks, {"kind": "html", "html": last}]


def corrected(block: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The block with other words in its first text, and those words."""
    said = json.dumps(block, ensure_ascii=False).replace(SEEN[block["kind"]], "Chữ đã cải chính")
    return json.loads(said), "Chữ đã cải chính"


@pytest.mark.parametrize("kind", SEEN)
def test_a_block_from_publication_to_withdrawal(
    house: House, blocks: dict[str, dict[str, Any]], page: Page, browser: Browser, kind: str
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    saved = house.push(
        title=f"Hồ mở nước: {kind}", dateline="BM", body=body_of(blocks[kind]), body_format="blocks", summary="Mở nước."
    )
    assert "BM - " in house.until_page(saved["url"], SEEN[kind])
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(saved["url"])
    block = page.locator(f"[data-block={kind}]")
    expect(block).to_contain_text(SEEN[kind])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print")
    expect(block).to_contain_text(SEEN[kind])
    assert block.evaluate("one => one.offsetHeight") > 20

    plain = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}, user_agent=READER)
    without = plain.new_page()
    without.goto(saved["url"])
    expect(without.locator(f"[data-block={kind}]")).to_contain_text(SEEN[kind])
    plain.close()
    assert said == []

    right, words = corrected(blocks[kind])
    if kind == "related":
        # A related story's headline is the one it has: nothing of it is corrected here.
        house.push(title="Chữ đã cải chính", external_id="blocks-market")
    notice = {"notice": "Bản trước ghi sai một chỗ.", "body": body_of(right), "body_format": "blocks"}
    assert house.api("POST", f"/api/articles/{saved['id']}/correct", json=notice).status_code == 200
    assert "Thông tin cải chính" in house.until_page(saved["url"], words)
    house.api("POST", f"/api/articles/{saved['id']}/withdraw", json={"reason": "Nguồn tin rút lại"})
    assert f"data-block={kind}" not in house.until_page(saved["url"], status=410).replace('"', "")


@pytest.fixture(scope="module")
def everything(house: House, blocks: dict[str, dict[str, Any]]) -> str:
    """The address of an article with a block of every kind, and two charts more."""
    bars = {
        "kind": "chart",
        "title": "Diện tích tưới",
        "form": "bar",
        "unit": "héc-ta",
        "table": blocks["table"]["table"],
    }
    area = blocks["chart"] | {"form": "area"}
    saved = house.push(title="Hồ mở nước", body=body_of(*blocks.values(), bars, area), body_format="blocks")
    house.until_page(saved["url"], "Quyết định 12")
    return str(saved["url"])


def test_a_page_of_all_kinds_is_accessible_valid_and_light(
    everything: str, house: House, page: Page, checkers: Path, tmp_path: Path
) -> None:
    seen: list[Any] = []
    page.on("requestfinished", lambda request: seen.append(request))
    page.goto(everything, wait_until="networkidle")
    assert all(request.url.startswith(house.web_url) for request in seen)
    assert page.context.cookies() == []
    sizes = [one.sizes() for one in seen if one.resource_type in ("document", "stylesheet", "script", "font")]
    assert sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes) <= 60 * 1024
    page.evaluate((checkers / "axe-core" / "axe.min.js").read_text("utf-8"))
    for width, theme in _LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width}"
        assert faults_of(page) == [], (width, theme)
    assert invalid(house.get(everything).text, checkers, tmp_path) == ""


def invalid(page: str, checkers: Path, folder: Path) -> str:
    """What the HTML validator finds. Skips where there is no Java."""
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    (folder / "page.html").write_text(page, "utf-8")
    jar = checkers / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-Xss2m", "-jar", str(jar), "--stdout", "--format", "gnu", str(folder / "page.html")]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False).stdout


def faults_of(page: Page) -> list[str]:
    """What axe, which the page has, finds."""
    faults = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", _RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in faults["violations"]]


def test_a_long_form_is_accessible_valid_and_keeps_still_for_who_wants_that(
    blocks: dict[str, dict[str, Any]], house: House, page: Page, checkers: Path, tmp_path: Path
) -> None:
    body = [blocks["cover"], *body_of(blocks["scenes"])]
    saved = house.push(title="Một ngày bên hồ", body=body, body_format="blocks", kicker="E-magazine")
    house.until_page(saved["url"], "Chín giờ, nước về.")
    page.goto(saved["url"])
    expect(page.locator(".opening h1")).to_have_text("Một ngày bên hồ")
    page.evaluate((checkers / "axe-core" / "axe.min.js").read_text("utf-8"))
    pictures = page.locator("[data-block=scenes] li > picture")
    motions: list[tuple[Literal["no-preference", "reduce"], str]] = [("no-preference", "sticky"), ("reduce", "static")]
    for motion, place in motions:
        for width, theme in _LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme, reduced_motion=motion)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width}"
            assert faults_of(page) == [], (width, theme)
        assert pictures.first.evaluate("one => getComputedStyle(one).position") == place
    assert invalid(house.get(saved["url"]).text, checkers, tmp_path) == ""


def test_what_a_script_adds(everything: str, house: House, page: Page) -> None:
    foreign: list[str] = []

    def refuse(route: Route) -> None:
        foreign.append(route.request.url)
        route.abort()

    page.route(re.compile(f"^(?!{re.escape(house.web_url)})"), refuse)
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(everything)
    table = page.locator("[data-block=table]")
    first = table.locator("tbody tr").first
    table.get_by_role("button", name="Hộ").click()
    expect(first).to_contain_text("310")
    table.get_by_role("button", name="Hộ").click()
    expect(first).to_contain_text("2.075")
    expect(table.get_by_role("columnheader", name="Hộ")).to_have_attribute("aria-sort", "descending")
    slider = page.get_by_role("slider", name="Tháng 1 – Tháng 3")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-block=before_after]").evaluate("one => one.style.getPropertyValue('--at')") == "51%"
    page.locator("[data-block=audio]").get_by_role("link", name="Nước về").click()
    player = page.locator("[data-block=audio] audio")
    until_at(page, lambda: player.evaluate("one => one.currentTime") >= 65, "it plays from there")
    page.locator("[data-block=gallery] .zoom").nth(1).click()
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("Mở cống lúc chín giờ.")
    box.get_by_role("button", name="Ảnh sau").click()
    expect(box).to_contain_text("Chợ cá buổi trưa.")
    box.get_by_role("button", name="Đóng").click()
    assert foreign == []
    page.get_by_role("link", name="Phim: mở cống đầu mùa").click()
    expect(page.locator("[data-block=embed] iframe")).to_be_attached()
    until(lambda: foreign, 20, "the player is asked for")
    assert {address.partition("?")[0] for address in foreign} == {"https://www.youtube-nocookie.com/embed/abcdefghijk"}


@pytest.mark.parametrize("words", ["Đắp năm 1974", "Huyện Tủa Chùa", "Phim: mở cống đầu mùa"])
def test_the_words_of_blocks_are_found(everything: str, house: House, words: str) -> None:
    query = {"q": f'"{words}"'}
    until(lambda: house.get("/api/search", params=query).json().get("total"), 30, f"{words} is found")


def test_a_withdrawn_story_is_named_nowhere(house: House, page: Page) -> None:
    market = house.push(title="Phiên chợ bị rút")
    story = {"link": {"url": market["url"], "words": "Phiên chợ bị rút"}}
    saved = house.push(title="Đọc cùng", body=body_of({"kind": "related", "stories": [story]}), body_format="blocks")
    house.until_page(market["url"])
    house.until_page(saved["url"], "Phiên chợ bị rút")
    house.api("POST", f"/api/articles/{market['id']}/withdraw", json={"reason": "Nguồn tin rút lại"})
    house.until_page(market["url"], status=410)
    until(lambda: "data-block=related" not in house.get(saved["url"]).text.replace('"', ""), 10, "it is named nowhere")
    page.goto(saved["url"])
    expect(page.locator("[data-block=related]")).to_have_count(0)
    expect(page.locator(".prose")).to_contain_text("Nước về tới")


# ---------------------------------------------------------------- at the desk


def editor(page: Page) -> Locator:
    expect(page.locator("html[data-editor=ready]")).to_be_attached()
    return page.get_by_role("textbox", name="Nội dung", exact=True)


def new_block(page: Page, name: str) -> Locator:
    """The form of a new block."""
    page.get_by_role("button", name="Chèn khối").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=name).click()
    return dialog


def test_blocks_are_written_moved_and_carried_to_another_article(
    newsroom: Newsroom, house: House, checkers: Path
) -> None:
    page = newsroom.page("secretary")
    page.goto(f"{newsroom.url}/bai/moi")
    page.get_by_label("Tiêu đề", exact=True).fill("Hồ mở nước, viết ở bàn")
    page.get_by_label("Chuyên mục").select_option(label="Kinh tế")
    text = editor(page)
    text.fill("Sáng nay, hồ mở nước.")
    dialog = new_block(page, "Dòng thời gian")
    dialog.get_by_role("button", name="Xong").click()
    expect(dialog.get_by_text("Chưa điền.")).to_be_visible()
    page.evaluate((checkers / "axe-core" / "axe.min.js").read_text("utf-8"))
    assert faults_of(page) == []
    dialog.get_by_label("Thời điểm").fill("Năm 1974")
    dialog.get_by_label("Việc gì").fill("Đắp đập")
    dialog.get_by_role("textbox", name="Kể thêm").fill("Ba nghìn người làm.")
    dialog.get_by_role("button", name="Thêm").click()
    dialog.get_by_label("Thời điểm").nth(1).fill("Năm 2023")
    dialog.get_by_label("Việc gì").nth(1).fill("Sửa cống")
    dialog.get_by_role("button", name="Xong").click()
    card = page.locator(".story-card")
    expect(card).to_contain_text("Dòng thời gian")
    expect(card.locator("[data-block=timeline]")).to_contain_text("Ba nghìn người làm.")

    dialog = new_block(page, "Biểu đồ Cột")
    dialog.get_by_label("Tên biểu đồ").fill("Mực nước")
    dialog.get_by_label("Bảng số").fill("Năm\tMực nước\n2023\t13,75\n2024\t18,25")
    dialog.get_by_role("button", name="Xong").click()
    expect(page.locator(".story-card svg")).to_have_attribute(
        "aria-label", "Biểu đồ cột: Mực nước. Mực nước: cao nhất 2024 18,25, thấp nhất 2023 13,75."
    )

    assert faults_of(page) == []

    # Changed, moved before the first one, doubled, and one of the two taken away again.
    chart = page.locator(".story-card", has_text="Biểu đồ")
    chart.get_by_role("button", name="Sửa").click()
    page.get_by_role("dialog").get_by_label("Dạng").select_option(label="Biểu đồ đường")
    page.get_by_role("dialog").get_by_role("button", name="Xong").click()
    expect(chart.locator("polyline")).to_be_attached()
    chart.get_by_role("button", name="Lên").click()
    expect(page.locator(".story-card").first).to_contain_text("Biểu đồ")
    page.locator(".story-card").first.get_by_role("button", name="Nhân đôi").click()
    expect(page.locator(".story-card")).to_have_count(3)
    page.locator(".story-card").nth(1).get_by_role("button", name="Xóa").click()
    expect(page.locator(".story-card")).to_have_count(2)
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.wait_for_url(re.compile(r"/bai/\d+$"))
    page.reload()
    editor(page)
    expect(page.locator(".story-card").first.locator("polyline")).to_be_attached()

    # Copied as a whole article, pasted into another one.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor(page).click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    other = page.context.new_page()
    other.goto(f"{newsroom.url}/bai/moi")
    other.get_by_label("Tiêu đề", exact=True).fill("Bài thứ hai")
    other.get_by_label("Chuyên mục").select_option(label="Kinh tế")
    editor(other).click()
    other.keyboard.press("Control+v")
    expect(other.locator(".story-card")).to_have_count(2)
    other.get_by_role("button", name="Lưu bản nháp").click()
    other.wait_for_url(re.compile(r"/bai/\d+$"))
    with other.expect_navigation():
        other.get_by_role("button", name="Xuất bản ngay").click()
    other.get_by_role("link", name="Xem trên trang").click()
    expect(other.locator(".prose [data-block]")).to_have_count(2)
    expect(other.locator(".prose [data-block=timeline]")).to_contain_text("Sửa cống")
    # The history tells what changed in a block.
    number = page.url.rpartition("/")[2]
    listed = house.api("GET", f"/api/articles/{number}/blocks").json()["body"]
    assert [one["kind"] for one in listed] == ["html", "chart", "timeline"]


def test_blocks_are_dragged_by_mouse_and_carried_by_keys(newsroom: Newsroom, house: House) -> None:
    quotes = [{"kind": "pull_quote", "quote": words} for words in ("Câu một.", "Câu hai.", "Câu ba.")]
    saved = house.push(title="Ba câu", body=body_of(*quotes), body_format="blocks", status="draft")
    page = newsroom.page("secretary")
    # So high that nothing has to be scrolled while the mouse holds a card.
    page.set_viewport_size({"width": 1280, "height": 1600})
    page.goto(f"{newsroom.url}/bai/{saved['id']}")
    text = editor(page)
    cards = page.locator(".story-card")
    expect(cards.locator("blockquote")).to_have_text(["Câu một.", "Câu hai.", "Câu ba."])
    handle = cards.nth(2).locator(".story-head strong")
    handle.drag_to(text.get_by_text("Sáng nay"), target_position={"x": 5, "y": 3})
    expect(cards.locator("blockquote")).to_have_text(["Câu ba.", "Câu một.", "Câu hai."])
    # By keys: chosen with an arrow, cut, pasted at the beginning of the text.
    text.get_by_text("Nước về").click()
    page.keyboard.press("Home")
    page.evaluate(SETTLE)
    page.keyboard.press("ArrowLeft")
    expect(cards.nth(2)).to_have_class(re.compile("ProseMirror-selectednode"))
    page.keyboard.press("Control+x")
    expect(cards).to_have_count(2)
    page.keyboard.press("Control+Home")
    page.evaluate(SETTLE)
    page.keyboard.press("Control+v")
    expect(cards.locator("blockquote")).to_have_text(["Câu ba.", "Câu hai.", "Câu một."])


def chosen(page: Page, dialog: Locator, name: str, at: int = 0) -> None:
    """The newest file that the store offers."""
    dialog.get_by_role("button", name=name).nth(at).click()
    page.locator("#picker-found button").first.click()
    expect(page.locator("#picker")).to_be_hidden()


@pytest.mark.usefixtures("files", "picture")
def test_pictures_films_maps_and_documents_are_written_at_the_desk(newsroom: Newsroom, checkers: Path) -> None:
    page = newsroom.page("secretary")
    page.goto(f"{newsroom.url}/bai/moi")
    page.get_by_label("Tiêu đề", exact=True).fill("Hồ trong ảnh, phim và bản đồ")
    page.get_by_label("Chuyên mục").select_option(label="Kinh tế")
    editor(page).fill("Sáng nay, hồ mở nước.")

    dialog = new_block(page, "Chùm ảnh")
    for at, words in enumerate(("Sáng.", "Chiều.")):
        chosen(page, dialog, "Chọn ảnh…", at)
        dialog.get_by_label("Chú thích").nth(at).fill(words)
    dialog.get_by_role("button", name="Xong").click()
    expect(page.locator(".story-card")).to_have_count(1)

    dialog = new_block(page, "Bản đồ có điểm")
    chosen(page, dialog, "Chọn ảnh…")
    dialog.get_by_label("Tên nơi này").fill("Cống số 1")
    spot = dialog.locator(".spot-box img")
    size = spot.bounding_box()
    assert size is not None
    spot.click(position={"x": size["width"] / 4, "y": size["height"] / 2})
    expect(dialog.get_by_label("Từ mép trái, %")).to_have_value(re.compile(r"2[45](\.\d)?"))
    page.evaluate((checkers / "axe-core" / "axe.min.js").read_text("utf-8"))
    assert faults_of(page) == []
    dialog.get_by_role("button", name="Xong").click()
    expect(page.locator(".story-card")).to_have_count(2)

    dialog = new_block(page, "Video trong bài")
    chosen(page, dialog, "Chọn video trong kho…")
    expect(dialog.get_by_label("Tên hiện ra")).to_have_value("nuoc-ve")
    chosen(page, dialog, "Chọn ảnh…")
    subtitles = dialog.get_by_role("group", name="Phụ đề").first
    subtitles.get_by_role("button", name="Thêm").click()
    subtitles.get_by_label("Tải tệp phụ đề lên").set_input_files(
        FilePayload(name="tieng-viet.vtt", mimeType="text/vtt", buffer=SUBTITLES.replace(b"v\xe1\xbb\x81", b"t"))
    )
    expect(subtitles.get_by_label("Tên hiện ra")).to_have_value("tieng-viet")
    chapters = dialog.get_by_role("group", name="Các phần").first
    chapters.get_by_role("button", name="Thêm").click()
    chapters.get_by_label("Từ phút:giây").fill("sau")
    chapters.get_by_label("Tên phần").fill("Nước về")
    dialog.get_by_role("button", name="Xong").click()
    expect(chapters.get_by_text("Hãy viết phút và giây")).to_be_visible()
    chapters.get_by_label("Từ phút:giây").fill("1:05")
    dialog.get_by_role("button", name="Xong").click()
    expect(page.locator(".story-card")).to_have_count(3)

    dialog = new_block(page, "Văn bản")
    dialog.get_by_label("Tải tệp PDF lên").set_input_files(
        FilePayload(name="quyet-dinh.pdf", mimeType="application/pdf", buffer=PDF)
    )
    expect(dialog.get_by_label("Tên hiện ra")).to_have_value("quyet-dinh")
    dialog.get_by_role("button", name="Xong").click()
    expect(page.locator(".story-card")).to_have_count(4)
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.wait_for_url(re.compile(r"/bai/\d+$"))
    with page.expect_navigation():
        page.get_by_role("button", name="Xuất bản ngay").click()
    page.get_by_role("link", name="Xem trên trang").click()
    expect(page.locator("[data-block=gallery] img")).to_have_count(2)
    expect(page.locator("[data-block=map] li")).to_have_text("Cống số 1")
    expect(page.locator("[data-block=video] track")).to_have_attribute("srclang", "vi")
    with page.expect_download() as kept:
        page.locator("[data-block=document] a").click()
    assert kept.value.suggested_filename == "quyet-dinh.pdf"


def test_a_picture_in_the_text_is_made_wide(newsroom: Newsroom, house: House, picture: str) -> None:
    figure = f'<figure><img src="{picture}" alt="Hồ"><figcaption>Hồ buổi sáng.</figcaption></figure>'
    saved = house.push(title="Ảnh rộng", body=f"<p>Một.</p>{figure}<p>Hai.</p>", body_format="html", status="draft")
    page = newsroom.page("secretary")
    page.goto(f"{newsroom.url}/bai/{saved['id']}")
    editor(page).get_by_text("Hồ buổi sáng.").click()
    full = page.get_by_role("button", name="Ảnh tràn")
    full.click()
    expect(full).to_have_attribute("aria-pressed", "true")
    with page.expect_navigation():
        page.get_by_role("button", name="Xuất bản ngay").click()
    page.get_by_role("link", name="Xem trên trang").click()
    shown = page.locator("figure", has_text="Hồ buổi sáng.")
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        place = shown.bounding_box()
        assert place is not None
        assert place["x"] <= 0
        assert place["width"] >= width - 20
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_related_story_is_named_by_its_address(newsroom: Newsroom, house: House) -> None:
    market = house.push(title="Chợ cá sông Sương họp lại", external_id="blocks-picked")
    page = newsroom.page("secretary")
    page.goto(f"{newsroom.url}/bai/moi")
    editor(page)
    dialog = new_block(page, "Bài liên quan tự chọn")
    dialog.get_by_label("Địa chỉ").fill(market["url"])
    dialog.get_by_label("Địa chỉ").press("Tab")
    expect(dialog.get_by_label("Tên hiện ra")).to_have_value("Chợ cá sông Sương họp lại")
    dialog.get_by_role("button", name="Xong").click()
    expect(page.locator(".story-card")).to_contain_text("Chợ cá sông Sương họp lại")


def test_a_block_of_a_newer_release_is_kept_by_the_editor(newsroom: Newsroom, house: House) -> None:
    newer = '<figure data-block="map" data-v="2"><p data-field="place">Hồ Sương Mai</p></figure>'
    saved = house.push(
        title="Bài của bản sau", body=f"<p>Một.</p>{newer}<p>Hai.</p>", body_format="html", status="draft"
    )
    page = newsroom.page("secretary")
    page.goto(f"{newsroom.url}/bai/{saved['id']}")
    editor(page)
    card = page.locator(".story-card")
    expect(card).to_contain_text("Khối “map”, bản này chưa biết")
    expect(card.get_by_role("button", name="Sửa")).to_be_hidden()
    card.get_by_role("button", name="Xuống").click()
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("Đã lưu phiên bản 2.")).to_be_visible()
    assert house.api("GET", f"/api/articles/{saved['id']}").json()["body"] == f"<p>Một.</p><p>Hai.</p>{newer}"
