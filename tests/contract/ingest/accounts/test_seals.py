"""What is sealed or secret and comes back from outside: letters outside ASCII are a wrong one, not a fault."""

import pytest

from services.ingest.accounts.store import second_factor
from services.ingest.desk_kit.session import cookie_name
from shared.views.token import BadToken, ViewTokens
from tests.contract.ingest.desk import Desk

STRANGE = ("dấu", "1.9999999999.dấu", "é" * 40, "ts_dấu_dấu", "12345６")


@pytest.mark.parametrize("strange", STRANGE)
def test_a_seal_in_other_letters_is_a_wrong_one(desk: Desk, strange: str) -> None:
    editor = desk.be("editor")
    sent = strange.encode()
    assert editor.client.post("/desk/tai-khoan/hai-lop/tat", data={"csrf": strange}).status_code == 403
    with_header = editor.client.post("/desk/tai-khoan/hai-lop/tat", headers={b"x-csrf-token": sent})
    assert with_header.status_code == 403
    form = {"secret": second_factor.new_secret(), "seal": strange, "code": strange}
    assert editor.post("/tai-khoan/hai-lop", form).status_code == 403
    with desk.anonymous() as client:
        for purpose in ("phien", "nua-duong"):
            cookie = cookie_name(purpose).encode() + b"=" + sent
            for method, path in (("GET", "/desk/"), ("POST", "/desk/dang-nhap/ma")):
                answer = client.request(method, path, headers={b"cookie": cookie}, data={"code": strange})
                assert answer.status_code < 500 and answer.status_code != 200, (purpose, path)
        assert client.get(f"/desk/moi/{strange}").status_code == 404
        key = {b"authorization": b"Bearer " + sent}
        assert client.get("/api/articles/1", headers=key).status_code == 401


@pytest.mark.parametrize("strange", STRANGE)
def test_a_view_token_or_code_in_other_letters_is_a_wrong_one(desk: Desk, strange: str) -> None:
    with pytest.raises(BadToken):
        ViewTokens("x" * 40).read(strange)
    assert second_factor.turn_on(desk.store, desk.be("editor").id, second_factor.new_secret(), strange) is None
