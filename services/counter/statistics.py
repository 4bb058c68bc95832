"""Answers to editors and ops: who reads what, from where, now and over the days; what was refused."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from statistics import median

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    String,
    cast,
    func,
    literal,
    select,
    union_all,
)

from services.counter import by_hand, retention
from services.counter.hot import SKETCHED_OVER, SLOT_SECONDS, Hot
from services.counter.tables import (
    SITE,
    SPAN_DAYS,
    Buckets,
    article_authors,
    articles,
    daily,
    hourly,
    openings,
    referrers,
    slots,
    spans,
    tallies,
    totals,
    unit_of,
)
from shared.contracts.statistics import (
    ArticleStatistics,
    ArticleStatisticsAnswer,
    LiveNow,
    LiveNowAnswer,
    SiteStatistics,
    SiteStatisticsAnswer,
    ViewAuditAnswer,
    ViewAuditHour,
    ViewedArticle,
    ViewPoint,
    ViewShare,
)
from shared.database import read
from shared.vietnamese.dates import day_number, day_start

ANSWER_SECONDS = 2.0
"""A question that takes longer has no answer: the desk then says so."""
_SHARES = 50
# A spike: so many times the median of the other hours, and no less than so many.
_SPIKE_TIMES = 5.0
_SPIKE_LEAST = 200
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def of_article(source: Engine, query: ArticleStatistics, now: float) -> ArticleStatisticsAnswer:
    """One article's readers."""
    last_day, last_hour = day_number(now), int(now) // 3600
    first_day = last_day - query.days + 1
    with read(source, within=ANSWER_SECONDS) as connection:
        hours = _curve(connection, hourly, query.article_id, last_hour - retention.HOURS_KEPT + 1)
        days = _curve(connection, daily, query.article_id, first_day)
        listed = _articles(connection, {query.article_id: sum(views for views, _ in days.values())})
        opening = connection.execute(select(openings.c.views).where(openings.c.article_id == query.article_id))
        opening_views = int(opening.scalar() or 0)
        sources = _sources(connection, days, first_day, last_day, query.article_id)
        corrected = by_hand.corrections_of(connection, query.article_id)
    return ArticleStatisticsAnswer(
        article=listed[0] if listed else None,
        opening_views=opening_views,
        hours=tuple(
            ViewPoint(at=_at(hour * 3600), views=hours.get(hour, (0, None))[0])
            for hour in range(last_hour - retention.HOURS_KEPT + 1, last_hour + 1)
        ),
        days=tuple(_day_points(days, first_day, last_day)),
        sources=sources,
        corrections=corrected,
    )


def of_site(source: Engine, query: SiteStatistics) -> SiteStatisticsAnswer:
    """The whole paper, a section of it or an author's articles, over some days. Raises DBAPIError where that takes
    longer than ANSWER_SECONDS."""
    first, last = query.first.toordinal() - _EPOCH_DAY, query.last.toordinal() - _EPOCH_DAY
    narrowed = bool(query.section_slug or query.author_slug)
    with read(source, within=ANSWER_SECONDS) as connection:
        days = _site_days(connection, query if narrowed else None, first, last)
        top, sections, authors = _most_viewed(connection, query, first, last)
        listed = _articles(connection, top)
        # Referrers are summed for the paper and for each article, not for sections.
        sources = () if narrowed else _sources(connection, days, first, last, SITE)
    total = sum(number for number, _ in days.values())
    return SiteStatisticsAnswer(
        views=total,
        days=tuple(_day_points(days, first, last)),
        articles=tuple(listed),
        sections=tuple(_shares(sections)),
        authors=tuple(_shares(authors)),
        sources=sources,
    )


def live(source: Engine, hot: Hot, query: LiveNow, now: float) -> LiveNowAnswer:
    """The last hour in steps of five minutes, and what is read right now."""
    last = int(now) // SLOT_SECONDS
    with read(source, within=ANSWER_SECONDS) as connection:
        curve = _curve(connection, slots, SITE, last - 11)
        views = func.sum(slots.c.views).label("views")
        rows = connection.execute(
            select(slots.c.article_id, views)
            .where(slots.c.slot > last - 3, slots.c.article_id != SITE)
            .group_by(slots.c.article_id)
            .order_by(views.desc(), slots.c.article_id.desc())
            .limit(query.size)
        )
        listed = _articles(connection, {article: int(number) for article, number in rows})
    return LiveNowAnswer(
        readers=hot.readers_now(now),
        views_5_minutes=curve.get(last, (0, None))[0],
        views_60_minutes=sum(number for number, _ in curve.values()),
        curve=tuple(
            ViewPoint(at=_at(slot * SLOT_SECONDS), views=curve.get(slot, (0, None))[0])
            for slot in range(last - 11, last + 1)
        ),
        articles=tuple(listed),
    )


