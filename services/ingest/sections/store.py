"""Sections: found by slug or name, made from a name, told to the readers' site."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Engine, bindparam, func, insert, or_, select, update

from services.ingest.kit import audit
from services.ingest.kit.actors import Actor, Scope
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.tables import outbox
from services.ingest.sections.tables import SectionRow, section_rules, sections
from shared import outbox as events
from shared.contracts.addresses import RESERVED
from shared.contracts.events import SectionSaved
from shared.database import read, upsert, write
from shared.records import Record, record, records
from shared.vietnamese.text import fold, one_line, slug

STEPS = ("submitted", "edited", "approved")
"""The steps between a draft and publication, of which each section has its own."""
USUAL_APPROVER = "secretary"
MAX_LEVELS = 4
"""A section on top, and three below one another."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The way of a section's articles: the steps that they must pass, and the least role that approves."""

    steps: tuple[str, ...] = STEPS
    approver: str = USUAL_APPROVER


@dataclass(frozen=True, slots=True)
class FoundSection:
    """A section that an article is to be in."""

    id: int
    slug: str
    name: str
    rule: Rule


class ListedSection(Record):
    id: int
    version: int
    slug: str
    name: str
    parent: str
    """The slug of the section above, "" for one on top."""
    position: int


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# A slug alone does not say how its section is written, except for those that every paper has.
USUAL = {
    slug(name): name
    for name in (
        "Thời sự, Chính trị, Kinh tế, Xã hội, Văn hóa, Thể thao, Giáo dục, Y tế, Sức khỏe, Pháp luật, An ninh, "
        "Quốc phòng, Quốc tế, Thế giới, Đời sống, Du lịch, Khoa học, Công nghệ, Môi trường, Nông nghiệp, "
        "Nông thôn mới, Giải trí, Bạn đọc, Phóng sự, Xây dựng Đảng, Dân tộc, Tôn giáo, Địa phương, Bất động sản"
    ).split(", ")
}

_RULE = select(section_rules.c.steps, section_rules.c.approver).where(
    section_rules.c.section_id == bindparam("section_id")
)
_FIND = select(sections).where(or_(sections.c.slug == bindparam("wanted"), sections.c.name_key == bindparam("key")))


def resolve(connection: Connection, wanted: str, actor: Actor, *, bulk: bool = False) -> SectionRow:
    """The row of the section with this slug or name; made from the name if the actor may.

    Raises Invalid (field "section").
    """
    name = USUAL.get(wanted, wanted)
    rows = records(connection.execute(_FIND, {"wanted": wanted, "key": _key(name)}), SectionRow)
    for row in sorted(rows, key=lambda row: row.slug != wanted):
        return row
    if not actor.may(Scope.publish) or (actor.account is not None and not actor.account.all_sections):
        raise Invalid.of("section", "Không có chuyên mục này, và khóa hay tài khoản này không được mở chuyên mục mới.")
    if _SLUG.fullmatch(name):
        raise Invalid.of("section", "Không có chuyên mục này. Muốn mở chuyên mục mới, hãy gửi tên của nó.")
    try:
        return _make(connection, name, actor, bulk=bulk)
    except Invalid:
        # Somebody else may have made it since the look above, or one with the same address has other signs in its name.
        made = record(connection.execute(_FIND, {"wanted": slug(name, 80), "key": _key(name)}), SectionRow)
        if made is None:
            raise
        return made


def id_of(connection: Connection, slug: str) -> int:
    """The id of a section that there is."""
    return int(connection.execute(select(sections.c.id).where(sections.c.slug == slug)).scalar_one())


def finder(connection: Connection, actor: Actor, *, bulk: bool = False) -> Callable[[str], FoundSection]:
    """`resolve` for one transaction, with the section's rule; looks for each section once."""

    @cache
    def find(wanted: str) -> FoundSection:
        row = resolve(connection, wanted, actor, bulk=bulk)
        return FoundSection(row.id, row.slug, row.name, rule_of(connection, row.id))

    return find


def save(
    engine: Engine, actor: Actor, section_id: int | None, *, name: str, parent: str = "", position: int = 0
) -> int:
    """Make a section or change one; returns its id. Its slug never changes: addresses are built on it.

    Raises Invalid, NotFound.
    """
    name = one_line(name)
    with write(engine) as connection:
        parent_id = _parent(connection, section_id, parent) if parent else None
        if section_id is None:
            made = _make(connection, name, actor, parent_id=parent_id, position=position)
            section_id = made.id
        else:
            held = select(sections.c.version).where(sections.c.id == section_id).with_for_update()
            version = connection.execute(held).scalar()
            if version is None:
                raise NotFound("Không có chuyên mục này.")
            values = {"name": name, "name_key": _key(name), "parent_id": parent_id, "position": position}
            _refuse_taken(connection, name, section_id)
            connection.execute(
                update(sections).where(sections.c.id == section_id).values(version=version + 1, **values)
            )
            _note(connection, actor, section_id, version + 1, name)
    events.wake("ingest")
    return section_id


