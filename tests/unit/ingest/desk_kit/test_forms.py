"""What people type into a form."""

import pytest

from services.ingest.desk_kit.forms import Fields
from services.ingest.kit.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("150000", 150_000),
        ("150.000", 150_000),
        ("1.500.000", 1_500_000),
        ("1 500 000 đ", 1_500_000),
        ("150,000", 150_000),
        ("-20.000", -20_000),
        ("−20.000 đồng", -20_000),
        ("5.000.000.000", 5_000_000_000),
        ("0", 0),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, amount: int | None) -> None:
    assert Fields([("amount", typed)]).amount("amount") == amount


@pytest.mark.parametrize("typed", ["1.5", "1,5 triệu", "15.00", "1.500,50", "1.500 000", "mười nghìn", "٣٠٠", "9" * 40])
def test_what_may_mean_two_amounts_is_none(typed: str) -> None:
    with pytest.raises(Invalid, match="Số tiền"):
        Fields([("amount", typed)]).amount("amount")
