"""A passkey from a device to the desk: added, used to come in and to show that it is oneself, dropped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.own_desk import OwnDesk, own_desk
from tests.servers import free_port


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnDesk]:
    """One that is reached by a name: browsers keep no passkeys for bare addresses."""
    port = free_port()
    monkeypatch.setenv("TOASOAN_INGEST_URL", f"http://localhost:{port}")
    with own_desk(tmp_path / "desk", port=port) as made:
        made.url = f"{os.environ['TOASOAN_INGEST_URL']}/desk"
        yield made


def device(page: Page, *, verifies: bool = True) -> None:
    """A telephone or computer that keeps passkeys is there; its owner lays a finger on it, or somebody else does."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": verifies}})
    assert made["authenticatorId"]


def test_a_passkey_from_the_first_finger_to_the_last(desk: OwnDesk, context: BrowserContext) -> None:
    context.set_default_timeout(30_000)
    desk.sign_in(context, "secretary")
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page = context.new_page()
    device(page)
    page.goto(f"{desk.url}/tai-khoan")
    page.get_by_label("Tên, để nhận ra về sau").fill("Máy ở tòa soạn")
    page.get_by_role("button", name="Thêm khóa truy cập").click()
    expect(page.get_by_text("Máy ở tòa soạn, thêm lúc")).to_contain_text("chưa dùng")

    page.get_by_role("button", name="Đăng xuất").click()
    page.goto(f"{desk.url}/so-lieu")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    page.wait_for_url(f"{desk.url}/so-lieu")
    page.goto(f"{desk.url}/xac-nhan?tiep=/desk/tai-khoan")
    page.get_by_role("button", name="Dùng khóa truy cập").click()
    expect(page.get_by_text("Máy ở tòa soạn, thêm lúc")).to_contain_text("dùng lần cuối")
    assert said == []

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Bỏ", exact=True).click()
    expect(page.get_by_text("Đã bỏ khóa truy cập")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").click()
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page.get_by_text("Khóa truy cập này không vào được")).to_be_visible()


def test_without_a_finger_nobody_comes_in_and_the_password_is_still_there(
    desk: OwnDesk, context: BrowserContext
) -> None:
    page = context.new_page()
    device(page, verifies=False)
    page.goto(f"{desk.url}/dang-nhap")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page.get_by_text("Bạn chưa dùng khóa nào")).to_be_visible()
    expect(page.get_by_label("Mật khẩu")).to_be_editable()