def _parent(connection: Connection, section_id: int | None, slug_of_parent: str) -> int:
    """The id of a parent that keeps sections within MAX_LEVELS and out of circles. All rows are locked, so that two
    saves at once cannot make a circle between them."""
    rows = records(connection.execute(select(sections).order_by(sections.c.id).with_for_update()), SectionRow)
    above = {row.id: row.parent_id for row in rows}
    parent = next((row for row in rows if row.slug == slug_of_parent), None)
    if parent is None:
        raise Invalid.of("parent", "Không có chuyên mục cha này.")
    place = _upwards(above, parent.id)
    if section_id in place:
        raise Invalid.of("parent", "Chuyên mục không thể nằm dưới chính nó hay dưới chuyên mục con của nó.")
    below = (_upwards(above, row.id) for row in rows)
    height = max((line.index(section_id) + 1 for line in below if section_id in line), default=1)
    if len(place) + height > MAX_LEVELS:
        raise Invalid.of("parent", f"Đặt dưới {parent.name} thì quá {MAX_LEVELS} cấp chuyên mục.")
    return parent.id


def _upwards(above: dict[int, int | None], section_id: int) -> list[int | None]:
    """A section and those above it, from the lowest."""
    line: list[int | None] = [section_id]
    while (parent := above.get(line[-1] or 0)) is not None and parent not in line:
        line.append(parent)
    return line


def listed(engine: Engine) -> list[ListedSection]:
    """Every section in the order of its position."""
    of, above = sections.c, sections.alias()
    query = (
        select(of.id, of.version, of.slug, of.name, func.coalesce(above.c.slug, "").label("parent"), of.position)
        .select_from(sections.outerjoin(above, of.parent_id == above.c.id))
        .order_by(of.position, of.id)
    )
    with read(engine) as connection:
        return records(connection.execute(query), ListedSection)


def payloads(connection: Connection, ids: list[int]) -> dict[int, SectionSaved]:
    """The sections as they are now, by id."""
    of, parents = sections.c, sections.alias()
    query = (
        select(*(of.id, of.version, of.slug, of.name, parents.c.slug, of.position))
        .select_from(sections.outerjoin(parents, sections.c.parent_id == parents.c.id))
        .where(sections.c.id.in_(ids))
    )
    return {
        id_: SectionSaved(id=id_, version=version, slug=slug, name=name, parent_slug=parent or "", position=position)
        for id_, version, slug, name, parent, position in connection.execute(query)
    }


def _make(
    connection: Connection,
    name: str,
    actor: Actor,
    *,
    parent_id: int | None = None,
    position: int = 0,
    bulk: bool = False,
) -> SectionRow:
    address = slug(name, 80)
    if not address:
        raise Invalid.of("section", "Tên chuyên mục phải có chữ cái hoặc chữ số.")
    if address in RESERVED or address.isdigit():
        raise Invalid.of("section", f"Tên này trùng với địa chỉ của trang (/{address}); hãy chọn tên khác.")
    _refuse_taken(connection, name, None)
    if not position:
        position = int(connection.execute(select(func.coalesce(func.max(sections.c.position), 0))).scalar_one()) + 1
    made = connection.execute(
        insert(sections)
        .values(version=1, slug=address, name=name, name_key=_key(name), parent_id=parent_id, position=position)
        .returning(sections)
    )
    (row,) = records(made, SectionRow)
    _note(connection, actor, row.id, 1, name, bulk=bulk)
    return row


def _refuse_taken(connection: Connection, name: str, own_id: int | None) -> None:
    same = select(sections.c.id).where(or_(sections.c.name_key == _key(name), sections.c.slug == slug(name, 80)))
    if any(found != own_id for found in connection.execute(same).scalars()):
        raise Invalid.of("section", "Đã có chuyên mục tên này hoặc có cùng địa chỉ.")


def _note(connection: Connection, actor: Actor, section_id: int, version: int, name: str, bulk: bool = False) -> None:
    events.add(connection, outbox, SectionSaved, [(section_id, version)], bulk=bulk)
    audit.append(connection, actor.name, "section.saved", f"section:{section_id}", {"version": version, "name": name})


def _key(name: str) -> str:
    return fold(one_line(name))


# ---------------------------------------------------------------- the way of its articles


def rules(engine: Engine) -> dict[int, Rule]:
    """Section id -> the way of its articles."""
    query = select(sections.c.id, section_rules.c.steps, section_rules.c.approver).outerjoin(
        section_rules, section_rules.c.section_id == sections.c.id
    )
    with read(engine) as connection:
        return {id_: _rule(steps, approver) for id_, steps, approver in connection.execute(query)}


def rule_of(connection: Connection, section_id: int) -> Rule:
    """The way of one section's articles."""
    row = connection.execute(_RULE, {"section_id": section_id}).first()
    return _rule(*row) if row else Rule()


def set_rules(engine: Engine, section_id: int, steps: list[str], approver: str, actor: Actor) -> None:
    """Change the way of a section's articles. Raises NotFound, Invalid."""
    if any(step not in STEPS for step in steps) or approver not in ("secretary", "chief"):
        raise Invalid.of("steps", "Không có bước này.")
    values = {"steps": [step for step in STEPS if step in steps], "approver": approver}
    with write(engine) as connection:
        if connection.execute(select(sections.c.id).where(sections.c.id == section_id)).first() is None:
            raise NotFound("Không có chuyên mục này.")
        connection.execute(
            upsert(connection, section_rules)
            .values(section_id=section_id, **values)
            .on_conflict_do_update(index_elements=["section_id"], set_=values)
        )
        audit.append(connection, actor.name, "section.rules", f"section:{section_id}", values)


def _rule(steps: Sequence[str] | None, approver: str | None) -> Rule:
    return Rule(STEPS if steps is None else tuple(steps), approver or USUAL_APPROVER)