def audit(source: Engine, hours: int, now: float) -> ViewAuditAnswer:
    """What was counted and what was refused in each hour, with what is far out of line, and the corrections."""
    last = int(now) // 3600
    first = last - hours + 1
    with read(source, within=ANSWER_SECONDS) as connection:
        accepted = _curve(connection, hourly, SITE, first)
        refused: dict[int, dict[str, int]] = defaultdict(dict)
        told = select(tallies.c.hour, tallies.c.reason, tallies.c.number).where(tallies.c.hour >= first)
        for hour, reason, number in connection.execute(told.order_by(tallies.c.reason)):
            refused[hour][reason] = number
        corrected = by_hand.corrections_of(connection)
    series = {"accepted": {hour: views for hour, (views, _) in accepted.items()}}
    for reason in sorted({reason for of_hour in refused.values() for reason in of_hour}):
        series[reason] = {hour: of_hour.get(reason, 0) for hour, of_hour in refused.items()}
    spikes: dict[int, list[str]] = defaultdict(list)
    for name, numbers in series.items():
        for hour in range(first, last + 1):
            others = [numbers.get(other, 0) for other in range(first, last + 1) if other != hour]
            usual = median(others) if others else 0.0
            if numbers.get(hour, 0) >= max(_SPIKE_LEAST, _SPIKE_TIMES * usual):
                spikes[hour].append(name)
    return ViewAuditAnswer(
        hours=tuple(
            ViewAuditHour(
                at=_at(hour * 3600),
                accepted=accepted.get(hour, (0, None))[0],
                rejected=refused.get(hour, {}),
                spikes=tuple(spikes.get(hour, ())),
            )
            for hour in range(first, last + 1)
        ),
        corrections=corrected,
    )


# -------------------------------------------------------------------- parts


def _curve(connection: Connection, buckets: Buckets, article_id: int, first: int) -> dict[int, tuple[int, int | None]]:
    """bucket -> (views, estimate of readers or None)"""
    unit, readers = unit_of(buckets), daily.c.readers if buckets is daily else literal(None, Integer)
    rows = connection.execute(
        select(unit, buckets.c.views, readers).where(buckets.c.article_id == article_id, unit >= first)
    )
    return {number: (views, readers) for number, views, readers in rows}


_Rows = list[tuple[str, str, int]]
"""(key, name, views), the most viewed first"""


def _most_viewed(
    connection: Connection, query: SiteStatistics, first: int, last: int
) -> tuple[dict[int, int], _Rows, _Rows]:
    """(views by article, sections, authors) of a question, from one pass over the sums of its articles."""
    # Read three times: both databases make such a table once.
    sums = _sums(query, first, last).cte("sums")
    views = func.sum(sums.c.views).label("views")
    by_article = (
        select(literal("article"), cast(sums.c.article_id, String), literal(""), sums.c.views.label("views"))
        .where(sums.c.views > 0)
        .order_by(sums.c.views.desc(), sums.c.article_id)
        .limit(query.size)
    )
    by_section = (
        select(literal("section"), articles.c.section_slug, func.max(articles.c.section_name), views)
        .join_from(sums, articles, articles.c.id == sums.c.article_id)
        .group_by(articles.c.section_slug)
        .order_by(views.desc(), articles.c.section_slug)
        .limit(_SHARES)
    )
    by_author = (
        select(literal("author"), article_authors.c.slug, func.max(article_authors.c.name), views)
        .join_from(sums, article_authors, article_authors.c.article_id == sums.c.article_id)
        .group_by(article_authors.c.slug)
        .order_by(views.desc(), article_authors.c.slug)
        .limit(_SHARES)
    )
    found: dict[str, _Rows] = defaultdict(list)
    parts = (select(part.subquery()) for part in (by_article, by_section, by_author))
    for kind, key, name, number in connection.execute(union_all(*parts)):
        if number > 0:
            found[kind].append((key, name, int(number)))
    return {int(key): number for key, _name, number in found["article"]}, found["section"], found["author"]


def _sums(query: SiteStatistics, first: int, last: int) -> Select[int, int]:
    """(article_id, views) of the articles that a question speaks of."""
    parts = []
    for table, begin, end, sign in _pieces(first, last):
        unit = unit_of(table)
        views = table.c.views if sign > 0 else -table.c.views
        part = select(table.c.article_id, views.label("views")).where(unit.between(begin, end))
        parts.append(part.where(table.c.article_id != SITE, *_narrowed(query, table)))
    every = union_all(*parts).subquery()
    return select(every.c.article_id, func.sum(every.c.views).label("views")).group_by(every.c.article_id)


