"""The searches of the desk's lists, alike on every database: SQL's own knows no Đ."""

from sqlalchemy import ColumnElement, and_, or_, true

from shared.vietnamese.matching import patterns


def fits(column: ColumnElement[str], typed: str) -> ColumnElement[bool]:
    """Whether a column of `shared.vietnamese.matching.written` texts has all that is typed."""
    return and_(true(), *(or_(*(column.like(one) for one in any_of)) for any_of in patterns(typed)))
