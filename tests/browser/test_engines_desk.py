"""The desk in Firefox and WebKit: a story is written, left amid a word, and published."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from services.ingest.desk_kit.session import cookie_name
from tests.browser.engines import Hands, missing, opened
from tests.browser.own_desk import ALL_DRAFTS, OwnDesk
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
_TEXT = "#richtext-body"
# What a browser sends while a page goes is 64 KB at most.
_LONG = "<p>" + "</p><p>".join(["Chợ họp từ sáng sớm, hàng từ các bản đổ về. " * 12] * 80) + "</p>"


@pytest.fixture(params=["firefox", "webkit"])
def secretary(request: pytest.FixtureRequest, desk: OwnDesk, tmp_path: Path) -> Iterator[Hands]:
    if why := missing(request.param):
        pytest.skip(why)
    with opened(request.param, 1366, tmp_path / "browser") as driver:
        hands = Hands(driver)
        hands.goes(f"{desk.url}/dang-nhap")
        driver.add_cookie({"name": cookie_name(), "value": desk.session("secretary"), "path": "/"})
        yield hands


@pytest.mark.parametrize("body", ["<p>Chợ họp từ sáng sớm.</p>", _LONG], ids=["short", "long"])
def test_a_page_that_is_left_amid_a_word_loses_none(desk: OwnDesk, secretary: Hands, body: str) -> None:
    story = desk.article(body=body)
    address = f"{desk.url}/bai/{story}"
    _opens(secretary, address)
    _writes_at_end(secretary, " Câu cuối cùng.")
    until(lambda: "Câu cuối cùng." in _in_browser(secretary), 10, "the browser keeps it")
    secretary.goes(f"{desk.url}/bai")
    _opens(secretary, address)

    def is_there() -> bool:
        for offer in secretary.driver.find_elements(By.XPATH, "//button[.='Mở lại phần ấy']"):
            offer.click()
        return "Câu cuối cùng." in str(secretary.one(_TEXT).text)

    until(is_there, 20, "what was written is there", interval_s=0.5)
    until(lambda: "Câu cuối cùng." in desk.kept("secretary", story), 20, "and at the server")


def test_a_story_is_published_with_its_last_sentence(desk: OwnDesk, secretary: Hands) -> None:
    story = desk.article()
    _opens(secretary, f"{desk.url}/bai/{story}")
    _writes_at_end(secretary, " Câu cuối.")
    secretary.driver.find_element(By.XPATH, "//button[.='Xuất bản ngay']").click()
    until(lambda: desk.state(story)["status"] == "published", 30, "it is published")
    assert "Câu cuối." in desk.state(story)["body"]


def test_a_pictures_caption_is_left_and_its_words_are_the_same_beside_it(desk: OwnDesk, secretary: Hands) -> None:
    url = desk.picture(1)
    figure = f'<figure><img src="{url}" alt="Chợ"><figcaption>Chợ cá.</figcaption></figure>'
    story = desk.article(body=f"<p>Mở đầu.</p>{figure}<p>Kết.</p>", images=[{"url": url, "caption": "Chợ cá."}])
    _opens(secretary, f"{desk.url}/bai/{story}")
    caption = secretary.one(f"{_TEXT} figcaption")
    caption.click()
    # Where the caret is: keys that are sent to an element go to its end.
    keys = ActionChains(secretary.driver)
    keys.send_keys(Keys.END, " Bốn giờ.", Keys.ENTER, "Sau ảnh.").perform()
    secretary.js("document.getElementById('tab-pictures').focus()")
    secretary.driver.switch_to.active_element.send_keys(Keys.ARROW_LEFT, Keys.ARROW_RIGHT)
    secretary.presses(".picture-open")
    field = secretary.one("[name=image_caption]")
    assert field.get_attribute("value") == "Chợ cá. Bốn giờ."
    field.send_keys(" Trời mưa.")
    secretary.presses("#save")
    until(lambda: desk.state(story)["version"] == 2, 20, "it is saved")
    saved = desk.state(story)
    assert "<figcaption>Chợ cá. Bốn giờ. Trời mưa.</figcaption></figure><p>Sau ảnh.</p>" in saved["body"]
    assert saved["images"][0]["caption"] == "Chợ cá. Bốn giờ. Trời mưa."


def _in_browser(hands: Hands) -> str:
    asked = f"const done = arguments[0]; ({ALL_DRAFTS})().then(done, () => done(''))"
    return str(hands.driver.execute_async_script(asked))


def _opens(hands: Hands, address: str) -> None:
    hands.goes(address)
    hands.one("html[data-keeper=ready]")


def _writes_at_end(hands: Hands, words: str) -> None:
    text = hands.one(_TEXT)
    text.click()
    text.send_keys(Keys.CONTROL, Keys.END)
    text.send_keys(words)
