"""What a live coverage becomes when it ends: the body of an ordinary article, its entries in their order."""

import html
from collections.abc import Sequence
from datetime import datetime

from services.ingest.live_coverage.tables import LiveEntryRow
from shared.vietnamese.dates import clock_time, short_date, vietnam_day


def as_body(body: str, entries: Sequence[LiveEntryRow]) -> str:
    """An article's clean body with these entries behind it, all of which are public."""
    public = [(entry.published_at, entry) for entry in entries if entry.published_at]
    days = {vietnam_day(since) for since, _ in public}
    return "".join([body, *(_entry(since, entry, with_day=len(days) > 1) for since, entry in public)])


def _entry(since: datetime, entry: LiveEntryRow, *, with_day: bool) -> str:
    at = clock_time(since)
    if with_day:
        at = f"{at} {short_date(since)}"
    parts = [f"<h2>{at}{f' - {_escaped(entry.title)}' if entry.title else ''}</h2>", entry.body]
    if entry.correction:
        parts.append(f"<p><em>Đã sửa: {_escaped(' '.join(entry.correction.split()))}</em></p>")
    if entry.byline:
        parts.append(f"<p><em>{_escaped(entry.byline)}</em></p>")
    return "".join(parts)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
