"""A file of the media folder is readers' as long as a public article shows it."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from services.web import keys, only_ones, store
from services.web.change_log import changes_after
from services.web.changes import BLIND_SECONDS
from services.web.reading import reading
from shared.contracts.articles import ArticleState, Author, Image
from shared.contracts.events import PortraitsChanged
from shared.database import engine, migrate, read, write
from shared.migrations import upgrade
from shared.settings import get_settings
from tests.contract.web.conftest import Site, delivered, published, state, withdrawn
from tests.media import PDF
from tests.servers import PostgresServer
from tests.swallow import Swallower
from tests.wait import until

ONE, OTHER, FILM, DRAFT, PLAN = (f"ab/{digit * 32}" for digit in "12345")


def picture(name: str) -> Image:
    return Image(url=f"/media/{name}.jpg", width=1200, height=800, renditions=((480, f"/media/{name}-480.webp"),))


@pytest.fixture
def files() -> Path:
    """The media folder with two pictures in two sizes, a film, a document, and a picture that nothing shows."""
    folder = get_settings().media_dir
    (folder / "ab").mkdir(parents=True)
    for name in (ONE, OTHER, DRAFT):
        (folder / f"{name}.jpg").write_bytes(b"\xff\xd8\xff" + name.encode())
        (folder / f"{name}-480.webp").write_bytes(b"RIFF" + name.encode())
    (folder / f"{FILM}.mp4").write_bytes(bytes(2000))
    (folder / f"{PLAN}.pdf").write_bytes(PDF)
    return folder


def shown(store_engine: Engine) -> list[str]:
    with reading(store_engine) as view:
        return [name for name in (ONE, OTHER, FILM, DRAFT) if view.shows(name)]


def test_a_picture_comes_and_goes_with_the_article_that_shows_it(files: Path, site: Site) -> None:
    sizes = [f"/media/{ONE}.jpg", f"/media/{ONE}-480.webp"]
    assert [site.get(path).status_code for path in sizes] == [404, 404], "nothing public shows it"
    site.tell(store.publish, published(state(1, images=(picture(ONE),))))
    until(lambda: [site.get(path).status_code for path in sizes] == [200, 200], 20, "it is public with its article")
    sent = site.get(sizes[0])
    assert sent.content == (files / f"{ONE}.jpg").read_bytes()
    assert sent.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert sent.headers["cross-origin-resource-policy"] == "cross-origin", "other sites may show it, as behind nginx"
    kept = dict(word.strip().partition("=")[::2] for word in sent.headers["cache-control"].split(","))
    assert int(kept["max-age"]) <= 2 and "immutable" not in kept, "browsers and a CDN ask again"
    assert site.get(sizes[0], headers={"if-none-match": sent.headers["etag"]}).status_code == 304
    site.tell(store.withdraw, withdrawn(1, 2))
    until(lambda: [site.get(path).status_code for path in sizes] == [404, 404], 20, "it is gone with its article")
    assert site.get(sizes[0], headers={"if-none-match": sent.headers["etag"]}).status_code == 404
    assert site.client.head(sizes[0]).status_code == 404


def test_a_portrait_is_public_as_long_as_it_is_shown(files: Path, site: Site) -> None:
    told = [delivered(PortraitsChanged(version=number, portraits=faces), 1, number) for number, faces in _FACES]
    site.tell(store.publish, published(state(1, authors=(Author(name="Thu Sương", slug="thu-suong"),))))
    page = "/tac-gia/thu-suong"
    site.until(page, '<p class="face" aria-hidden="true">TS</p>')
    site.tell(only_ones.set_portraits, told[0])
    site.until(page, f'src="/media/{ONE}-480.webp" alt="Thu Sương"')
    assert site.get(f"/media/{ONE}-480.webp").status_code == 200
    site.tell(only_ones.set_portraits, told[1])
    until(lambda: site.get(f"/media/{ONE}-480.webp").status_code == 404, 20, "it is nobody's any more")
    site.until(page, '<p class="face" aria-hidden="true">TS</p>')


_FACES: list[tuple[int, dict[str, Image]]] = [
    (1, {"thu-suong": picture(ONE).model_copy(update={"alt": "Thu Sương"})}),
    (2, {}),
]


def test_whatever_shows_a_file_makes_it_public(files: Path, site: Site) -> None:
    plan = f'<p><a href="/media/{PLAN}.pdf">Kế hoạch</a></p>'
    body = f'<p>x</p><figure><img src="/media/{OTHER}.jpg" alt=""></figure>{plan}'
    shows = state(1, images=(picture(ONE),), body=body, kind="video", video_url=f"/media/{FILM}.mp4")
    site.tell(store.publish, published(shows))

    def is_public(path: str) -> bool:
        return site.get(f"/media/{path}").status_code == 200

    for path in (f"{ONE}-480.webp", f"{OTHER}-480.webp", f"{FILM}.mp4", f"{PLAN}.pdf"):
        until(partial(is_public, path), 20, path)
    assert site.get(f"/media/{FILM}.mp4", headers={"range": "bytes=0-99"}).status_code == 206
    document = site.get(f"/media/{PLAN}.pdf").headers
    assert (document["content-type"], document["content-disposition"]) == ("application/pdf", "attachment")
    assert site.get(f"/media/{DRAFT}.jpg").status_code == 404
    for path in (f"ab/%2e%2e/{DRAFT}.jpg", "ab", "", "ab/.new", f"{ONE}.jpg/x", f"x/{ONE}.jpg"):
        assert site.get(f"/media/{path}").status_code == 404, path


@pytest.mark.postgres
def test_who_cannot_reach_the_database_shows_what_was_public_unless_it_may_be_withdrawn(
    files: Path, tmp_path: Path, broker: object, counters_redis: object, postgres: str, postgres_server: PostgresServer
) -> None:
    address = f"/media/{ONE}.jpg"
    with Swallower(postgres_server.address, postgres_server.port) as cable:
        site = Site(tmp_path / "web.log")
        site.tell(store.publish, published(state(1, images=(picture(ONE),))))
        try:
            site.start(TOASOAN_DATABASE_URL=postgres.replace(f":{postgres_server.port}/", f":{cable.port}/"))
            assert site.get(address).status_code == 200
            cable.cut = True
            cable.swallow()
            assert site.get(f"/media/{OTHER}.jpg").status_code == 503, "nobody knows"
            assert site.get(address).status_code == 200
            site.tell(store.withdraw, withdrawn(1, 2))
            until(lambda: site.get(address).status_code == 503, BLIND_SECONDS + 10, "the picture is held back")
            cable.cut = False
            cable.swallow()
            until(lambda: site.get(address).status_code == 404, 30, "it is withdrawn")
        finally:
            site.close()


def test_a_file_is_public_until_the_last_article_lets_go_of_it(store_engine: Engine) -> None:
    both = state(1, images=(picture(ONE), picture(OTHER)))
    store.publish(store_engine, [published(both), published(state(2, images=(picture(ONE),)))])
    assert shown(store_engine) == [ONE, OTHER]
    # A new version without them; what the other still shows stays.
    store.publish(store_engine, [published(state(1, 2))])
    assert shown(store_engine) == [ONE]
    store.publish(store_engine, [published(both)])
    assert shown(store_engine) == [ONE], "what comes late changes nothing"
    store.withdraw(store_engine, [withdrawn(2, 2, "unpublished")])
    assert shown(store_engine) == []
    named = [row.what for row in changes_after(store_engine, 0)]
    told = [[key for key in what if key.startswith("media:")] for what in named]
    assert told == [[], [keys.media(OTHER)], [keys.media(ONE)]], "who keeps one hears of it when it is gone"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def before(request: pytest.FixtureRequest) -> Engine:
    """A database of the release before."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    upgrade("web", "web_0002")
    return engine("web")


