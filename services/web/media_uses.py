"""Which files of the media folder public articles (and pages of authors) show: no other is served to readers.

Kept in the transactions that show and withdraw articles, so that a picture is public exactly as long as one of them.
A file's sizes share its name (shared.media_files), and so one row.
"""

from collections.abc import Mapping, Set

from sqlalchemy import Connection, bindparam, delete, select

from services.web import keys
from services.web.tables import media_uses
from shared.database import upsert

OF_THE_PAPER = 0
"""In the place of an article's id: what pages show that are none of one article."""
_FORGET = delete(media_uses).where(
    media_uses.c.name == bindparam("of_name"), media_uses.c.article_id == bindparam("of_article")
)


def note(connection: Connection, shown: Mapping[int, Set[str]]) -> set[str]:
    """Keep what each of these articles shows now (names; none for one that is gone). Returns the keys of the files
    that no public article shows any more."""
    known = select(media_uses.c.name, media_uses.c.article_id).where(media_uses.c.article_id.in_(list(shown)))
    before = {(name, article_id) for name, article_id in connection.execute(known)}
    after = {(name, article_id) for article_id, names in shown.items() for name in names}
    # One by one, as in listings.take_out.
    if gone := sorted(before - after):
        connection.execute(_FORGET, [{"of_name": name, "of_article": article_id} for name, article_id in gone])
    if added := sorted(after - before):
        rows = [{"name": name, "article_id": article_id} for name, article_id in added]
        connection.execute(upsert(connection, media_uses).on_conflict_do_nothing(), rows)
    names = {name for name, _ in gone}
    still = select(media_uses.c.name).where(media_uses.c.name.in_(sorted(names)))
    return {keys.media(name) for name in names - set(connection.execute(still).scalars())} if names else set()
