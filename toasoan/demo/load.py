"""The demo paper pushed into a house: everything through the API, readers' comments straight into ingest's store."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.telemetry import log
from toasoan.demo import files, pictures
from toasoan.demo.api import DemoApi
from toasoan.demo.stories import DemoStory, Picture, stories

# The order of the menu.
SECTIONS = (
    "Thời sự",
    "Kinh tế",
    "Văn hóa - Xã hội",
    "Giáo dục",
    "Y tế",
    "Pháp luật",
    "Thể thao",
    "Du lịch",
    "Bạn đọc",
)


def load_demo(ingest_url: str, key: str) -> None:
    """Push what the house does not have yet; articles that are there stay as they are.

    Raises OSError when the API cannot be reached or refuses something.
    """
    started = time.monotonic()
    api = DemoApi(ingest_url, key)
    # Drawn one after the other while the API works on those before.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="draw") as pencil:
        known = api.articles()
        _make_sections(api)
        all_stories = stories()
        missing = [story for story in all_stories if story.external_id not in known]
        drawn = {name: pencil.submit(pictures.draw, name) for name in _names(missing)}
        desk = _Desk(api, drawn, datetime.now(UTC), known)
        leads = sum(1 for story in missing if story.lead)
        for number, story in enumerate(missing, 1):
            known[story.external_id] = desk.push(story)
            if number == leads:
                api.call("PUT", "/api/front-page", {"pinned": [known[s.external_id] for s in all_stories if s.lead]})
        for story in all_stories:
            if story.notice:
                desk.correct(story, known[story.external_id])
    log.info("demo paper loaded", articles=len(missing), seconds=round(time.monotonic() - started, 1))


def publish_comments() -> None:
    """Approve the comments that the demo's articles come with; once, whatever editors do to them later."""
    from sqlalchemy import select

    from services.ingest.articles.tables import articles
    from services.ingest.comments.store import comments
    from services.ingest.comments.tables import comments as table
    from services.ingest.kit.actors import Actor
    from shared.contracts.from_readers import SubmitComment
    from shared.database import engine, read

    with read(engine("ingest")) as connection:
        columns = select(articles.c.external_id, articles.c.id, articles.c.published_at)
        known = {
            row.external_id: row for row in connection.execute(columns.where(articles.c.external_id.like("demo-%")))
        }
    tokens = []
    for story in stories():
        row = known.get(story.external_id)
        if row is None:
            continue
        for number, (name, text) in enumerate(story.comments):
            token = f"{story.external_id}-{number}"
            at = min(datetime.now(UTC), row.published_at + timedelta(minutes=21 + 37 * number))
            sent = SubmitComment(token=token, article_id=row.id, name=name, text=text, at=at)
            comments.hold(engine("ingest"), sent)
            tokens.append(token)
    held = select(table.c.id).where(table.c.token.in_(tokens), table.c.status == "held")
    with read(engine("ingest")) as connection:
        ids = list(connection.execute(held).scalars())
    for comment_id in ids:
        comments.approve(engine("ingest"), comment_id, Actor("demo"))


class _Desk:
    """Sends articles with their pictures; each picture is uploaded once. `known` has the ids of what is there."""

    def __init__(
        self, api: DemoApi, drawn: dict[str, "Future[bytes]"], start: datetime, known: Mapping[str, int]
    ) -> None:
        self._api, self._drawn, self._start, self._known = api, drawn, start, known
        self._uploaded: dict[str, dict[str, Any]] = {}

    def push(self, story: DemoStory) -> int:
        """Publish a story, as it was before its correction; returns its id."""
        body = story.html(self._start, self._addresses(story))
        if story.notice:
            body = body.replace(story.right, story.wrong, 1)
        fields = {
            "external_id": story.external_id,
            "status": "published",
            "title": story.title,
            "summary": story.dated(story.summary, self._start),
            "body": body,
            "section": story.section,
            "kind": story.kind,
            "tags": [tag.strip() for tag in story.tags.split(";") if tag.strip()],
            "dateline": story.dateline,
            "byline": story.byline,
            "published_at": story.published_at(self._start).isoformat(),
            "earlier_views": story.views,
            "images": [
                {
                    "media_id": self._upload(picture)["id"],
                    "caption": picture.caption,
                    "credit": picture.credit,
                    "alt": picture.alt,
                }
                for picture in story.pictures
            ],
        }
        return int(self._api.call("POST", "/api/articles", fields)["id"])

    def correct(self, story: DemoStory, article_id: int) -> None:
        """Correct a story in public, unless that was done."""
        now = self._api.call("GET", f"/api/articles/{article_id}")
        if now["corrections"] or now["status"] != "published":
            return
        fields = {"notice": story.notice, "wrong": story.wrong, "right": story.right}
        fields["body"] = now["body"].replace(story.wrong, story.right)
        self._api.call("POST", f"/api/articles/{article_id}/correct", fields)

    def _addresses(self, story: DemoStory) -> dict[str, str]:
        pictures = {picture.name: self._upload(picture)["url"] for picture in story.pictures}
        return pictures | {name: self._file(name) if "." in name else self._story(name) for name in story.linked}

    def _file(self, name: str) -> str:
        return str(self._api.upload({}, name, files.content(name))["url"])

    def _story(self, name: str) -> str:
        return str(self._api.call("GET", f"/api/articles/{self._known[f'demo-{name}']}")["url"])

    def _upload(self, picture: Picture) -> dict[str, Any]:
        if picture.name not in self._uploaded:
            words = {"caption": picture.caption, "credit": picture.credit, "alt": picture.alt}
            drawn = self._drawn.pop(picture.name).result()
            self._uploaded[picture.name] = self._api.upload(words, f"{picture.name}.jpg", drawn)
        return self._uploaded[picture.name]


def _names(wanted: Iterable[DemoStory]) -> list[str]:
    """The pictures of the stories in the order of their use."""
    return list(dict.fromkeys(picture.name for story in wanted for picture in story.pictures))


def _make_sections(api: DemoApi) -> None:
    there = {section["name"] for section in api.call("GET", "/api/sections")["sections"]}
    for position, name in enumerate(SECTIONS, 1):
        if name not in there:
            api.call("POST", "/api/sections", {"name": name, "position": position})
