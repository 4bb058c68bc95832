"""The inbox in a real browser: its number on every page as things happen, in every window, and how one is called."""

import json
from collections.abc import Mapping

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from services.ingest.articles.store import workflow
from services.ingest.inbox import loop
from services.ingest.inbox.rules import InboxChoice
from services.ingest.inbox.store import browsers, choices
from services.ingest.kit.fetching import Fetcher
from shared.http_client import Answer
from tests.browser.own_desk import HOUSE, OwnDesk, until_at
from tests.contract.ingest.inbox.push_service import PushService
from tests.contract.ingest.outside import LOOPBACK, Outside, outside

__all__ = ["outside"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
expect.set_options(timeout=30_000)


def opened(context: BrowserContext, desk: OwnDesk, path: str) -> Page:
    page = context.new_page()
    page.goto(f"{desk.url}{path}")
    return page


def send_back(desk: OwnDesk, title: str) -> int:
    story = desk.article(by="reporter", title=title)
    workflow.move(desk.store, story, "submitted", HOUSE)
    workflow.move(desk.store, story, "draft", HOUSE, note="Thiếu ảnh")
    # What the relay does within a second; it is no part of this desk.
    loop.work(desk.store)
    return story


def test_the_number_is_on_every_page_and_in_every_window(context: BrowserContext, desk: OwnDesk) -> None:
    desk.sign_in(context, "reporter")
    windows = [opened(context, desk, path) for path in ("/viec", "/bai", "/kho", "/lich", "/bang")]
    send_back(desk, "Họp chợ phiên")
    for page in windows:
        expect(page.locator("#unread")).to_have_text("1 việc mới")
    first, last = windows[0], windows[-1]
    expect(first.get_by_role("listitem").filter(has_text="Họp chợ phiên")).to_contain_text("Thiếu ảnh")
    expect(last.locator("#live")).to_have_text("Bảng tự cập nhật.")
    desk.kill()
    desk.start_again()
    send_back(desk, "Nước lên ở Huế")
    expect(last.locator("#unread")).to_have_text("2 việc mới")
    # The window that listened is closed: another one does.
    first.close()
    send_back(desk, "Giá cá tăng")
    expect(last.locator("#unread")).to_have_text("3 việc mới")
    windows[1].bring_to_front()
    windows[1].locator("#unread a").click()
    windows[1].get_by_role("link", name="Giá cá tăng").click()
    expect(windows[1].get_by_label("Tiêu đề")).to_have_value("Giá cá tăng")
    expect(last.locator("#unread")).to_have_text("2 việc mới")
    windows[1].goto(f"{desk.url}/viec")
    windows[1].get_by_role("button", name="Đánh dấu đã đọc hết").click()
    expect(last.locator("#unread")).to_be_hidden()


def test_a_colleague_is_called_by_a_few_letters(secretary: BrowserContext, desk: OwnDesk) -> None:
    desk.person("reporter")
    page = opened(secretary, desk, f"/bai/{desk.article(title='Họp chợ phiên')}")
    page.get_by_role("tab", name="Trao đổi").click()
    note = page.get_by_label("Ghi chú cho tòa soạn")
    note.press_sequentially("Nhờ @rep")
    people = page.get_by_role("listbox", name="Gọi ai")
    expect(people.get_by_role("option")).to_have_text(["reporter"])
    page.keyboard.press("Enter")
    expect(note).to_have_value("Nhờ @reporter ")
    expect(people).to_be_hidden()
    page.keyboard.type("xem sapo")
    page.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Đã ghi")).to_have_text("Đã ghi, báo cho reporter.")


def test_how_one_is_told_is_chosen_by_keyboard(context: BrowserContext, desk: OwnDesk) -> None:
    desk.sign_in(context, "reporter")
    page = opened(context, desk, "/viec")
    page.get_by_role("link", name="Cách báo cho tôi").press("Enter")
    page.get_by_role("checkbox", name="Bài lên trang").first.press("Space")
    page.get_by_role("checkbox", name="Không báo trong những giờ này").press("Space")
    page.get_by_role("button", name="Lưu").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Đã lưu cách báo.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Bài lên trang").first).to_be_checked()
    expect(page.get_by_role("checkbox", name="Không báo trong những giờ này")).not_to_be_checked()


def test_a_browser_that_was_asked_shows_what_happened_and_leads_to_it(
    context: BrowserContext, desk: OwnDesk, outside: Outside
) -> None:
    desk.sign_in(context, "reporter")
    context.grant_permissions(["notifications"], origin=desk.url.removesuffix("/desk"))
    service = PushService(outside)
    # The browser's maker is out of reach: its push service is one of the test's, behind no TLS.
    context.add_init_script(_SUBSCRIBES % service.subscription)
    page = opened(context, desk, "/viec/cach-bao")
    page.get_by_role("button", name="Bật ở trình duyệt này").click()
    expect(page.locator("#browsers")).to_contain_text("(trình duyệt này)")
    expect(page.get_by_role("button", name="Bật ở trình duyệt này")).to_be_hidden()
    choices.choose(desk.store, desk.person("reporter"), InboxChoice(frozenset(), frozenset({"sent_back"})))
    send_back(desk, "Họp chợ phiên")
    loop.send_push(desk.store, _InPlain(allowed=LOOPBACK))
    (shown,) = service.shown()
    worker = context.new_cdp_session(page)
    worker.on("ServiceWorker.workerRegistrationUpdated", lambda told: registered.extend(told["registrations"]))
    registered: list[dict[str, str]] = []
    worker.send("ServiceWorker.enable")
    until_at(page, lambda: registered, "the browser says which service workers it has")
    whom = {"origin": desk.url.removesuffix("desk"), "registrationId": registered[-1]["registrationId"]}
    worker.send("ServiceWorker.deliverPushMessage", {**whom, "data": json.dumps(shown)})
    until_at(page, lambda: page.evaluate(_NOTICES), "the notice")
    assert page.evaluate(_NOTICES) == [
        ["Bài bị trả lại: Họp chợ phiên", "house@bao.example: Thiếu ảnh", "/desk/viec/1"]
    ]
    page.goto(f"{desk.url}{shown['url'].removeprefix('/desk')}")
    expect(page.get_by_label("Tiêu đề")).to_have_value("Họp chợ phiên")
    expect(page.locator("#unread")).to_be_hidden()
    page.goto(f"{desk.url}/viec/cach-bao")
    page.get_by_role("button", name="Bỏ").click()
    expect(page.get_by_text("Chưa có trình duyệt nào.")).to_be_visible()
    assert page.evaluate("localStorage.subscribed") == "1"
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("button", name="Đăng nhập")).to_be_visible()
    assert page.evaluate("localStorage.subscribed") is None, "the next person here is somebody else"


