"""Who writes what in ingest's tests, and an empty store."""

from sqlalchemy import Engine

from services.ingest.kit.actors import Actor
from tests import tables

EDITOR = Actor("user:editor")

STORY = {
    "title": "Khai mạc hội chợ huyện",
    "body": "<p>Sáng nay, hội chợ khai mạc.</p>",
    "section": "Kinh tế",
    "status": "published",
}


def migrated() -> Engine:
    return tables.migrated("ingest")
