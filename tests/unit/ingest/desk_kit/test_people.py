"""Names of those who act, as editors read them."""

import re

from sqlalchemy import create_engine

from services.ingest.desk_kit.people import names
from tests.docs_site import ROOT


def test_what_acts_by_itself_has_a_vietnamese_name() -> None:
    code = [file.read_text() for folder in ("services", "toasoan") for file in (ROOT / folder).rglob("*.py")]
    actors = {actor for text in code for actor in re.findall(r'Actor\("([^"{]+)"\)', text)}
    assert actors >= {"scheduler", "import"}
    told = names(create_engine("sqlite://"), actors)
    assert {actor for actor, name in told.items() if name == actor} == set()
