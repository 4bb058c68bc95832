"""`make lighthouse`: Lighthouse, as on a slow telephone, on the readers' pages of a house with the demo paper; then how
long readers wait on slower networks, and for the answer to a touch.

Prints a table and ends with 1 where something falls short. TOASOAN_SITE_URL names a house that runs already, an
argument how often each page is measured (3): the best run counts, since other work on the machine only makes worse;
kinds of pages after it leave out all others.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.chromium import ARGUMENTS, EXECUTABLE, chromium
from tests.browser.lighthouse.budgets import (
    MAX_SLOW_3G_SECONDS,
    MAX_SLOW_4G_SECONDS,
    MAX_TOUCH_MS,
    SLOW_3G,
    largest_paint,
    longest_touch,
)
from tests.browser.node import modules
from tests.browser.screenshots import addresses, demo_site

WANTED = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
KINDS = ("home", "article", "section", "search", "long", "live")
# A long form is waited for by its picture across the window, which slow networks bring late.
WAITED_FOR = (
    "home",
    "article",
    "section",
    "search",
    "live",
    "photo",
    "video",
    "most-read",
    "tag",
    "author",
    "archive",
    "feeds",
)
MAX_SCRIPT_BYTES = 6 * 1024
# Those with story blocks, or with entries that come by themselves, have a script and a style sheet more.
MORE_SCRIPT_BYTES = 3 * 1024
WITH_MORE = ("long", "live")
MAX_BARE_ARTICLE_BYTES = 40 * 1024
_TRIES = 4


def report(program: Path, url: str, *options: str) -> dict[str, Any]:
    """What Lighthouse says of an address, on its slow telephone."""
    command = [str(program), url, "--quiet", "--output=json", f"--chrome-flags={' '.join(ARGUMENTS)} --headless"]
    environment = {**os.environ, "CHROME_PATH": str(EXECUTABLE)}
    for _ in range(_TRIES):
        done = subprocess.run(
            [*command, *options], env=environment, capture_output=True, text=True, timeout=180, check=False
        )
        # Chromium sometimes begins its trace after the page: Lighthouse asks to be run again.
        if "NO_NAVSTART" not in done.stderr:
            break
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def scores(said: dict[str, Any]) -> dict[str, int]:
    """Category → 0 to 100."""
    return {name: round(100 * (said["categories"][name]["score"] or 0)) for name in WANTED}


def measure(program: Path, kind: str, url: str, times: int) -> tuple[str, list[str]]:
    """(a row of the table, what falls short)."""
    # Searches are kept out of search engines on purpose (robots.txt, noindex).
    options = ["--skip-audits=is-crawlable"] if kind == "search" else []
    runs = [report(program, url, *options) for _ in range(times)]
    said = max(runs, key=lambda one: one["categories"]["performance"]["score"] or 0)
    audits, found = said["audits"], scores(said)
    requests = audits["network-requests"]["details"]["items"]
    size = {
        type_: sum(one["transferSize"] for one in requests if one["resourceType"] == type_)
        for type_ in ("Document", "Stylesheet", "Script", "Font", "Image")
    }
    bare = sum(size.values()) - size["Image"]
    styles = sum(one["resourceType"] == "Stylesheet" for one in requests)
    shift = audits["cumulative-layout-shift"]["numericValue"]
    short = [f"{name} {found[name]}, not {wanted}" for name, wanted in WANTED.items() if found[name] < wanted]
    short += [
        f"{one['title']}: {one.get('displayValue', '')}"
        for name in WANTED
        if found[name] < WANTED[name]
        for one in (audits[each["id"]] for each in said["categories"][name]["auditRefs"] if each["weight"])
        if one["score"] is not None and one["score"] < 1
    ]
    if shift > 0:
        short.append(f"layout shift {shift:.3f}")
    more = kind in WITH_MORE
    if size["Script"] > MAX_SCRIPT_BYTES + more * MORE_SCRIPT_BYTES:
        short.append(f"{size['Script']:,} bytes of script")
    if kind == "article" and bare > MAX_BARE_ARTICLE_BYTES:
        short.append(f"{bare:,} bytes without pictures")
    if styles > 1 + more:
        short.append(f"{styles} style sheets")
    figures = [
        *(str(found[name]) for name in WANTED),
        *(
            f"{audits[name]['numericValue'] / 1000:.1f} s"
            for name in ("first-contentful-paint", "largest-contentful-paint")
        ),
        f"{audits['total-blocking-time']['numericValue']:.0f} ms",
        f"{shift:.3f}".rstrip("0").rstrip("."),
        f"{bare / 1024:.1f} KB",
        f"{size['Script'] / 1024:.1f} KB",
    ]
    return f"| {kind} | {' | '.join(figures)} |", [f"{kind}: {one}" for one in short]


def wait(program: Path, browser: Browser, kind: str, url: str, times: int) -> tuple[str, list[str]]:
    """(a row of the second table, what takes too long); the best of some runs."""
    fast = min(largest_paint(report(program, url, "--only-categories=performance")) for _ in range(times))
    slow = min(largest_paint(report(program, url, *SLOW_3G)) for _ in range(times))
    touch = min(longest_touch(browser, url) for _ in range(times))
    budgets = (
        (fast, MAX_SLOW_4G_SECONDS, "s on slow 4G"),
        (slow, MAX_SLOW_3G_SECONDS, "s on slow 3G"),
        (touch, MAX_TOUCH_MS, "ms for a touch"),
    )
    row = f"| {kind} | {fast:.1f} s | {slow:.1f} s | {touch:.0f} ms |"
    return row, [f"{kind}: {found:.1f} {what}, not {most:g}" for found, most, what in budgets if found > most]


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    wanted = set(sys.argv[2:]) or {*KINDS, *WAITED_FOR}
    if EXECUTABLE is None:
        print("Chromium is not installed.", file=sys.stderr)
        return 1
    program = modules(Path(__file__).parent, timeout_s=300) / ".bin" / "lighthouse"
    short: list[str] = []
    print(
        "| page | performance | accessibility | best practices | SEO | first paint | largest paint | blocked "
        "| layout shift | without pictures | script |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    with demo_site() as site:
        found = addresses(site)
        for kind in (one for one in KINDS if one in wanted):
            row, faults = measure(program, kind, site + found[kind], times)
            print(row, flush=True)
            short += faults
        print("\n| page | largest paint, slow 4G | slow 3G | slowest touch |\n|---|---|---|---|")
        with chromium() as browser:
            for kind in (one for one in WAITED_FOR if one in wanted):
                row, faults = wait(program, browser, kind, site + found[kind], times)
                print(row, flush=True)
                short += faults
    print("", *short, sep="\n")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
