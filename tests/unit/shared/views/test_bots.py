"""Which agents are robots: all that say so, and none of some ten thousands that readers use."""

import re
import time
from functools import cache
from importlib.resources import files

import pytest
import yaml_rs
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from shared.views.bots import is_bot

_ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-A536E Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"

READERS = {
    "chrome": f"{_WINDOWS} Chrome/131.0.0.0 Safari/537.36",
    "edge": f"{_WINDOWS} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51",
    "opera": f"{_WINDOWS} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "safari": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 "
    "Safari/605.1.15",
    "coc coc": f"{_WINDOWS} coc_coc_browser/131.0.212 Chrome/125.0.6422.212 Safari/537.36",
    "coc coc phone": "Mozilla/5.0 (Linux; Android 12; CPH2239) AppleWebKit/537.36 (KHTML, like Gecko) "
    "coc_coc_browser/116.0.192 Mobile Chrome/110.0.5481.192 Mobile Safari/537.36",
    "zalo android": f"{_ANDROID} Version/4.0 Chrome/120.0.6099.210 Mobile Safari/537.36 Zalo android/12100642 "
    "ZaloTheme/light ZaloLanguage/vi",
    "zalo ios": f"{_IPHONE} Mobile/15E148 Zalo iOS/552 ZaloTheme/light ZaloLanguage/vn",
    "zalo pc": f"{_WINDOWS} ZaloPC/24.1.5 Chrome/108.0.5359.215 Electron/22.3.27 Safari/537.36",
    "facebook android": f"{_ANDROID} Version/4.0 Chrome/120.0.6099.230 Mobile Safari/537.36 "
    "[FB_IAB/FB4A;FBAV/446.0.0.24.115;IABMV/1;]",
    "facebook ios": f"{_IPHONE} Mobile/21C62 [FBAN/FBIOS;FBAV/446.0.0.33.108;FBBV/553437293;FBDV/iPhone14,5;"
    "FBMD/iPhone;FBSN/iOS;FBSV/17.2;FBSS/3;FBID/phone;FBLC/vi_VN;FBOP/5;FBRV/556160022]",
    "messenger": f"{_IPHONE} Mobile/15E148 [FBAN/MessengerLiteForiOS;FBAV/436.0.0.29.109;FBDV/iPhone13,2;FBLC/vi]",
    "instagram": f"{_IPHONE} Mobile/15E148 Instagram 312.0.1.19.124 (iPhone14,5; iOS 17_2; vi_VN; vi; scale=3.00)",
    "tiktok android": f"{_ANDROID} Version/4.0 Chrome/120.0.6099.144 Mobile Safari/537.36 trill_2023205030 "
    "JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/trill app_version/32.5.3 ByteLocale/vi-VN "
    "ByteFullLocale/vi-VN Region/VN AppId/1180 Spark/1.4.8.3-bugfix AppVersion/32.5.3 BytedanceWebview/d8a21c6",
    "tiktok ios": f"{_IPHONE} Mobile/15E148 musical_ly_32.5.0 BytedanceWebview/d8a21c6 JsSdk/2.0 NetType/4G "
    "Channel/App Store ByteLocale/vi Region/VN",
    "cubot phone": "Mozilla/5.0 (Linux; Android 11; CUBOT X50) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0.6045.163 Mobile Safari/537.36",
    "samsung": "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
    "uc": "Mozilla/5.0 (Linux; U; Android 10; vi-VN; SM-A107F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/100.0.4896.58 UCBrowser/13.5.0.1313 Mobile Safari/537.36",
    "opera mini": "Opera/9.80 (Android; Opera Mini/76.0.2254/191.283; U; vi) Presto/2.12.423 Version/12.16",
    "mi browser": "Mozilla/5.0 (Linux; U; Android 12; vi-vn; Redmi Note 11 Build/SKQ1) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.10.0-gn",
    "old windows": "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
    "smart tv": "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) "
    "Version/6.0 TV Safari/538.1",
    "duckduckgo": f"{_IPHONE} Version/17.2 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "facebook's new name": f"{_IPHONE} Mobile/22G100 Safari/604.1 MetaIAB Facebook",
    "instagram's new name": f"{_ANDROID} Version/4.0 Chrome/146.0.7680.174 Mobile Safari/537.36 MetaIAB Instagram",
    "viber": f"{_ANDROID} Version/4.0 Chrome/66.0.3359.158 Safari/537.36 Viber/11.9.5.8",
    "a build that the list holds against one crawler": "Mozilla/5.0 (Linux; Android 15; CPH2725 "
    "Build/AP3A.240617.008; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0.7204.179 "
    "Mobile Safari/537.36",
    "a phone called spider": "Mozilla/5.0 (Linux; Android 13; Spider 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0.0.0 Mobile Safari/537.36",
    "a phone with a language before its name": "Mozilla/5.0 (Linux; U; Android 4.1.1; vi-vn; CUBOT ONE Build/JOP40D) "
    "AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
    "sogou on a phone": f"{_ANDROID} Version/4.0 Chrome/80.0.3987.132 Safari/537.36 SogouMSE,SogouMobileBrowser/6.1.5",
    "telegram": f"{_ANDROID} Chrome/131.0.0.0 Mobile Safari/537.36 "
    "Telegram-Android/11.5.3 (Samsung SM-A536E; Android 13; SDK 33)",
    "line": f"{_IPHONE} Version/17.2 Mobile/15E148 Safari/604.1 Line/14.1.0",
    "google app": f"{_IPHONE} GSA/300.0.598994205 Mobile/15E148 Safari/604.1",
    "pinterest": f"{_IPHONE} Mobile/15E148 [Pinterest/iOS]",
    "linkedin": f"{_ANDROID} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 [LinkedInApp]/4.1.1012",
    "snapchat": f"{_IPHONE} Mobile/15E148 Snapchat/12.66.0.35 (like Safari/8617.1.17, panda)",
    "twitter": f"{_IPHONE} Mobile/21C62 Twitter for iPhone/10.20",
    "threads": f"{_ANDROID} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 "
    "Barcelona 350.0.0.34.109 Android (33/13; 420dpi)",
}

