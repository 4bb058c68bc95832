"""Where addresses lead at which nothing of ours stands: those of a former site, and ours in another form.

Whatever an article, a rule of the newsroom or a known form says, a reader is only led to a page that is there, and what
is there is never led elsewhere: so there is no way round in a circle.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from services.web.address_uses import AddressUses
from services.web.cache import PageCache
from services.web.former_forms import ON_THE_FRONT_PAGE, guesses
from services.web.page import Gone, Missing, Moved, Site
from services.web.pagemaking import PageMaker
from services.web.routes import resolve
from shared.address_rules import Pattern, patterns
from shared.contracts.addresses import old_path
from shared.contracts.former_addresses import Former, former, picture_key

ARTICLES, FORMS = "articles", "forms"
_SEARCH, _MEDIA = "/tim-kiem?", "/media/"
_MOST_TRIED = 6


@dataclass(frozen=True, slots=True)
class _Lead:
    """`by` is a rule's id, ARTICLES or FORMS; `whole`: only if the page has this very address."""

    by: str
    target: str
    whole: bool = False


class FormerAddresses:
    """One process's; counts whom it led and whom not."""

    def __init__(self, pages: PageCache, maker: PageMaker) -> None:
        self._pages = pages
        self._maker = maker
        self._rules: tuple[int, tuple[Pattern, ...]] = (-1, ())
        self.uses = AddressUses()

    async def article(self, url: str) -> str | None:
        """Where the article stands that had an address elsewhere. Raises PageUnavailable."""
        asked = former(url)
        found = await self._work(lambda site: _article(site, asked, url)) if asked else None
        if found:
            self.uses.led(ARTICLES)
        return found

    async def elsewhere(self, url: str, *, known_form: bool = False) -> str | None:
        """Where an address leads, None for nowhere. `known_form`: it can be nothing but one of ours, whose page is not
        there. Raises PageUnavailable."""
        asked = former(url)
        if asked is None:
            return None
        # The front page, unless another system shows something else there.
        if not asked.segments and _path(url) in ("", "/") and ON_THE_FRONT_PAGE.isdisjoint(dict(asked.parameters)):
            return None
        for lead in await self._work(lambda site: self._leads(site, asked, url, known_form)):
            if target := await self._standing(lead):
                self.uses.led(lead.by)
                return target
        return None

    def lost(self, url: str) -> None:
        """Somebody who reads asked in vain."""
        if asked := former(url):
            query = "&".join(f"{name}={value}" for name, value in asked.parameters)
            self.uses.lost(asked.path + (f"?{query}" if query else ""))

    def _leads(self, site: Site, asked: Former, url: str, known_form: bool) -> list[_Lead]:
        """In a thread: what may be meant, the surest first."""
        key = picture_key(url)
        if found := site.read.former_picture(key) if key else _article(site, asked, url):
            return [_Lead(ARTICLES, found)]
        if fresh := site.read.address_rules(self._rules[0]):
            self._rules = (fresh[0], patterns(fresh[1]))
        leads = [_Lead(str(rule.id), target) for rule in self._rules[1] if (target := rule.leads(asked)) is not None]
        # Our own address in another form: in capitals, with ".html" or "/amp" behind it.
        own = [path for path in dict.fromkeys((asked.path, asked.key)) if path and path != _path(url)]
        leads += [_Lead(FORMS, path, whole=True) for path in own if asked.segments]
        if not known_form:
            leads += [_Lead(FORMS, guess) for guess in guesses(asked, site.read)]
        if not asked.segments and _path(url) not in ("", "/"):
            leads.append(_Lead(FORMS, "/"))
        return leads[:_MOST_TRIED]

    async def _standing(self, lead: _Lead) -> str | None:
        """The address of the page that stands where it leads."""
        if lead.target.startswith((_SEARCH, _MEDIA)):
            return lead.target
        address = resolve(lead.target, "")
        if address is None:
            return None
        try:
            await self._pages.entry(address)
        except Moved as moved:
            return None if lead.whole else moved.path
        except (Missing, Gone):
            return None
        return address.key

    async def _work(self, work: Callable[[Site], Any]) -> Any:
        return await asyncio.to_thread(self._maker.with_site, work)


def _article(site: Site, asked: Former, url: str) -> str | None:
    spelled = dict.fromkeys((old_path(url), *asked.keys))
    return site.read.path_of_former([one for one in spelled if one])


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)
