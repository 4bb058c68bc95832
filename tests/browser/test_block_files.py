"""Story blocks made of files, by hand: a film and sound that play, a workbook that becomes a chart, a document whose
first page is seen, and the forms that no other test fills."""

import io
import re
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.newsroom import SETTLE, Newsroom
from tests.browser.own_desk import until_at
from tests.browser.test_blocks import body_of, editor, new_block
from tests.house import House
from tests.media import pdf
from toasoan.demo import files, pictures

pytestmark = [pytest.mark.house, pytest.mark.browser, pytest.mark.timeout(300)]
_SHOWN = "one => [...one.textTracks[0].activeCues ?? []].map(cue => cue.text).join(' ')"


def payload(name: str, content: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="", buffer=content)


def workbook() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        notes, rain = made.add_worksheet("Ghi chú"), made.add_worksheet("Mưa")
        notes.write_row(0, 0, ["Đọc", "Trước"])
        rain.write_row(0, 0, ["Tháng", "Mưa", "So với năm trước"])
        share = made.add_format({"num_format": "0.0%"})
        for at, (month, millimetres, more) in enumerate((("4", 91.5, 0.125), ("5", 1204, -0.04)), 1):
            rain.write_row(at, 0, [month, millimetres])
            rain.write(at, 2, more, share)
    return file.getvalue()


def new_story(newsroom: Newsroom, title: str, width: int = 1366) -> Page:
    page = newsroom.page("secretary", width)
    page.goto(f"{newsroom.url}/bai/moi")
    page.get_by_label("Tiêu đề", exact=True).fill(title)
    page.get_by_label("Chuyên mục").select_option(label="Kinh tế")
    editor(page).fill("Sáng nay, hồ mở nước.")
    return page


def published(page: Page) -> None:
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.wait_for_url(re.compile(r"/bai/\d+$"))
    with page.expect_navigation():
        page.get_by_role("button", name="Xuất bản ngay").click()
    page.get_by_role("link", name="Xem trên trang").click()


def done(dialog: Locator, page: Page, cards: int) -> None:
    dialog.get_by_role("button", name="Xong").click()
    expect(page.locator(".story-card")).to_have_count(cards)


def test_a_film_and_sound_play_where_they_stand(newsroom: Newsroom, house: House, page: Page) -> None:
    """From the form to a reader who hears, reads subtitles and goes from part to part."""
    desk = new_story(newsroom, "Đêm xòe và tiếng khèn")
    dialog = new_block(desk, "Video trong bài")
    dialog.get_by_label("Tải video lên").set_input_files(payload("vong-xoe.mp4", files.content("vong-xoe.mp4")))
    expect(dialog.get_by_label("Tên hiện ra")).to_have_value("vong-xoe")
    subtitles = dialog.get_by_role("group", name="Phụ đề").first
    subtitles.get_by_role("button", name="Thêm").click()
    subtitles.get_by_label("Tải tệp phụ đề lên").set_input_files(payload("vi.vtt", files.content("vong-xoe.vtt")))
    expect(subtitles.get_by_label("Tên hiện ra")).to_have_value("vi")
    write_chapters(dialog, ("0:00", "Châm lửa"), ("0:05", "Vòng trong"))
    done(dialog, desk, 1)
    dialog = new_block(desk, "Âm thanh")
    dialog.get_by_label("Tải tệp âm thanh lên").set_input_files(payload("khen.mp3", files.content("khen-ta-sin.mp3")))
    expect(dialog.get_by_label("Tên hiện ra")).to_have_value("khen")
    write_chapters(dialog, ("0:09", "Bạn đáp"))
    dialog.get_by_role("textbox", name="Lời, cho người khiếm thính").fill("Không lời.")
    done(dialog, desk, 2)
    published(desk)
    page.goto(desk.url)
    film, sound = page.locator("[data-block=video] video"), page.locator("[data-block=audio] audio")
    page.get_by_role("link", name="Vòng trong").click()
    until_at(page, lambda: film.evaluate("one => one.currentTime") > 5.2, "the film plays from its second part")
    until_at(page, lambda: "ngoài bảy mươi" in film.evaluate(_SHOWN), "the subtitle of that moment is shown")
    assert film.evaluate("one => one.textTracks[0].mode") == "showing"
    assert film.evaluate("one => one.videoWidth") == 480
    page.get_by_role("link", name="Bạn đáp").click()
    until_at(page, lambda: sound.evaluate("one => one.currentTime") > 9.1, "the sound plays from its answer")
    page.get_by_text("Đọc lời").click()
    expect(page.locator("[data-block=audio]")).to_contain_text("Không lời.")


def write_chapters(dialog: Locator, *chapters: tuple[str, str]) -> None:
    group = dialog.get_by_role("group", name="Các phần").first
    for at, (begin, title) in enumerate(chapters):
        group.get_by_role("button", name="Thêm").click()
        group.get_by_label("Từ phút:giây").nth(at).fill(begin)
        group.get_by_label("Tên phần").nth(at).fill(title)