# Of matomo's fixtures: what people read with, and in it what only programmers and tests of pages use.
_OTHER_FIXTURES = {"bots", "feed_reader", "mediaplayer", "podcasting", "unknown"}
_PROGRAMS = re.compile(r"|Wget/.*|okhttp/.*|.* PTST/.*")
_SAYS_SO = re.compile(r"bot|spider|crawl|fetch|preview|https?://", re.I)


@cache
def _fixtures() -> dict[str, list[str]]:
    """Agents by what matomo calls them ("smartphone-3", "tv", "bots")."""
    found = {}
    for file in (files("device_detector") / "tests/fixtures/upstream").iterdir():
        if file.name.endswith(".yml"):
            entries = yaml_rs.loads(file.read_text("utf-8"))
            assert isinstance(entries, list)
            found[file.name.removesuffix(".yml")] = [str(entry["user_agent"]) for entry in entries]
    return found


def _listed() -> list[str]:
    return [agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry["instances"]]


def test_no_phone_tablet_television_or_browser_is_a_robot() -> None:
    readers = [agent for kind, agents in _fixtures().items() if kind not in _OTHER_FIXTURES for agent in agents]

    assert len(readers) > 30_000
    assert [agent for agent in readers if is_bot(agent) and not _PROGRAMS.fullmatch(agent)] == []


@pytest.mark.parametrize("source", ["matomo", "crawler-user-agents"])
def test_what_says_that_it_is_a_robot_is_one(source: str) -> None:
    robots = [agent for agent in (_fixtures()["bots"] if source == "matomo" else _listed()) if _SAYS_SO.search(agent)]

    assert len(robots) > 900
    assert [agent for agent in robots if not is_bot(agent)] == []


def test_the_list_is_believed_but_for_what_people_read_with() -> None:
    taken_for_robots = re.compile("AP3A|MetaIAB Facebook|Code/1|Trae/|Fluid/")

    assert [agent for agent in _listed() if not is_bot(agent) and not taken_for_robots.search(agent)] == []


@pytest.mark.parametrize("agent", READERS.values(), ids=READERS)
def test_readers_are_not_robots(agent: str) -> None:
    assert not is_bot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "   ",
        "curl/8.5.0",
        "Wget/1.21",
        "python-requests/2.32",
        "python-httpx/0.27",
        "Go-http-client/2.0",
        f"{_WINDOWS} HeadlessChrome/131.0.0.0 Safari/537.36",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; "
        "Bytespider; spider-feedback@bytedance.com)",
        "Viber",
        "WhatsApp/2.12.15/i",
        "Mozilla/5.0 (compatible; SiteOne-Crawler/1.0.7)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-Browser/1.0; +https://openai.com/bot)",
        f"{_WINDOWS} Chrome/84.0.4147.89 Safari/537.36 MicroAdBot/1.1",
        # The engine's comment holds a name that does not call itself anything.
        "Mozilla/5.0 (Linux; Android 4.0.4; Galaxy Nexus Build/IMM76B) AppleWebKit/537.36 (KHTML, like Gecko; "
        "GoogleAdSenseInfeed) Chrome/102.0.5005.61 Mobile Safari/537.36",
        f"{_WINDOWS} Chrome/131.0.0.0 Safari/537.36 (compatible; Seitenpruefer; mailto:web@seite.example)",
        "Mozilla/5.0 (Linux; Android 9; NewsFetcher/2.0) AppleWebKit/537.36 (KHTML, like Gecko) Link-Preview/1.0",
        # Even where a phone's name stands.
        "Mozilla/5.0 (Linux; Android 9; examplebot/2.0) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/119.0.0.0 Mobile Safari/537.36",
    ],
)
def test_robots_are_robots(agent: str) -> None:
    assert is_bot(agent)


def test_an_endless_agent_costs_no_more_than_a_long_one() -> None:
    began = time.perf_counter()
    for number in range(20):
        is_bot(f"Mozilla {number} " + "a" * 100_000)

    assert time.perf_counter() - began < 1.0