def _written_by_the_release_before(source: Engine, article: ArticleState, public: bool = True) -> None:
    row = {"id": article.id, "public": public, "state": article.model_dump_json() if public else None}
    row |= {"card": "{}", "at": int(datetime.now(UTC).timestamp())}
    with write(source) as connection:
        connection.execute(
            text(
                "INSERT INTO articles (id, version, public, reason_kind, published_at, lists, card, state)"
                " VALUES (:id, 1, :public, '', :at, '[]', :card, :state)"
            ),
            row,
        )
        if public:
            entry = {"list": "all", "published_at": row["at"], "article_id": article.id}
            connection.execute(text("INSERT INTO entries VALUES (:list, :published_at, :article_id)"), entry)


def test_an_update_keeps_the_pictures_of_what_is_public(before: Engine) -> None:
    for number in range(1, 1200):
        _written_by_the_release_before(before, state(number, images=(picture(f"{number:02x}"[-2:] + ONE[2:]),)))
    _written_by_the_release_before(before, state(2000, images=(picture(OTHER),)), public=False)
    migrate("web")
    with read(before) as connection:
        assert connection.execute(text("SELECT count(*) FROM media_uses")).scalar() == 1199
    assert shown(before) == [ONE]
    # The old worker goes on for a moment, the new one starts.
    _written_by_the_release_before(before, state(1300, video_url=f"/media/{FILM}.mp4"))
    assert shown(before) == [ONE]
    store.note_media_of_the_newest(before)
    assert shown(before) == [ONE, FILM]
