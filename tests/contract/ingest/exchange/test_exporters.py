"""What goes out comes in again elsewhere: nothing that readers know of an article is lost between two houses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import Engine

from services.ingest.articles.blocks import blocks_of
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles, reading
from services.ingest.exchange.importers import Options, import_paths
from services.ingest.export import export_house
from services.ingest.kit.json_input import read_fields
from services.ingest.media import imaging, unchanged
from services.ingest.media import store as media
from shared.database import engine
from shared.settings import get_settings
from tests.blocks import samples
from tests.conftest import forget_settings
from tests.contract.ingest.base import EDITOR, migrated
from tests.media import SUBTITLES, film, sound
from toasoan.cli import cli

SAME = (
    "title",
    "summary",
    "section",
    "section_name",
    "tags",
    "dateline",
    "byline",
    "authors",
    "published_at",
    "status",
    "source",
    "language",
)
House = Callable[[str], Engine]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> House:
    """Move into a house of that name, empty at first."""

    def enter(name: str) -> Engine:
        monkeypatch.setenv("TOASOAN_DATA_DIR", str(tmp_path / name))
        monkeypatch.setenv("TOASOAN_SITE_URL", f"https://{name}.example")
        forget_settings()
        return migrated()

    return enter


FOCUSED = {"Chợ": [0.2, 0.8], "Hoa": None}
FORMER_PICTURE = "/wp-content/uploads/2019/05/doi.png"


def fill(store: Engine, folder: Path, colours: tuple[str, ...] = ("green",)) -> int:
    """Two stories, one with pictures in its text and beside it; the id of that one."""
    urls = []
    for colour in colours:
        Image.new("RGB", (1000, 600), colour).save(folder / f"{colour}.png")
        rebuilt = imaging.rebuild(folder / f"{colour}.png", get_settings().media_dir)
        row = media.keep(store, rebuilt, EDITOR, caption=f"Ảnh {colour}", credit="Minh Tú", alt="Một màu")
        urls.append(media.MEDIA + row.path)
    figure = f'<figure><img src="{urls[0]}" alt="Một màu"><figcaption>Đồi</figcaption></figure>'
    fields: dict[str, Any] = {
        "title": "Mùa cà phê < & > “mật ong”",
        "summary": "Tóm tắt & hết",
        "body": f'<p>Một &lt; hai<br>ba</p>{figure}<h2>Mục</h2><p>Xem <a href="/kinh-te">trang</a>.</p>',
        "section": "Kinh tế",
        "tags": ["Cà phê", "Mật ong"],
        "dateline": "ĐBP",
        "byline": "Tin: Quang Long - Ảnh: Minh Tú",
        "kicker": "Nông sản",
        "card_title": "Mùa cà phê",
        "search_title": "Mùa cà phê mật ong ở Điện Biên",
        "source": "Báo Sơn La",
        "language": "mww",
        "published_at": "2023-01-09T10:59:00Z",
        "status": "published",
        "images": [{"url": url} for url in urls[1:]],
        "old_pictures": [{"path": FORMER_PICTURE, "file": urls[0].removeprefix(media.MEDIA)}],
    }
    saved = articles.save_article(store, read_fields(ArticleInput, fields), EDITOR)
    draft = {"title": "Bản nháp", "body": "<p>Chưa xong</p>", "section": "Xã hội"}
    articles.save_article(store, read_fields(ArticleInput, draft), EDITOR)
    return saved.id


OF_BLOCKS = {"mp4": film(), "mp3": sound(), "vtt": SUBTITLES}


def kept(engine: Engine, folder: Path, content: bytes) -> str:
    """The address of a file in the store."""
    (folder / "file").write_bytes(content)
    row = media.keep(engine, unchanged.keep(folder / "file", get_settings().media_dir), EDITOR)
    return f"{media.MEDIA}{row.path}"


@pytest.mark.parametrize(
    ("format", "file"),
    [("ndjson", "articles.ndjson"), ("ninjs", "articles.ninjs.json"), ("newsml", "articles.newsml.xml")],
)
def test_round_trip_between_two_houses(house: House, tmp_path: Path, format: str, file: str) -> None:
    old = house("cu")
    there = reading.article(old, fill(old, tmp_path, ("green", "red")))
    export_house(old, tmp_path / "out", (format,))
    new = house("moi")
    options = Options(media_folder=tmp_path / "out" / "media")
    results = list(import_paths([tmp_path / "out" / file], options))
    assert [(result.status, result.error, result.missing) for result in results] == [("created", "", ())] * 2
    here = reading.article(new, int(results[0].id or 0))
    # NewsML has one headline.
    same = (*SAME, *(() if format == "newsml" else ("kicker", "card_title", "search_title")))
    assert {name: here[name] for name in same} == {name: there[name] for name in same}
    images = [{name: image[name] for name in ("caption", "credit", "width")} for image in here["images"]]
    assert sorted(map(str, images)) == sorted(
        str({name: image[name] for name in ("caption", "credit", "width")}) for image in there["images"]
    )
    assert all((get_settings().media_dir / image["url"].removeprefix("/media/")).is_file() for image in here["images"])
    # The body is the same but for where its picture lies now.
    moved = here["body"].replace("https://cu.example/", "/")
    for image in here["images"]:
        moved = moved.replace(image["url"], "PICTURE")
    standing = there["body"]
    for image in there["images"]:
        standing = standing.replace(image["url"], "PICTURE")
    assert moved.replace("\n", "") == standing.replace("\n", "")
    assert reading.article(new, int(results[1].id or 0))["status"] == "draft"
    again = list(import_paths([tmp_path / "out" / file], options))
    assert [result.status for result in again] == ["unchanged", "unchanged"]


@pytest.mark.parametrize(
    ("format", "file"),
    [("ndjson", "articles.ndjson"), ("ninjs", "articles.ninjs.json"), ("newsml", "articles.newsml.xml")],
)
def test_story_blocks_come_as_they_went(house: House, tmp_path: Path, format: str, file: str) -> None:
    old = house("cu")
    Image.new("RGB", (1000, 600), "green").save(tmp_path / "green.png")
    row = media.keep(old, imaging.rebuild(tmp_path / "green.png", get_settings().media_dir), EDITOR)
    files = {suffix: kept(old, tmp_path, content) for suffix, content in OF_BLOCKS.items()}
    blocks = [{"kind": kind, **fields} for kind, fields in samples(media.MEDIA + row.path, **files).items()]
    newer = '<aside data-block="later" data-v="3"><p data-field="what">Khối của bản sau.</p></aside>'
    sent = {"title": "Hồ mở nước", "section": "Kinh tế", "status": "published", "body_format": "blocks"}
    body = [*blocks, {"kind": "html", "html": f"<p>Hết.</p>{newer}"}]
    saved = articles.save_article(old, read_fields(ArticleInput, sent | {"body": body}), EDITOR)
    there = blocks_of(reading.article(old, saved.id)["body"])
    assert [one["kind"] for one in there] == [*samples(), "html", "html"]
    export_house(old, tmp_path / "out", (format,))
    new = house("moi")
    (result,) = import_paths([tmp_path / "out" / file], Options(media_folder=tmp_path / "out" / "media"))
    here = reading.article(new, int(result.id or 0))
    picture = here["images"][0]["url"]
    for url in files.values():
        assert (get_settings().media_dir / url.removeprefix(media.MEDIA)).is_file()
    said = json.dumps(blocks_of(here["body"])).replace("https://cu.example/", "/").replace(picture, "PICTURE")
    assert json.loads(said) == json.loads(json.dumps(there).replace(media.MEDIA + row.path, "PICTURE"))


def test_what_a_story_leads_to_is_found_in_the_new_house(house: House, tmp_path: Path) -> None:
    old = house("cu")
    Image.new("RGB", (1000, 600), "green").save(tmp_path / "green.png")
    picture = media.keep(old, imaging.rebuild(tmp_path / "green.png", get_settings().media_dir), EDITOR)
    sent = {"body": "<p>Bão vào.</p>", "section": "Kinh tế", "status": "published"}
    older = articles.save_article(old, read_fields(ArticleInput, sent | {"title": "Tin bão số 1"}), EDITOR).id
    more = {"second_section": "Xã hội", "event": "Bão số 5", "related": [older]}
    story = sent | more | {"title": "Tin bão số 2", "social_image": media.MEDIA + picture.path}
    articles.save_article(old, read_fields(ArticleInput, story), EDITOR)
    export_house(old, tmp_path / "out", ("ndjson", "ninjs"))
    new = house("moi")
    # Numbers are other ones here.
    articles.save_article(new, read_fields(ArticleInput, sent | {"title": "Bài của báo mới"}), EDITOR)
    options = Options(media_folder=tmp_path / "out" / "media")
    results = list(import_paths([tmp_path / "out" / "articles.ndjson"], options))
    first, second = (int(result.id or 0) for result in results)
    here = reading.article(new, second)
    assert (here["second_section"], here["event"], here["related"]) == ("xa-hoi", "Bão số 5", [first])
    assert (get_settings().media_dir / here["social_image"].removeprefix(media.MEDIA)).is_file()
    assert [one.status for one in import_paths([tmp_path / "out" / "articles.ndjson"], options)] == ["unchanged"] * 2
    other = house("ba")
    articles.save_article(other, read_fields(ArticleInput, sent | {"title": "Bài của báo mới"}), EDITOR)
    file = tmp_path / "out" / "articles.ninjs.json"
    first, second = (int(result.id or 0) for result in import_paths([file], options))
    here = reading.article(other, second)
    assert (here["second_section"], here["event"], here["related"]) == ("xa-hoi", "Bão số 5", [first])
    assert (get_settings().media_dir / here["social_image"].removeprefix(media.MEDIA)).is_file()
    assert (here["images"], here["tags"]) == ([], []), "it stands in no list of pictures, and a section is no keyword"
    assert [one.status for one in import_paths([file], options)] == ["unchanged"] * 2


def test_what_must_not_be_cut_of_a_picture_comes_along(house: House, tmp_path: Path) -> None:
    old = house("cu")
    Image.new("RGB", (1000, 600), "green").save(tmp_path / "green.png")
    row = media.keep(old, imaging.rebuild(tmp_path / "green.png", get_settings().media_dir), EDITOR)
    images = [{"url": media.MEDIA + row.path, "caption": caption, "focus": at} for caption, at in FOCUSED.items()]
    sent = {"title": "Chợ", "body": "<p>Chợ họp.</p>", "section": "Kinh tế", "images": images}
    articles.save_article(old, read_fields(ArticleInput, sent), EDITOR)
    export_house(old, tmp_path / "out", ("ndjson",))
    new = house("moi")
    options = Options(media_folder=tmp_path / "out" / "media")
    (result,) = import_paths([tmp_path / "out" / "articles.ndjson"], options)
    here = reading.article(new, int(result.id or 0))["images"]
    assert {one["caption"]: one["focus"] for one in here} == FOCUSED
    assert [one.status for one in import_paths([tmp_path / "out" / "articles.ndjson"], options)] == ["unchanged"]


def test_ndjson_leads_the_old_address_to_the_new_house(house: House, tmp_path: Path) -> None:
    old = house("cu")
    there = reading.article(old, fill(old, tmp_path))
    export_house(old, tmp_path / "out")
    new = house("moi")
    first, _ = import_paths([tmp_path / "out" / "articles.ndjson"])
    assert f"https://cu.example{reading.article(new, int(first.id or 0))['old_paths'][0]}" == there["url"]


def test_ndjson_leads_a_former_picture_to_where_it_lies_now(house: House, tmp_path: Path) -> None:
    fill(house("cu"), tmp_path)
    export_house(engine("ingest"), tmp_path / "out", ("ndjson",))
    for name, pictures in (("moi", tmp_path / "out" / "media"), ("khong-anh", tmp_path)):
        new = house(name)
        first, _ = import_paths([tmp_path / "out" / "articles.ndjson"], Options(media_folder=pictures))
        here = reading.article(new, int(first.id or 0))
        found = [(one["path"], f"/media/{one['file']}") for one in here["old_pictures"]]
        assert found == [(FORMER_PICTURE, image["url"]) for image in here["images"] if image["url"]], name
        assert len(found) == (name == "moi")


def test_what_was_withdrawn_comes_as_a_draft(house: House, tmp_path: Path) -> None:
    old = house("cu")
    articles.withdraw(old, fill(old, tmp_path), "Sai sự thật", EDITOR)
    export_house(old, tmp_path / "out")
    new = house("moi")
    first, _ = import_paths([tmp_path / "out" / "articles.ndjson"])
    assert reading.article(new, int(first.id or 0))["status"] == "draft"


def test_command_writes_everything_but_secrets(house: House, tmp_path: Path) -> None:
    from services.ingest.accounts.store.accounts import create_user

    store = house("cu")
    article_id = fill(store, tmp_path)
    create_user("lan@bao.example", "editor")
    arguments = ["export", str(tmp_path / "out"), "--format", "ndjson", "--format", "atom", "--json"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    counted = json.loads(result.output[result.output.index("{") :])
    assert counted["rows"]["articles.ndjson"] == 2
    assert counted["rows"]["revisions.ndjson"] == 2
    assert counted["media_files"] == len(list((tmp_path / "out" / "media").rglob("*.*"))) > 2
    text = (tmp_path / "out" / "users.ndjson").read_text()
    assert "lan@bao.example" in text and "argon2" not in text
    entries = fromstring((tmp_path / "out" / "articles.atom").read_text()).findall("{*}entry")
    assert [entry.findtext("{*}title") for entry in entries] == ["Mùa cà phê < & > “mật ong”"]
    assert entries[0].findtext("{*}id") == reading.article(store, article_id)["url"]
    assert not list((tmp_path / "out").glob("*.part"))
