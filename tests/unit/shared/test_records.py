"""Whole rows of tables, as their columns say them."""

import pytest
from sqlalchemy import Integer, MetaData, String, Table, TypedColumns, create_engine, insert, literal, select

from shared.records import Record, Stored, column, record, records


class NoteRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    text: Stored[str] = column(String(20))
    by: Stored[str | None] = column(String(20))


class NoteColumns(NoteRow, TypedColumns): ...


class ShownRow(NoteRow):
    place: int


metadata = MetaData()
notes = Table("notes", metadata, NoteColumns)


def test_a_row_has_what_its_record_names_and_the_table_what_may_be_missing() -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    assert [one.nullable for one in notes.c] == [False, False, True]
    with engine.begin() as connection:
        assert record(connection.execute(select(notes)), NoteRow) is None
        connection.execute(insert(notes), [{"id": 1, "text": "chợ"}, {"id": 2, "text": "phiên"}])
        shown = records(connection.execute(select(notes, literal(7).label("place")).order_by(notes.c.id)), ShownRow)
        assert [(one.text, one.by, one.place) for one in shown] == [("chợ", None, 7), ("phiên", None, 7)]
        with pytest.raises(TypeError, match="place"):
            records(connection.execute(select(notes)), ShownRow)
        with pytest.raises(TypeError, match="by, text"):
            record(connection.execute(select(notes.c.id)), NoteRow)