def test_a_workbook_becomes_a_chart(newsroom: Newsroom) -> None:
    page = new_story(newsroom, "Mưa tháng Tư, tháng Năm")
    dialog = new_block(page, "Bảng số liệu")
    dialog.get_by_label("Tên bảng").fill("Mưa")
    field = dialog.get_by_label("Bảng", exact=True)
    field.fill("viết tay | giữ lại")
    upload = dialog.get_by_label("Lấy bảng từ tệp Excel")
    upload.set_input_files(payload("mua.csv", b"Th\xc3\xa1ng,M\xc6\xb0a"))
    expect(dialog.get_by_text("Chỉ nhận bảng tính .xlsx")).to_be_visible()
    expect(field).to_have_value("viết tay | giữ lại")
    upload.set_input_files(payload("mua.xlsx", workbook()))
    dialog.get_by_role("button", name="Mưa", exact=True).click()
    expect(field).to_have_value("Tháng\tMưa\tSo với năm trước\n4\t91,5\t12,5%\n5\t1204\t-4,0%")
    expect(dialog.get_by_text("Đã lấy trang tính “Mưa”: 3 dòng, 3 cột.")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(field).to_have_value("viết tay | giữ lại")
    page.keyboard.press("Control+Shift+z")
    expect(field).to_have_value(re.compile("^Tháng\tMưa"))
    done(dialog, page, 1)
    published(page)
    expect(page.locator("[data-block=table] tbody tr").first).to_contain_text("12,5%")


def test_a_documents_first_page_is_seen(newsroom: Newsroom) -> None:
    page = new_story(newsroom, "Quyết định mở nước")
    dialog = new_block(page, "Văn bản")
    dialog.get_by_label("Tải tệp PDF lên").set_input_files(payload("quyet-dinh.pdf", pdf("#2f6b3c")))
    expect(dialog.get_by_label("Tên hiện ra")).to_have_value("quyet-dinh")
    expect(dialog.get_by_label("Mô tả cho người khiếm thị")).to_have_value("Trang đầu của quyet-dinh")
    done(dialog, page, 1)
    published(page)
    first = page.locator("[data-block=document] img")
    expect(first).to_have_attribute("alt", "Trang đầu của quyet-dinh")
    until_at(page, lambda: first.evaluate("one => one.complete && one.naturalWidth > 0"), "the page is there")


def test_an_e_magazine_is_written_by_hand(newsroom: Newsroom) -> None:
    """Cover, scenes and a correction; what is taken away comes back, and what is saved is there again."""
    page = new_story(newsroom, "Một ngày bên hồ")
    page.keyboard.press("Control+Home")
    page.evaluate(SETTLE)
    for name in ("river-bridge", "river-raft"):
        page.locator("#files").set_input_files(payload(f"{name}.jpg", pictures.draw(name)))
    expect(page.locator(".pictures .picture")).to_have_count(2)
    dialog = new_block(page, "Ảnh đổi theo chữ")
    dialog.get_by_role("button", name="Xong").click()
    expect(dialog.get_by_text("Chưa có ảnh trong kho của tòa soạn.").first).to_be_visible()
    for at, words in enumerate(("Bốn giờ.", "Chín giờ.")):
        dialog.get_by_role("button", name="Chọn ảnh…").nth(at).click()
        page.locator("#picker-found button").nth(at).click()
        expect(page.locator("#picker")).to_be_hidden()
        dialog.get_by_role("textbox", name="Lời đi qua ảnh này").nth(at).fill(words)
    done(dialog, page, 1)
    dialog = new_block(page, "Cải chính trong bài")
    for label, words in (("Ngày cải chính", "9/1/2023"), ("Đã đăng", "Năm 1947."), ("Sửa lại", "Năm 1974.")):
        dialog.get_by_label(label).fill(words)
    done(dialog, page, 2)
    dialog = new_block(page, "Bìa E-magazine")
    dialog.get_by_role("button", name="Chọn ảnh…").click()
    page.locator("#picker-found button").first.click()
    dialog.get_by_label("Chú thích ảnh bìa").fill("Bến Nà Lếch.")
    done(dialog, page, 3)
    cards = page.locator(".story-card")
    cover = cards.filter(has_text="Bìa E-magazine")
    until_first(page, cover)
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.wait_for_url(re.compile(r"/bai/\d+$"))
    page.reload()
    editor(page)
    expect(cards).to_have_count(3)
    cover.get_by_role("button", name="Xóa").click()
    expect(cards).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(cards.first).to_contain_text("Bìa E-magazine")
    with page.expect_navigation():
        page.get_by_role("button", name="Xuất bản ngay").click()
    page.get_by_role("link", name="Xem trên trang").click()
    expect(page.locator(".opening h1")).to_have_text("Một ngày bên hồ")
    expect(page.locator(".opening img")).to_be_visible()
    expect(page.locator("[data-block=scenes] li")).to_have_count(2)
    expect(page.locator("[data-block=correction]")).to_contain_text("Năm 1974.")


def until_first(page: Page, card: Locator) -> None:
    """Moved up by its button until it is the first thing in the text."""
    for _ in range(8):
        if card.evaluate("one => one === one.parentElement.firstElementChild"):
            return
        card.get_by_role("button", name="Lên").click()
        page.evaluate(SETTLE)
    raise AssertionError("the cover is not the first")


def test_an_infographic_is_a_sheet_of_numbers(newsroom: Newsroom, house: House, page: Page) -> None:
    numbers: dict[str, Any] = {"kind": "infographic", "numbers": [{"value": "42", "words": "ha mặt nước"}]}
    columns = ["Tỉnh", "Lúa"]
    charts = [
        {"kind": "chart", "title": f"Lúa {at}", "form": form, "table": {"columns": columns, "rows": rows}}
        for at, (form, rows) in enumerate((("bar", [["A", "1"], ["B", "2"]]), ("area", [["2022", "1"], ["2023", "3"]])))
    ]
    regions = {
        "kind": "regions",
        "title": "Lúa",
        "table": {"columns": columns, "rows": [["Huế", "1"], ["Sơn La", "4"]]},
    }
    saved = house.push(title="Hồ bằng số", body=[numbers, *body_of(*charts, regions)], body_format="blocks")
    house.until_page(saved["url"], "ha mặt nước")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(saved["url"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        first, second = (page.locator("[data-block=chart]").nth(at).bounding_box() for at in (0, 1))
        assert first and second
        assert (first["y"] == second["y"]) is (width == 1280), "beside each other where there is room"
