"""Who is called by name in what the newsroom says to itself."""

import pytest

from services.ingest.articles.mentions import mentioned
from services.ingest.kit.actors import Account, Role

NAMES = {
    1: ("Nguyễn Thị Lan", "ntlan@bao.vn"),
    2: ("Trần Lân", "lan.tran@bao.vn"),
    3: ("Phạm Hoà", "hoa@bao.vn"),
    4: ("Vũ Minh", "minh1@bao.vn"),
    5: ("Đỗ Minh", "minh2@bao.vn"),
}
PEOPLE = [Account(id_, email, name, Role.reporter, False) for id_, (name, email) in NAMES.items()]


@pytest.mark.parametrize(
    ("text", "called", "unclear"),
    [
        ("@Nguyễn Thị Lan xem lại sapo nhé", {1}, ()),
        ("Nhờ @Lan, @Lân và (@Hòa) xem.", {1, 2, 3}, ()),
        ("@lan là Lan: tên có dấu khác", {1}, ()),
        ("@lan.tran sửa giúp; @pham hoa nữa", {2, 3}, ()),
        ("@Minh ơi", set(), ("@Minh",)),
        ("@Đỗ Minh ơi", {5}, ()),
        ("@minh1: xong chưa?", {4}, ()),
        ("Hỏi qua ntlan@bao.vn hay @ Lan", set(), ()),
        ("@ntlan@bao.vn", {1}, ()),
        ("@Tuyết", set(), ("@Tuyết",)),
    ],
)
def test_the_longest_name_that_fits_is_meant(text: str, called: set[int], unclear: tuple[str, ...]) -> None:
    found = mentioned(text, PEOPLE)
    assert ({one.id for one in found.people}, found.unclear) == (called, unclear)
