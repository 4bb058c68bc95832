"""The demo paper: its articles and pictures as files, and loaded into a real API."""

import io
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from services.ingest.articles.sanitise import clean_html
from services.ingest.media import unchanged
from shared.blocks.registry import kinds
from tests.pages import REAL
from toasoan.demo import files, pictures
from toasoan.demo.canvas import HEIGHT, MAX_BYTES, WIDTH
from toasoan.demo.load import SECTIONS
from toasoan.demo.stories import FOLDER, DemoStory, read, stories

PLACE = f"/media/ab/{'0' * 31}"
START = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
FILES = sorted(FOLDER.glob("*.txt"))


def words(story: DemoStory) -> list[str]:
    return re.sub(r"<[^>]*>", " ", story.prose).split()


def test_there_is_a_whole_paper() -> None:
    paper = stories()
    assert len(paper) >= 40
    assert {story.section for story in paper} == set(SECTIONS)
    assert all(sum(story.section == section for story in paper) >= 3 for section in SECTIONS)
    assert len({story.title for story in paper}) == len(paper)
    assert sum(story.kind == "photo" for story in paper) == 3
    assert sum(bool(story.notice) for story in paper) == 2
    assert [story.lead for story in paper[:4]] == [1, 2, 3, 0]
    for tag in ("<table>", "<blockquote>", "<aside>", "<ol>"):
        assert any(tag in story.body for story in paper)
    shown = {name for story in paper for name in kinds() if f'"kind": "{name}"' in story.body}
    assert shown == set(kinds()), "every kind of block"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_article_is_fit_to_print(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert unicodedata.normalize("NFC", text) == text
    story = read(path)
    assert story.title and story.byline and story.summary and story.tags
    assert story.prose.startswith("BM - ") and story.dateline == "BM"
    assert 120 <= len(words(story)) <= 350
    assert story.views > 0
    at = story.published_at(START)
    assert 0 < (START - at).total_seconds() < 31 * 86_400
    assert "{" not in story.dated(story.prose + story.summary, START)
    places = {picture.name: f"{PLACE}{at}.jpg" for at, picture in enumerate(story.pictures)}
    links = {name: f"{PLACE}0.{name.rpartition('.')[2]}" if "." in name else "/a/b-1" for name in story.linked}
    made = story.html(START, places | links)
    assert clean_html(made).count("data-block=") == made.count("data-block="), "blocks hold"
    assert all("." in name or (FOLDER / f"{name}.txt").exists() for name in story.linked)
    for picture in story.pictures:
        assert picture.name in pictures.PICTURES
        assert picture.caption and picture.credit and picture.alt
    for marked in re.findall(r"^\[(.+)\]$", story.body, re.MULTILINE):
        assert marked in [picture.name for picture in story.pictures]
    if story.notice:
        assert story.right in story.body and story.wrong not in story.body


def test_nothing_is_taken_from_the_seed() -> None:
    if not REAL.exists():
        pytest.skip("the seed's article is not at hand")

    def runs(text: str) -> set[tuple[str, ...]]:
        plain = re.findall(r"\w+", re.sub(r"<[^>]*>", " ", text).lower())
        return {tuple(plain[at : at + 9]) for at in range(len(plain) - 8)}

    seed = runs(REAL.read_text(encoding="utf-8"))
    for path in FILES:
        assert not runs(path.read_text(encoding="utf-8")) & seed, path.name


def test_days_are_those_of_the_first_start() -> None:
    story = DemoStory(name="x", title="x", section="x", published="3 16:40", body="Ngày {ngày}, trước {ngày+5}.")
    # 20:30 UTC on 1 March is 2 March in Vietnam.
    assert story.published_at(START).isoformat() == "2026-02-27T16:40:00+07:00"
    assert story.html(START, {}) == "<p>Ngày 27/2, trước 4/3.</p>"


@pytest.mark.parametrize("line", ["no colon", "title: twice\ntitle: twice", "colour: red"])
def test_header_that_cannot_be_meant_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(f"section: Kinh tế\npublished: 5m\n{line}\n\nBM - Bài.", encoding="utf-8")
    with pytest.raises((ValueError, TypeError)):
        read(path)


def test_films_sound_and_documents_are_small_and_fit_for_the_store(tmp_path: Path) -> None:
    names = {name for path in FILES for name in read(path).linked if "." in name}
    lying = {path.name for path in Path(files.__file__).with_name("media").iterdir()}
    assert lying == {name for name in names if not name.endswith(".pdf")}
    for name in names:
        (tmp_path / name).write_bytes(files.content(name))
        type_, size, _ = unchanged.checked(str(tmp_path / name))
        assert unchanged.SUFFIXES[type_] == name.rpartition(".")[2]
        assert size <= 300_000, name


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_every_picture_is_used_and_small(name: str) -> None:
    assert any(picture.name == name for path in FILES for picture in read(path).pictures)
    drawn = pictures.draw(name)
    assert len(drawn) <= MAX_BYTES
    with Image.open(io.BytesIO(drawn)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (WIDTH, HEIGHT))
