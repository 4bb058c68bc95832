"""A month's sheet, computed from what readers could see first in that month, or as it was approved."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from services.ingest.articles.store.revisions import SHOWN
from services.ingest.articles.tables import articles, revisions
from services.ingest.authors.store.authors import by_key
from services.ingest.royalties.store.rates import KINDS, TEXT, Rate, in_force, month_of, role_key, role_name
from services.ingest.royalties.tables import RoyaltySheetRow, royalty_adjustments, royalty_sheets
from shared.database import read
from shared.records import record
from shared.vietnamese.dates import VIETNAM
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import sort_key
from shared.views.export import Cell


@dataclass(frozen=True, slots=True)
class SheetLine:
    """What one person gets for one role in one work, or an adjustment (`adjustment` is its id).

    `sharing` people divide the rate; `rate` None: there is no rate for this kind and role yet.
    """

    author_slug: str
    author_name: str
    """As it was signed; whose name that is, the sheet knows."""
    article_id: int | None
    title: str
    kind: str
    role: str
    published_on: str
    pictures: int
    rate: int | None
    sharing: int
    amount: int
    adjustment: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class _Work:
    """What of a version pays: not read by the contract, whose look at every text would take longer than all else."""

    id: int
    title: str
    kind: str
    authors: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(slug, name, keys of their roles)"""
    pictures: int
    published_on: str

    @classmethod
    def of(cls, state: dict[str, Any]) -> "_Work":
        at = state.get("first_published_at")
        return cls(
            id=state["id"],
            title=state["title"],
            kind=state.get("kind", "article"),
            authors=tuple(
                (one["slug"], one["name"], tuple(dict.fromkeys(map(role_key, one.get("roles", ())))) or (TEXT,))
                for one in state.get("authors", ())
            ),
            pictures=len(state.get("images", ())),
            published_on=datetime.fromisoformat(at).astimezone(VIETNAM).date().isoformat() if at else "",
        )


