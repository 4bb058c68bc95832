"""`python -m services.web.theme.trial FOLDER` tries a theme on a sample paper and leaves the archive in the data dir,
which is empty at the begin; what is wrong is printed as JSON, with exit code 1. `trying` starts it."""

import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

import orjson

from services.web import tables
from services.web.page import Page, Site
from services.web.pages import article, errors, search
from services.web.reading import reading
from services.web.render import FOLDER, place_of, themed
from services.web.routes import PARTS, resolve
from services.web.theme import current, folder, making, sample
from services.web.theme.folder import TEMPLATES, ThemeFault, ThemeRefused
from services.web.theme.looking import faults_of
from services.web.theme.packed import archive_in
from shared.contracts.addresses import article_path, live_path
from shared.contracts.commands import SearchAnswer, SearchArticles, SearchHit
from shared.database import make_engine
from shared.settings import Settings, get_settings

_PAGE_SECONDS = 3.0
"""Of the processor: a page takes some milliseconds."""
_CPU_SECONDS = 60
_MEMORY_BYTES = 1_000_000_000
_MOST_FAULTS = 20
_ADDRESSES = (
    "/ /thoi-su /thoi-su?trang=2 /kinh-te /doc-nhieu /cai-chinh /anh /video /tu-khoa/tet /tac-gia/quang-long "
    "/ngay/2026-03-02 /ngay/2026-03 /cach-tinh-luot-xem /gioi-thieu /rieng-tu /ngoai-tuyen /doc-sau /gui-tin /kenh-rss"
)

Make = Callable[[Site], Page]


class TakesTooLong(Exception):
    """The processor's time for this page is over."""


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _end)
    settings = get_settings()
    try:
        files = folder.read(Path(sys.argv[1]))
        data = making.archive(files)
        archive = archive_in(settings.data_dir)
        archive.parent.mkdir()
        archive.write_bytes(data)
        current.on_trial = current.unpacked(data)
        faults = Trial(settings, files).faults()
    except ThemeRefused as refused:
        faults = list(refused.faults)
    sys.stdout.buffer.write(orjson.dumps(faults[:_MOST_FAULTS]))
    return 1 if faults else 0


class Trial:
    """Every kind of page, made with the theme's templates and none of ours in their place."""

    def __init__(self, settings: Settings, files: dict[str, bytes]) -> None:
        self._settings = settings
        self._own = {name: data.decode() for name, data in files.items() if name.startswith(TEMPLATES)}
        self._environment = themed(settings)
        self._engine = make_engine(f"sqlite:///{settings.data_dir / 'sample.db'}", "web")
        tables.metadata.create_all(self._engine)
        self._faults: list[ThemeFault] = []
        self._hopeless = False
        """A page took too much: so would the others."""

    def faults(self) -> list[ThemeFault]:
        # A paper's first day.
        self._try("/", *_made("/"))
        sample.fill(self._engine)
        for address, path, make in _pages():
            if self._hopeless:
                break
            self._try(address, path, make)
        return list(dict.fromkeys(self._faults or self._unused()))

    def _try(self, address: str, path: str, make: Make) -> None:
        """Note what is wrong with the page of this address."""
        signal.setitimer(signal.ITIMER_PROF, _PAGE_SECONDS)
        try:
            with reading(self._engine) as view:
                page = make(Site.of(view, self._settings, self._rendered, path, {}))
            self._faults += faults_of(page, self._settings, self._own)
        except Exception as error:
            fault = self._fault(error, address)
            # Once for each place, not once for each page.
            if not any((fault.file, fault.line) == (one.file, one.line) for one in self._faults):
                self._faults.append(fault)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _rendered(self, template: str, **context: object) -> str:
        return self._environment.get_template(template).render(context)

    def _fault(self, error: Exception, address: str) -> ThemeFault:
        file, line = place_of(error)
        self._hopeless = isinstance(error, TakesTooLong | MemoryError)
        if isinstance(error, TakesTooLong):
            words = f"dựng trang {address} tốn hơn {_PAGE_SECONDS:g} giây của bộ xử lý"
        elif isinstance(error, MemoryError):
            words = f"dựng trang {address} tốn quá nhiều bộ nhớ"
        else:
            words = f"mẫu hỏng khi dựng trang {address} ({type(error).__name__}: {str(error)[:300]})"
        return ThemeFault(file or TEMPLATES, line, words)

    def _unused(self) -> list[ThemeFault]:
        used = {TEMPLATES + name for _, name in self._environment.cache or {}}
        known = ", ".join(sorted(path.name for path in FOLDER.iterdir()))
        words = f"không trang nào dùng mẫu này; các mẫu có sẵn là {known}"
        return [ThemeFault(name, 0, words) for name in self._own if name not in used]


def _pages() -> Iterator[tuple[str, str, Make]]:
    """(what people call it, its path, how it is made) of every kind of page."""
    for address in _ADDRESSES.split():
        yield address, *_made(address)
    for number in (sample.STORY, sample.PHOTOS, sample.VIDEO, sample.BARE, sample.LIVE):
        state = sample.article(number)
        path = article_path(state.section_slug, state.slug, state.id)
        yield path, *_made(path)
    live = live_path(sample.LIVE)
    version = sample.article(sample.LIVE).version + sum(entry.version for entry in sample.LIVE_ENTRIES)
    for address in (live, f"{live}/{version}", f"{live}.xml"):
        yield address, *_made(address)
    story = sample.article(sample.STORY)
    yield (
        "bình luận chưa gửi được",
        path,
        lambda site: article.story_page(site, story, problem="Thiếu tên.", text="Hay."),
    )
    for name, part in PARTS.items():
        yield f"phần chung {name}", "", part
    yield "404", "/khong-co", errors.not_found
    yield "410", "/khong-con", errors.gone
    yield "503", "/", errors.unavailable
    yield "503 không có dữ liệu", "/", lambda site: Page("error", site.render("unavailable.html", **_AWAY))
    hit = SearchHit(
        id=story.id,
        title=story.title,
        url=path,
        section=story.section_name,
        section_slug=story.section_slug,
        published_at=story.published_at,
        summary=story.summary,
        highlight="Chợ <mark>phiên</mark>.",
    )
    asked = SearchArticles(q="chợ phiên", section="thoi-su")
    answers = {
        "tìm kiếm": (None, None, ""),
        "tìm thấy": (
            asked,
            SearchAnswer(total=1, took_ms=1, suggestion="chợ phiền", facets=_FACETS, results=(hit,)),
            "",
        ),
        "không tìm thấy": (asked, SearchAnswer(total=0, took_ms=1), ""),
        "tìm kiếm đang nghỉ": (asked, None, ""),
        "câu tìm không hiểu được": (None, None, "Câu tìm quá dài."),
    }
    for name, (query, answer, problem) in answers.items():
        yield name, "/tim-kiem", _search(query, answer, problem)


_AWAY = {"number": 503, "name": "Trang tạm thời chưa mở được", "words": "Xin bạn thử lại sau ít phút."}
_FACETS = {name: [{"value": "thoi-su", "label": "Thời sự", "count": 1}] for name in ("section", "year", "author")}


def _search(query: SearchArticles | None, answer: SearchAnswer | None, problem: str) -> Make:
    return lambda site: search.search(site, query, answer, query.q if query else "", problem)


def _made(address: str) -> tuple[str, Make]:
    path, _, asked = address.partition("?")
    found = resolve(path, asked)
    assert found is not None, address

    def make(site: Site) -> Page:
        return found.maker(replace(site, query=found.query), *found.arguments)

    return path, make


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise TakesTooLong


if __name__ == "__main__":
    sys.exit(main())
