"""A real browser, the readers' site with the sample paper, and the checkers of accessibility and HTML."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import Engine

from services.web import only_ones
from shared.contracts.events import Figure, FiguresChanged, PortraitsChanged
from tests.browser.chromium import EXECUTABLE, READER, chromium
from tests.browser.newsroom import Newsroom, newsroom_of
from tests.browser.node import modules
from tests.browser.own_desk import OwnDesk, own_desk
from tests.conftest import forget_settings
from tests.contract.web.conftest import Site, delivered, site
from tests.house import House
from tests.servers import RedisServer
from tests.unit.web.pages import sample

__all__ = ["READER", "site"]

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Skips where no Chromium is installed. Of each module: as long as it lives, asyncio can't be used beside it."""
    if EXECUTABLE is None:
        pytest.skip("Chromium is not installed")
    with chromium() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A reader nobody has seen: an empty profile, an agent that does not call itself headless (that is a robot's)."""
    made = browser.new_context(locale="vi-VN", user_agent=READER)
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OwnDesk]:
    """A desk of its own, which the test may kill."""
    with own_desk(tmp_path / "desk") as made:
        yield made


@pytest.fixture
def secretary(desk: OwnDesk, context: BrowserContext) -> BrowserContext:
    """A browser in which the secretary is signed in."""
    context.set_default_timeout(30_000)
    desk.sign_in(context, "secretary")
    return context


@pytest.fixture(scope="module")
def people(house: House, browser: Browser) -> Iterator[Newsroom]:
    house.push(title="Để có chuyên mục", section="Kinh tế", status="draft")
    with newsroom_of(house, browser) as made:
        yield made


@pytest.fixture
def newsroom(people: Newsroom) -> Iterator[Newsroom]:
    """Whatever is done at the desk, no script fails and the page's policy holds."""
    people.said.clear()
    yield people
    people.close_windows()
    assert people.said == []


@pytest.fixture(scope="module")
def paper_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The running site with the sample paper and its pictures, for all tests that do not harm it."""
    with running_paper_site(tmp_path_factory.mktemp("paper")) as made:
        yield made


@pytest.fixture
def own_paper_site(tmp_path: Path) -> Iterator[Site]:
    """The same for one test that may break it."""
    with running_paper_site(tmp_path / "paper") as made:
        yield made


@contextmanager
def running_paper_site(folder: Path, **environment: str) -> Iterator[Site]:
    """The running site with the sample paper and its pictures."""
    broker, counters = RedisServer(folder / "broker"), RedisServer(folder / "counters")
    site = None
    try:
        broker.start()
        counters.start()
        with pytest.MonkeyPatch.context() as own:
            own.setenv("TOASOAN_DATA_DIR", str(folder / "data"))
            own.setenv("TOASOAN_BROKER_URL", broker.celery_url)
            own.setenv("TOASOAN_REDIS_URL", counters.url)
            forget_settings()
            site = Site(folder / "web.log")
            sample.fill(site.engine)
            _tell_of_today(site.engine)
            _draw_pictures(folder / "data" / "media" / "aa")
            site.start(**environment)
        forget_settings()
        yield site
    finally:
        if site is not None:
            site.close()
        counters.close()
        broker.close()


def _tell_of_today(engine: Engine) -> None:
    """Weather that holds, and an author's portrait."""
    weather = tuple(
        Figure(label=place, value="18–26 °C", note="nắng") for place in ("Mường Sương", "Nà Lếch", "Pú Xôm")
    )
    told = FiguresChanged(version=1, figures=weather, until=datetime.now(UTC) + timedelta(days=1))
    only_ones.set_figures(engine, [delivered(told, 1)])
    (face,) = sample.article(1).images
    face = face.model_copy(update={"alt": "Quang Long"})
    only_ones.set_portraits(engine, [delivered(PortraitsChanged(version=1, portraits={"quang-long": face}), 1)])


def _draw_pictures(folder: Path) -> None:
    folder.mkdir(parents=True)
    picture = Image.new("RGB", (1600, 900), "#527a66")
    picture.save(folder / "all.jpg")
    for width in (480, 960):
        picture.resize((width, width * 9 // 16)).save(folder / f"all-{width}.webp")
    for number in range(1, sample.ARTICLES + 1):
        for image in sample.article(number).images:
            name = image.url.rpartition("/")[2].removesuffix(".jpg")
            for end in (".jpg", "-480.webp", "-960.webp"):
                (folder / f"{name}{end}").hardlink_to(folder / f"all{end}")


@pytest.fixture(scope="session")
def checkers() -> Path:
    """node_modules with axe-core and vnu."""
    try:
        return modules(HERE)
    except LookupError as error:
        pytest.skip(str(error))
