"""The form by which readers tell the newsroom of something, with photos."""

from services.web.page import Page, Site
from services.web.pages.frame import Head, page
from shared.contracts.from_readers import TIP_DAYS, TIP_PHOTO_BYTES, TIP_PHOTOS

PATH = "/gui-tin"
_NAME = "Gửi tin cho tòa soạn"


def form(site: Site) -> Page:
    return filled(site)


def filled(site: Site, problems: tuple[str, ...] = (), name: str = "", contact: str = "", text: str = "") -> Page:
    """With what was typed, and above it what is wrong (422)."""
    head = Head(
        title=f"{_NAME} - {site.settings.site_name}",
        description=f"Gửi tin, ảnh, việc cần phản ánh tới {site.settings.site_name}.",
        canonical=PATH,
    )
    return page(
        site,
        "tip",
        "tip.html",
        head,
        name=_NAME,
        trail=[("Trang chủ", "/"), (_NAME, PATH)],
        problems=problems,
        typed={"name": name, "contact": contact, "text": text},
        photos=TIP_PHOTOS,
        photo_megabytes=TIP_PHOTO_BYTES // 1_000_000,
        days=TIP_DAYS,
        status=422 if problems else 200,
    )
