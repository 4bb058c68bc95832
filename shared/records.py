"""What the type checker knows of tables and of their rows, said once: by the table's columns.

    class NoteRow(Record):
        id: Stored[int] = column(Integer, primary_key=True)
        text: Stored[str] = column(Text)


    class NoteColumns(NoteRow, TypedColumns): ...


    notes = Table("notes", metadata, NoteColumns)

`select(notes.c.id, notes.c.text)` gives rows of (int, str), to be unpacked; `records(…, NoteRow)` gives whole ones.
Both are SQLAlchemy's own rows: nothing is copied. A table whose rows nobody reads whole has columns alone.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from sqlalchemy import Column, Named, Result, TypedColumns

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R", bound="Record")


class Record:
    """Base of whole rows; what a statement adds to a table's columns is an annotation of a class of its own."""

    if TYPE_CHECKING:
        _mapping: Mapping[str, Any]

        def _asdict(self) -> dict[str, Any]: ...


if TYPE_CHECKING:
    from sqlalchemy.sql._typing import _CovariantTypeEngineArgument

    class Stored(Generic[T_co]):
        """A column of a table, a value of a record."""

        @overload
        def __get__(self, instance: TypedColumns, owner: Any) -> Column[T_co]: ...
        @overload
        def __get__(self, instance: Record, owner: Any) -> T_co: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...

    class column(Stored[T]):
        """Makes one, of the SQL type and whatever else a Column takes."""

        def __init__(self, type_: _CovariantTypeEngineArgument[T], *more: Any, **named: Any) -> None: ...

else:
    Stored, column = Named, Column


def as_dict(row: Record) -> dict[str, Any]:
    """A row for JSON: SQLAlchemy's own names of columns are no keys there."""
    return {str(name): value for name, value in row._mapping.items()}


def records(result: Result[*tuple[Any, ...]], kind: type[R]) -> list[R]:
    """The rows of a statement that has all that `kind` names; TypeError where it has not."""
    _require(result, kind)
    rows: list[Any] = list(result)
    return rows


def record(result: Result[*tuple[Any, ...]], kind: type[R]) -> R | None:
    """The first of `records`."""
    _require(result, kind)
    row: R | None = result.first()  # type: ignore[assignment]
    return row


def _require(result: Result[*tuple[Any, ...]], kind: type[Record]) -> None:
    named = {name for one in kind.__mro__ for name in getattr(one, "__annotations__", ())}
    if missing := named.difference(result.keys()):
        raise TypeError(f"no {', '.join(sorted(missing))} for {kind.__name__}")
