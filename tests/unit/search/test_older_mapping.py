"""An embedded index of a release before is searched and written until it is made anew."""

from dataclasses import replace
from pathlib import Path

import orjson
from tantivy import Index

from services.search.documents import MAPPING_VERSION, IndexDocument
from services.search.engines.base import PUBLIC, SearchFilter
from services.search.engines.tantivy_index import TantivyIndex
from services.search.engines.tantivy_queries import make_schema
from services.search.queries import plan, read
from shared.vietnamese import forms


def test_every_older_mapping(tmp_path: Path) -> None:
    words = ("Trồng cây gì trên đất dốc", "Cây nào hợp đất", "Nhà nông nói chuyện.")
    story = IndexDocument(1, 1, "published", *words, section_slug="kinh-te")
    story = replace(story, second_section="doi-song", authors=(("hoa", "Hòa"),))
    for mapping in range(1, MAPPING_VERSION):
        folder = tmp_path / f"articles-{mapping}"
        folder.mkdir()
        Index(make_schema(mapping), path=str(folder))
        (folder / "made.json").write_bytes(orjson.dumps({"mapping": mapping, "forms": forms.VERSION}))
        index = TantivyIndex(folder)
        assert index.apply([story]) == {1}
        asked = plan(read("mùa này nên trồng cây gì trên đất dốc"))
        assert [found.id for found in index.search(asked, PUBLIC, 0, 10).documents] == [1]
        assert index.search(asked, SearchFilter(sections=("kinh-te",), signed=("Hòa",)), 0, 10).total == 1
        index.close()
