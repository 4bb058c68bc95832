"""How a list of articles is narrowed, as its address and the forms beside it say it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from services.ingest.articles.store.listing import ListFilter
from services.ingest.desk_kit.pages import STATUS_NAMES
from services.ingest.kit.actors import Account
from shared.vietnamese.dates import day_bounds, vietnam_day
from shared.vietnamese.text import one_line

PERIODS = {
    "3-gio": "3 giờ qua",
    "hom-nay": "Hôm nay",
    "hom-qua": "Hôm qua",
    "7-ngay": "7 ngày qua",
    "3-gio-toi": "3 giờ tới",
    "sap-toi": "Từ giờ trở đi",
}
_MOST = {"q": 200, "tac-gia": 200, "noi": 50}
_FLAGS = ("mine", "held", "khan", "chuan-bi")
LIST, BOARD = "/desk/bai", "/desk/bang"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the list is narrowed to, by the names that its address has; "" narrows nothing."""

    fields: dict[str, str]

    @classmethod
    def of(cls, value: Callable[[str], str]) -> "Chosen":
        """From an address or a form; what cannot be meant is left out."""
        meant: dict[str, Callable[[str], bool]] = {
            "status": STATUS_NAMES.__contains__,
            "section": lambda said: said.isascii() and said.isdigit() and len(said) < 10,
            "q": bool,
            "tac-gia": bool,
            "noi": bool,
            **dict.fromkeys(_FLAGS, "1".__eq__),
            "theo": "sua".__eq__,
            "khi": PERIODS.__contains__,
            "tu": _is_day,
            "den": _is_day,
        }
        said = {name: one_line(value(name))[: _MOST.get(name, 20)] for name in meant}
        return cls({name: said[name] if fits(said[name]) else "" for name, fits in meant.items()})

    def address(self, page: str = LIST, **changes: str | int) -> str:
        """Of the list or another page that is narrowed alike, with some of it changed."""
        asked = urlencode({name: value for name, value in {**self.fields, **changes}.items() if value})
        return page + (f"?{asked}" if asked else "")

    def without_status(self) -> "Chosen":
        """For what shows each status apart."""
        return Chosen({**self.fields, "status": ""})

    def kept(self) -> dict[str, str]:
        """What narrows: how a filter is kept."""
        return {name: value for name, value in self.fields.items() if value}

    def again(self, kept: dict[str, str]) -> "Chosen":
        """One that was kept."""
        return Chosen.of(lambda name: kept.get(name, ""))

    def filter(self, who: Account, now: datetime) -> ListFilter:
        said = self.fields
        since, before = self._bounds(now)
        return ListFilter(
            statuses=(said["status"],) if said["status"] else (),
            section_ids=(int(said["section"]),) if said["section"] else (),
            owner=who.actor_name if said["mine"] else "",
            held_by=who.actor_name if said["held"] else "",
            title=said["q"],
            is_prepared=bool(said["chuan-bi"]),
            urgent=bool(said["khan"]),
            dateline=said["noi"],
            author=said["tac-gia"],
            by_change=bool(said["theo"]),
            since=since,
            before=before,
        )

    def _bounds(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """From when to when. Days of the calendar go before "today" and the like."""
        first, last = self.fields["tu"], self.fields["den"]
        if first or last:
            return (
                day_bounds(date.fromisoformat(first))[0] if first else None,
                day_bounds(date.fromisoformat(last))[1] if last else None,
            )
        today = day_bounds(vietnam_day(now))
        day, watch = timedelta(days=1), timedelta(hours=3)
        return {
            "": (None, None),
            "3-gio": (now - watch, now),
            "3-gio-toi": (now, now + watch),
            "hom-nay": today,
            "hom-qua": (today[0] - day, today[0]),
            "7-ngay": (today[0] - 6 * day, today[1]),
            "sap-toi": (now, None),
        }[self.fields["khi"]]


def _is_day(words: str) -> bool:
    try:
        # Some days of margin: a day has bounds in another zone.
        return 1900 < date.fromisoformat(words).year < 9000
    except ValueError:
        return False
