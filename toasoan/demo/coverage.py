"""The demo paper's live coverage: on the first start it plays by itself, entry after entry, then it is closed.

coverage.txt has the entries, each a line `title | byline | mark` and its text.
"""

import html
from pathlib import Path
from time import sleep
from typing import Any

from toasoan.demo.api import DemoApi

PAUSE_S = 12.0
_FILE = Path(__file__).with_suffix(".txt")
_NAME = "demo-truc-tiep-nuoc-rut"
_STORY = {
    "external_id": _NAME,
    "status": "published",
    "live": True,
    "title": "Nước suối rút dần, Mường Sương mở lại đường qua đèo Mây Cài",
    "summary": "Từng giờ ở năm xã sau đợt mưa lớn: mực nước, đường, trường học và bữa cơm của 34 hộ phải rời nhà.",
    "body": "<p>Phóng viên có mặt ở Pú Xôm, Tà Ngân và thị trấn Sương Khê, ghi lại ngày đầu tiên tạnh mưa.</p>",
    "section": "Thời sự",
    "dateline": "BM",
    "byline": "Nhóm phóng viên thời sự",
    "tags": ["Thời tiết", "Tường thuật trực tiếp"],
}


def play(ingest_url: str, key: str, pause_s: float) -> None:
    """Write what is not written yet, `pause_s` seconds before each entry, and close it. Once it was closed, or whoever
    sits at the desk took it away, nothing is done. Raises OSError when the API refuses something."""
    api = DemoApi(ingest_url, key)
    article = api.articles().get(_NAME) or int(api.call("POST", "/api/articles", _STORY)["id"])
    path = f"/api/articles/{article}"
    for number, entry in enumerate(entries()):
        sleep(pause_s)
        if not _is_open(api, path):
            return
        api.call("POST", f"{path}/live-entries", {"external_id": f"{_NAME}-{number}", "status": "published"} | entry)
    sleep(pause_s)
    if _is_open(api, path):
        api.call("POST", f"{path}/live-close")


def entries() -> list[dict[str, Any]]:
    """What is written, in its order."""
    return [_entry(*part.split("\n", 1)) for part in _FILE.read_text("utf-8").strip().split("\n\n")]


def _entry(head: str, text: str) -> dict[str, Any]:
    title, byline, mark = (words.strip() for words in head.split("|"))
    marks = {"pinned": mark == "ghim", "key_event": mark == "diễn biến chính"}
    return {"title": title, "byline": byline, "body": f"<p>{html.escape(text, quote=False)}</p>", **marks}


def _is_open(api: DemoApi, path: str) -> bool:
    now = api.call("GET", path)
    return bool(now["live"] and now["status"] == "published")
