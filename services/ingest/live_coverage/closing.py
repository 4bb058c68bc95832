"""What a live coverage becomes when it ends: the body of an ordinary article, its entries in their order."""

import html
from collections.abc import Sequence
from typing import Any

from shared.vietnamese.dates import clock_time, short_date, vietnam_day


def as_body(body: str, entries: Sequence[Any]) -> str:
    """An article's clean body with these entries (title, body, byline, correction, published_at) behind it."""
    days = {vietnam_day(entry.published_at) for entry in entries}
    return "".join([body, *(_entry(entry, with_day=len(days) > 1) for entry in entries)])


def _entry(entry: Any, *, with_day: bool) -> str:
    at = clock_time(entry.published_at)
    if with_day:
        at = f"{at} {short_date(entry.published_at)}"
    parts = [f"<h2>{at}{f' - {_escaped(entry.title)}' if entry.title else ''}</h2>", entry.body]
    if entry.correction:
        parts.append(f"<p><em>Đã sửa: {_escaped(' '.join(entry.correction.split()))}</em></p>")
    if entry.byline:
        parts.append(f"<p><em>{_escaped(entry.byline)}</em></p>")
    return "".join(parts)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
