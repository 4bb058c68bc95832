"""Names of those who stand in revisions and in the audit log."""

from collections.abc import Iterable

from sqlalchemy import Engine

from services.ingest.accounts.store import directory
from shared.vietnamese.text import fold

_OTHERS = {
    "scheduler": "Hẹn giờ",
    "command line": "Dòng lệnh",
    "ban": "Lệnh chặn",
    "readers": "Bạn đọc",
    "import": "Nhập tệp",
    "webhooks": "Webhook",
    "demo": "Báo mẫu",
    "figures": "Thời tiết, giá cả",
}


def names(engine: Engine, actors: Iterable[str]) -> dict[str, str]:
    """What to call each actor: "user:lan@bao.vn" by the account's name, "key:TTX" as "Khóa TTX"."""
    wanted = set(actors)
    emails = [actor.removeprefix("user:") for actor in wanted if actor.startswith("user:")]
    found = {f"user:{email}": name for email, name in directory.names(engine, emails).items()} if emails else {}
    return {actor: found.get(actor) or _plain(actor) for actor in wanted}


def actors(engine: Engine, words: str) -> list[str]:
    """Whose name has these letters, with or without their marks; the other way round of `names`."""
    known = {f"user:{one.email}": one.name for one in directory.listed(engine)} | _OTHERS
    return [actor for actor, name in known.items() if fold(words) in fold(name)]


def _plain(actor: str) -> str:
    kind, _, name = actor.partition(":")
    if kind == "key" and name:
        return f"Khóa “{name}”"
    return _OTHERS.get(actor, name or actor)
