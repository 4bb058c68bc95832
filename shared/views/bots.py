"""Which user agents are robots: those that name themselves, that a maintained list knows, or that say nothing.

What a phone's model is called says nothing about who holds it ("CUBOT X50", "Build/AP3A.240617.008"), so it is left
out. And the list (crawler-user-agents) is no verdict about devices: most of its 1,500 entries know a robot under its
own name alone ("Viber" fetches previews), which another agent may hold as the name of an app in which people read. Of
an agent that names a device only those entries are believed that know robots in such a disguise.
"""

import re
from functools import lru_cache
from typing import NamedTuple, TypedDict

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

AGENT_CHARS = 512
"""Longer agents are cut: the rest never tells more, and a cache entry stays small."""

# What robots call themselves, and where whoever minds them is met. (Kodi and an old Internet Explorer name makers.)
_NAMES_ITSELF = re.compile(
    r"(?<![Cc]u)(?<!CU)(?:[Bb]ots?(?![a-z])|BOT(?![A-Za-z]))"
    r"|(?i:spider|crawl|fetch|preview|scrape|scraping|headless|prerender|slurp|mailto:|\+ ?(?:https?:|www\.)"
    r"|https?://(?!www\.xbmc\.org|bsalsa\.com|podbean\.com))"
    # The engine's own comment holds nothing else in any browser, and none has a second one that calls it compatible.
    r"|KHTML, like Gecko\)?; ?|(?:Safari/[0-9.]{1,20}|Firefox/[0-9.]{1,20}|Gecko\)) \(compatible; |\bGoogle-"
)
_VERSIONED = re.compile(r"(?i:(?<!cu)bot|spider|crawler)/[0-9]")
"""Even where a phone's model stands."""
# Said of what names no device: no reader's browser is a scanner, or nothing but a name that calls itself compatible.
_TOOL = re.compile(
    r"(?i:scan|scrap|monitor|check|probe|pars(?:er|ing)|validat|archiv|analy[sz]|audit|research|uptime|inspect|screenshot|snippet"
    r"|survey)|^Mozilla/5\.0 ?\(compatible; [A-Za-z][\w.-]*/v?[0-9][^()]*\)$"
)
_DEVICE = re.compile(
    r"Android|iP(?:hone|ad|od)|Windows|Macintosh|Mac OS|X11|CrOS|Tizen|Web0S|webOS|KAIOS|SMART-TV|PlayStation|Nintendo"
    r"|Symbian|BlackBerry"
)
_MODEL = re.compile(r"(Android[^;()]{0,20}; ?(?:[A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?; ?)?)[^;()]{1,100}")
"""A phone's model and build, after Android's version and an old browser's language."""
# Browsers, and a phone's app, that the list takes for the programs that drive them.
_READ_IN = {r"MetaIAB Facebook", r"Fluid", r"Code\/1\.", r"Trae\/"}
# Clients of programmers that the list leaves out; the texts occur in no browser.
_MORE = ("python-httpx", "httpx2/", "Go-http-client", "HeadlessChrome", "PhantomJS", "Playwright", "okhttp/")
_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")


class _Patterns(NamedTuple):
    """Nearly all patterns of the list are plain texts; looked for as texts they take a sixth of the time."""

    plain: tuple[str, ...]
    expression: "re.Pattern[str]"

    def found_in(self, text: str) -> bool:
        return any(part in text and _begins_word(part, text) for part in self.plain) or bool(
            self.expression.search(text)
        )


def _begins_word(part: str, text: str) -> bool:
    """Whether `part` stands in `text` as more than the end of another name."""
    at = text.find(part)
    while at > 0 and text[at - 1].isalnum() and part[0].isalnum():
        at = text.find(part, at + 1)
    return at >= 0


def _split(patterns: list[str]) -> _Patterns:
    plain, expressions = [], []
    for pattern in patterns:
        # An escaped mark is the mark itself; any mark left after that has a meaning.
        if _SPECIAL.search(_ESCAPED.sub("", pattern)):
            expressions.append(pattern)
        else:
            plain.append(_ESCAPED.sub(r"\1", pattern))
    return _Patterns(tuple(sorted(set(plain))), re.compile("|".join(f"(?:{expression})" for expression in expressions)))


class _Entry(TypedDict):
    pattern: str
    instances: list[str]


def _disguised(entry: _Entry) -> bool:
    """The list knows this robot behind a device's agent."""
    return any(_DEVICE.search(agent) and not _NAMES_ITSELF.search(agent) for agent in entry["instances"])


_LISTED: list[_Entry] = [entry for entry in CRAWLER_USER_AGENTS_DATA if entry["pattern"] not in _READ_IN]
_ANY = _split([entry["pattern"] for entry in _LISTED] + list(_MORE))
_DISGUISED = _split([entry["pattern"] for entry in _LISTED if _disguised(entry)] + list(_MORE))


@lru_cache(maxsize=20_000)
def _is_bot(agent: str) -> bool:
    said = _MODEL.sub(r"\1", agent)
    if _NAMES_ITSELF.search(said) or _VERSIONED.search(agent):
        return True
    if _DEVICE.search(said):
        return _DISGUISED.found_in(said)
    return _TOOL.search(said) is not None or _ANY.found_in(said)


def is_bot(agent: str) -> bool:
    """Whether a User-Agent names a robot, or names nothing."""
    agent = agent[:AGENT_CHARS]
    return not agent.strip() or _is_bot(agent)