@dataclass(frozen=True, slots=True)
class Total:
    """What a person gets, under all their names; `names` are those of this month as they were signed."""

    author_name: str
    names: tuple[str, ...]
    works: int
    amount: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """`approved_by` is "" while the month is open."""

    month: str
    lines: tuple[SheetLine, ...]
    approved_by: str = ""
    approved_at: datetime | None = None
    withdrawn: frozenset[int] = frozenset()
    """The articles among them that have been withdrawn since, also from an approved month."""
    people: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Key of a name -> (id, name) of the author whose it is, where somebody has said so."""

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def missing(self) -> list[tuple[str, str]]:
        """(kind, role) of works that no rate says anything about."""
        found = {(line.kind, line.role) for line in self.lines if line.rate is None and line.adjustment is None}
        return sorted(found)

    def totals(self) -> list[Total]:
        """Each person's sum, in the order of their names' last word, as payrolls list them."""
        by_person: dict[int | str, list[SheetLine]] = {}
        for line in self.lines:
            key = name_key(line.author_name)
            by_person.setdefault(self.people[key][0] if key in self.people else key, []).append(line)
        totals = [self._total(lines) for lines in by_person.values()]
        return sorted(totals, key=lambda total: _payroll_key(total.author_name))

    def title_of(self, line: SheetLine) -> str:
        """For paper: with a mark where the work was withdrawn."""
        return f"{line.title} (đã rút)" if line.article_id in self.withdrawn else line.title

    def only(self, keys: frozenset[str]) -> "Sheet":
        """The lines under these names, by their keys."""
        return replace(self, lines=tuple(line for line in self.lines if name_key(line.author_name) in keys))

    def _total(self, lines: list[SheetLine]) -> Total:
        names = tuple(dict.fromkeys(line.author_name for line in lines))
        _, name = self.people.get(name_key(names[0]), (0, names[0]))
        return Total(name, names, len({line.article_id for line in lines} - {None}), _sum(lines))


def sheet(engine: Engine, month: str) -> Sheet:
    """The sheet of "2026-11": as approved, else as it stands now. Raises Invalid for what is no month."""
    month_of(month)
    with read(engine) as connection:
        return sheet_in(connection, month)


def sheet_in(connection: Connection, month: str) -> Sheet:
    """`sheet` within a transaction."""
    approved = record(
        connection.execute(select(royalty_sheets).where(royalty_sheets.c.month == month)), RoyaltySheetRow
    )
    if approved is not None:
        lines = tuple(SheetLine(**line) for line in approved.lines)
        return Sheet(
            month, lines, approved.approved_by, approved.approved_at, _withdrawn(connection, lines), _people(connection)
        )
    rates = in_force(connection, month)
    lines = tuple(line for work in _published(connection, month) for line in _lines(work, rates))
    lines += _adjustments(connection, month)
    return Sheet(month, lines, withdrawn=_withdrawn(connection, lines), people=_people(connection))


def as_rows(sheet: Sheet) -> list[dict[str, Any]]:
    """The lines as they are kept after the approval."""
    return [asdict(line) for line in sheet.lines]


def tables(sheet: Sheet) -> list[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]:
    """The sheet for a spreadsheet: totals, then lines."""
    totals: list[Sequence[Cell]] = [[total.author_name, total.works, total.amount] for total in sheet.totals()]
    lines: list[Sequence[Cell]] = [
        [
            line.author_name, line.published_on, sheet.title_of(line), KINDS.get(line.kind, ""), role_name(line.role),
            line.pictures, line.rate, line.sharing, line.amount, line.article_id,
        ]
        for line in sheet.lines
    ]  # fmt: skip
    header = ["Tác giả", "Ngày", "Tác phẩm", "Thể loại", "Vai trò", "Số ảnh", "Mức", "Chia cho", "Thành tiền", "Mã bài"]
    totals.append(["Cộng", None, sheet.total])
    return [
        (f"Tổng hợp {sheet.month}", ["Tác giả", "Số tác phẩm", "Thành tiền (đồng)"], totals),
        ("Chi tiết", header, lines),
    ]


def _published(connection: Connection, month: str) -> Iterable[_Work]:
    """What appeared first in that month (of Vietnam), as readers saw it last."""
    begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=VIETNAM)
    end = (begin + timedelta(days=32)).replace(day=1)
    other = revisions.alias()
    # Asked of each article of the month: grouped, it would be asked of all that there are.
    shown = select(func.max(other.c.version)).where(other.c.article_id == articles.c.id, other.c.effect == SHOWN)
    query = (
        select(revisions.c.state)
        .where(revisions.c.article_id == articles.c.id)
        .where(revisions.c.version == shown.correlate(articles).scalar_subquery())
        .where(articles.c.first_published_at >= begin, articles.c.first_published_at < end)
        .order_by(articles.c.id)
    )
    for state in connection.execute(query).scalars():
        yield _Work.of(state)


def _people(connection: Connection) -> dict[str, tuple[int, str]]:
    return {key: (row.id, row.name) for key, row in by_key(connection).items()}


def _withdrawn(connection: Connection, lines: Iterable[SheetLine]) -> frozenset[int]:
    ids = {line.article_id for line in lines if line.article_id is not None}
    query = select(articles.c.id).where(articles.c.status == "withdrawn", articles.c.id.in_(ids))
    return frozenset(connection.execute(query).scalars())


def _lines(work: _Work, rates: dict[tuple[str, str], Rate]) -> list[SheetLine]:
    """What each person of a byline gets for each role; who share a role share its rate to the đồng."""
    people: dict[str, list[tuple[str, str]]] = {}
    for slug, name, roles in work.authors:
        for role in roles:
            people.setdefault(role, []).append((slug, name))
    found = []
    for role, authors in people.items():
        rate = rates.get((work.kind, role))
        whole = 0 if rate is None else rate.amount * (work.pictures if rate.per_picture else 1)
        for index, (slug, name) in enumerate(authors):
            share = whole // len(authors) + (index < whole % len(authors))
            found.append(
                SheetLine(
                    slug, name, work.id, work.title, work.kind, role, work.published_on, work.pictures,
                    rate.amount if rate else None, len(authors), share,
                )
            )  # fmt: skip
    return found


def _adjustments(connection: Connection, month: str) -> tuple[SheetLine, ...]:
    query = select(royalty_adjustments).where(royalty_adjustments.c.month == month).order_by(royalty_adjustments.c.id)
    return tuple(
        SheetLine(
            row.author_slug, row.author_name, row.article_id, row.reason, "", "điều chỉnh",
            row.at.astimezone(VIETNAM).date().isoformat(), 0, None, 1, row.amount, row.id, row.by,
        )
        for row in connection.execute(query)
    )  # fmt: skip


def _sum(lines: list[SheetLine]) -> int:
    return sum(line.amount for line in lines)


def _payroll_key(name: str) -> tuple[Any, Any]:
    """Vietnamese payrolls go by the given name, which stands last."""
    return sort_key(name.rpartition(" ")[2]), sort_key(name)