def _pieces(first: int, last: int) -> list[tuple[Buckets, int, int, int]]:
    """(table, from, to, +1 or -1): what makes up these days. Over a long time whole spans, with the days of their
    ends added or taken off, whichever are fewer; so that a year costs as much as some weeks."""
    if last - first < 2 * SPAN_DAYS:
        return [(daily, first, last, 1)]
    begin, end = first // SPAN_DAYS, last // SPAN_DAYS
    pieces: list[tuple[Buckets, int, int, int]] = []
    before, after = first - begin * SPAN_DAYS, (end + 1) * SPAN_DAYS - 1 - last
    if before > SPAN_DAYS // 2:
        begin += 1
        pieces.append((daily, first, begin * SPAN_DAYS - 1, 1))
    elif before:
        pieces.append((daily, begin * SPAN_DAYS, first - 1, -1))
    if after > SPAN_DAYS // 2:
        pieces.append((daily, end * SPAN_DAYS, last, 1))
        end -= 1
    elif after:
        pieces.append((daily, last + 1, last + after, -1))
    return [(spans, begin, end, 1), *pieces]


def _narrowed(query: SiteStatistics, table: Buckets) -> list[ColumnElement[bool]]:
    """The conditions of a question that speaks of a section or an author."""
    wanted: list[ColumnElement[bool]] = []
    if query.section_slug:
        of_section = select(articles.c.id).where(articles.c.section_slug == query.section_slug)
        wanted.append(table.c.article_id.in_(of_section))
    if query.author_slug:
        of_author = select(article_authors.c.article_id).where(article_authors.c.slug == query.author_slug)
        wanted.append(table.c.article_id.in_(of_author))
    return wanted


def _site_days(
    connection: Connection, query: SiteStatistics | None, first: int, last: int
) -> dict[int, tuple[int, int | None]]:
    if query is None:
        days = _curve(connection, daily, SITE, first)
        return {day: point for day, point in days.items() if day <= last}
    rows = connection.execute(
        select(daily.c.day, func.sum(daily.c.views))
        .where(daily.c.day.between(first, last), daily.c.article_id != SITE, *_narrowed(query, daily))
        .group_by(daily.c.day)
    )
    return {day: (int(views), None) for day, views in rows}


def _articles(connection: Connection, views: dict[int, int]) -> list[ViewedArticle]:
    """Articles in the order of `views`; those whose publication never came here are left out."""
    rows = connection.execute(
        select(articles.c.id, articles.c.title, articles.c.path, articles.c.section_name, totals.c.views)
        .join_from(articles, totals, totals.c.article_id == articles.c.id, isouter=True)
        .where(articles.c.id.in_(views))
    )
    known = {
        article: ViewedArticle(
            id=article, title=title, path=path, section_name=section, views=views[article], total=total or 0
        )
        for article, title, path, section, total in rows
    }
    return [known[article] for article in views if article in known]


def _sources(
    connection: Connection, days: Mapping[int, tuple[int, int | None]], first: int, last: int, article_id: int
) -> tuple[ViewShare, ...]:
    """Where the views of these days came from, as far back as that is kept."""
    first = max(first, retention.referrers_since(time.time()))
    views = func.sum(referrers.c.views).label("views")
    rows = connection.execute(
        select(referrers.c.domain, views)
        .where(referrers.c.article_id == article_id, referrers.c.day.between(first, last))
        .group_by(referrers.c.domain)
        .order_by(views.desc(), referrers.c.domain)
    )
    known = {domain: int(number) for domain, number in rows}
    return _with_direct(known, sum(views for day, (views, _) in days.items() if day >= first))


def _with_direct(sources: dict[str, int], total: int) -> tuple[ViewShare, ...]:
    direct = total - sum(sources.values())
    ranked = sorted({"": direct, **sources}.items(), key=lambda item: (-item[1], item[0]))
    names = {"": "Trực tiếp", "*": "Nguồn khác"}
    return tuple(
        ViewShare(key=domain, name=names.get(domain, domain), views=views)
        for domain, views in ranked[:_SHARES]
        if views > 0
    )


def _shares(rows: _Rows) -> Iterable[ViewShare]:
    for key, name, views in rows:
        yield ViewShare(key=key, name=name or key, views=views)


def _day_points(days: dict[int, tuple[int, int | None]], first: int, last: int) -> Iterable[ViewPoint]:
    for day in range(first, last + 1):
        views, readers = days.get(day, (0, None))
        if readers is None and views <= SKETCHED_OVER:
            # Too few for a sketch: nearly every view is another reader.
            readers = views
        yield ViewPoint(at=_at(day_start(day)), views=views, readers=None if readers is None else min(views, readers))


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
