"""What each person is told, how they want to be told, and what is on its way to them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")
inbox_entries = Table(
    "inbox_entries",
    metadata,
    Column("id", _BIG_ID, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("event", String(80), nullable=False),  # what happened, so that nobody is told of it twice
    Column("kind", String(16), nullable=False),  # rules.KINDS
    Column("actor", String(200), nullable=False),  # who did it; "" for the clock
    Column("article_id", Integer, ForeignKey("articles.id")),
    Column("plan_id", Integer),  # a plan can be removed: nobody sees its entries then
    Column("note", Text, nullable=False),  # what was said
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    UniqueConstraint("user_id", "event", name="inbox_entries_once"),
    Index("inbox_entries_by_user", "user_id", "id"),
    Index("inbox_entries_by_time", "at"),
    Index(
        "inbox_entries_unread",
        "user_id",
        sqlite_where=text("read_at IS NULL"),
        postgresql_where=text("read_at IS NULL"),
    ),
)
inbox_cursor = Table(
    "inbox_cursor",  # up to which entry of the audit log people have been told
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("audit_id", BigInteger, nullable=False),
)
inbox_choices = Table(
    "inbox_choices",  # of who has chosen; the others have rules.DEFAULT
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("mail", Json, nullable=False),  # the kinds that are sent by e-mail
    Column("quiet_from", String(5), nullable=False),  # "22:00" of Vietnam's clock; both "" for no quiet hours
    Column("quiet_until", String(5), nullable=False),
    Column("refusal", Text, nullable=False),  # what a mail server said when it refused the address; "" for nothing
    Column("refused_address", String(254), nullable=False),
)
inbox_deliveries = Table(
    "inbox_deliveries",
    metadata,
    Column("entry_id", _BIG_ID, ForeignKey("inbox_entries.id"), primary_key=True, autoincrement=False),
    Column("channel", String(8), primary_key=True),  # mail
    Column("state", String(16), nullable=False),  # store.deliveries.DeliveryState
    Column("tries", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("error", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("inbox_deliveries_due", "state", "next_at"),
)
