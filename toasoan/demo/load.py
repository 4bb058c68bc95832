"""The demo paper pushed into a house: everything through the API, readers' comments straight into ingest's store."""

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import orjson

from shared.http_client import call
from shared.telemetry import log
from toasoan.demo import pictures
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
# A picture waits for its turn behind others that are being rebuilt.
_TIMEOUT_S = 60


def load_demo(ingest_url: str, key: str) -> None:
    """Push what the house does not have yet; articles that are there stay as they are.

    Raises OSError when the API cannot be reached or refuses something.
    """
    started = time.monotonic()
    api = _Api(ingest_url.rstrip("/"), key)
    # Drawn one after the other while the API works on those before.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="draw") as pencil:
        known = api.articles()
        _make_sections(api)
        all_stories = stories()
        missing = [story for story in all_stories if story.external_id not in known]
        drawn = {name: pencil.submit(pictures.draw, name) for name in _names(missing)}
        desk = _Desk(api, drawn, datetime.now(UTC))
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
    from shared.contracts.commands import SubmitComment
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


class _Api:
    """Ingest's API: answers as dicts, refusals as exceptions."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key

    def call(self, method: str, path: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._send(method, path, None if fields is None else orjson.dumps(fields), "application/json")

    def upload(self, words: dict[str, str], name: str, picture: bytes) -> dict[str, Any]:
        border = uuid4().hex.encode()
        parts = [f'name="{field}"\r\n\r\n{text}'.encode() for field, text in words.items()]
        parts.append(f'name="file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode() + picture)
        body = b"".join(b"--%b\r\nContent-Disposition: form-data; %b\r\n" % (border, part) for part in parts)
        kind = f"multipart/form-data; boundary={border.decode()}"
        return self._send("POST", "/api/media", body + b"--%b--\r\n" % border, kind)

    def _send(self, method: str, path: str, body: bytes | None, kind: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": kind}
        answer = call(method, self._url + path, seconds=_TIMEOUT_S, body=body, headers=headers)
        if not answer.is_success:
            said = answer.body[:500].decode(errors="replace")
            log.error("the API refused a part of the demo", path=path, status=answer.status, answer=said)
            raise OSError(f"{path} answered {answer.status}")
        return dict(orjson.loads(answer.body))

    def articles(self) -> dict[str, int]:
        """The id of every article that came with an external id."""
        found: dict[str, int] = {}
        page: dict[str, Any] = {"next": None}
        while True:
            before = {} if page["next"] is None else {"before": page["next"]}
            page = self.call("GET", f"/api/articles?{urlencode({'limit': 200} | before)}")
            found |= {one["external_id"]: one["id"] for one in page["articles"] if one["external_id"]}
            if page["next"] is None:
                return found


class _Desk:
    """Sends articles with their pictures; each picture is uploaded once."""

    def __init__(self, api: _Api, drawn: dict[str, "Future[bytes]"], start: datetime) -> None:
        self._api, self._drawn, self._start = api, drawn, start
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
        return {picture.name: self._upload(picture)["url"] for picture in story.pictures}

    def _upload(self, picture: Picture) -> dict[str, Any]:
        if picture.name not in self._uploaded:
            words = {"caption": picture.caption, "credit": picture.credit, "alt": picture.alt}
            drawn = self._drawn.pop(picture.name).result()
            self._uploaded[picture.name] = self._api.upload(words, f"{picture.name}.jpg", drawn)
        return self._uploaded[picture.name]


def _names(wanted: Iterable[DemoStory]) -> list[str]:
    """The pictures of the stories in the order of their use."""
    return list(dict.fromkeys(picture.name for story in wanted for picture in story.pictures))


def _make_sections(api: _Api) -> None:
    there = {section["name"] for section in api.call("GET", "/api/sections")["sections"]}
    for position, name in enumerate(SECTIONS, 1):
        if name not in there:
            api.call("POST", "/api/sections", {"name": name, "position": position})
