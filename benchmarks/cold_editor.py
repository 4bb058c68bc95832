"""How long a story's form takes until one can write in it, in a browser that has nothing of it yet.

`python -m benchmarks.cold_editor [TIMES]` opens it on 400 kbit/s with 400 ms there and back, as Chromium imitates that,
and prints for each time the seconds until the editor is open, what came over the line, and the machine's load.
"""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import READER, chromium
from tests.browser.own_desk import OwnDesk, own_desk, text_of

_LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
_WATCH = """new MutationObserver(() => {
    if (document.documentElement.dataset.editor) window.openedAt ??= performance.now();
}).observe(document, { attributes: true, subtree: true });"""


def _once(desk: OwnDesk, browser: Browser, story: int) -> None:
    context = browser.new_context(user_agent=READER, locale="vi-VN")
    desk.sign_in(context, "secretary")
    page = context.new_page()
    line = context.new_cdp_session(page)
    came: list[int] = []
    line.on("Network.loadingFinished", lambda told: came.append(told["encodedDataLength"]))
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", _LINE)
    page.add_init_script(_WATCH)
    page.goto(f"{desk.url}/bai/{story}", timeout=60_000)
    text_of(page)
    opened = page.evaluate("openedAt") / 1000
    print(f"{opened:.2f} s, {sum(came) / 1000:.0f} KB, load {os.getloadavg()[0]:.1f}")
    context.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, own_desk(Path(folder) / "desk") as desk, chromium() as browser:
        story = desk.article(body="<p>Chợ họp từ sáng sớm.</p>" * 20)
        for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5):
            _once(desk, browser, story)


if __name__ == "__main__":
    main()