@pytest.mark.parametrize("way", ["at once", "by the next page"])
def test_a_browser_that_has_another_address_says_so_by_itself(
    context: BrowserContext, desk: OwnDesk, outside: Outside, way: str
) -> None:
    desk.sign_in(context, "reporter")
    context.grant_permissions(["notifications"], origin=desk.url.removesuffix("/desk"))
    before, after = PushService(outside), PushService(outside, "dia-chi-moi")
    context.add_init_script(_SUBSCRIBES % before.subscription)
    page = opened(context, desk, "/viec/cach-bao")
    page.get_by_role("button", name="Bật ở trình duyệt này").click()
    expect(page.locator("#browsers")).to_contain_text("(trình duyệt này)")
    until_at(page, lambda: context.service_workers, "the service worker")
    if way == "at once":
        context.service_workers[0].evaluate(_RENEWED, after.subscription)
    else:
        context.add_init_script(_SUBSCRIBES % after.subscription)
        page.reload()

    def told() -> bool:
        rows = browsers.of(desk.store, desk.person("reporter"))
        return after.endpoint in {row.endpoint for row in rows}

    until_at(page, told, "the desk knows the new address")
    choices.choose(desk.store, desk.person("reporter"), InboxChoice(frozenset(), frozenset({"sent_back"})))
    send_back(desk, "Họp chợ phiên")
    loop.send_push(desk.store, _InPlain(allowed=LOOPBACK))
    assert [one["title"] for one in after.shown()] == ["Bài bị trả lại: Họp chợ phiên"]


class _InPlain(Fetcher):
    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return super().post(url.replace("https:", "http:", 1), body, headers)


_NOTICES = """() => navigator.serviceWorker.getRegistration("/desk/static/push_worker.js")
    .then((one) => one.getNotifications())
    .then((all) => all.map((one) => [one.title, one.body, one.data.url]))"""
# What is untrusted waits for nothing, but the work has begun by then.
_RENEWED = """(given) => {
    const keys = { p256dh: given.browser_key, auth: given.auth };
    const newSubscription = { toJSON: () => ({ endpoint: given.endpoint, keys }) };
    self.dispatchEvent(Object.assign(new ExtendableEvent("pushsubscriptionchange"), { newSubscription }));
}"""
_SUBSCRIBES = """
    const given = %s;
    const made = {
        endpoint: given.endpoint,
        toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.browser_key, auth: given.auth } }),
        unsubscribe: () => { localStorage.removeItem("subscribed"); return Promise.resolve(true); },
    };
    PushManager.prototype.getSubscription = () => Promise.resolve(localStorage.subscribed ? made : null);
    PushManager.prototype.subscribe = ({ userVisibleOnly, applicationServerKey }) => {
        if (!userVisibleOnly || applicationServerKey.length !== 65) return Promise.reject(new TypeError("options"));
        localStorage.subscribed = "1";
        return Promise.resolve(made);
    };
"""
