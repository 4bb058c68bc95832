"""Readers' comments on disk until ingest says that it holds them: what a reader was thanked for is not lost, whatever
becomes of the broker and of the worker that has the message in its hands.

A file for each comment, named by its token; several web processes may share the folder, because ingest knows a token
that comes twice.
"""

import time
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from services.web.synced_files import sync_folder, write_whole
from shared.contracts.commands import SubmitComment
from shared.telemetry import log

LIMIT = 10_000
"""Comments on disk at most. Past it readers are told that theirs was not taken."""
GIVE_UP_SECONDS = 7 * 86_400.0
"""Ingest does not take comments on an article that it does not know: after this long they are dropped."""

DAMAGED_SECONDS = 30 * 86_400.0
"""What could not be read lies aside for so long, for whoever wants to look."""


class CommentJournalFull(OSError):
    """What was not written is not held."""


class CommentJournal:
    """The folder is made when the first comment comes. Raises OSError when the disk does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, comment: SubmitComment) -> None:
        """Written and synced when this returns. Raises CommentJournalFull, OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if len(self._files()) >= LIMIT:
            raise CommentJournalFull("too many comments wait for ingest")
        write_whole(self._folder / f"{comment.token}.json", comment.model_dump_json().encode())
        sync_folder(self._folder)

    def waiting(self, seconds: float) -> list[SubmitComment]:
        """Those that have waited for longer."""
        found = []
        for damaged in self._folder.glob("*.damaged"):
            with suppress(FileNotFoundError):
                if time.time() - damaged.stat().st_mtime > DAMAGED_SECONDS:
                    damaged.unlink()
        for path in self._files():
            try:
                age = time.time() - path.stat().st_mtime
                if age > GIVE_UP_SECONDS:
                    log.error("comment dropped: ingest would not take it", token=path.stem)
                    path.unlink(missing_ok=True)
                elif age > seconds:
                    found.append(SubmitComment.model_validate_json(path.read_bytes()))
            except FileNotFoundError:
                continue  # another process was told that ingest has it
            except ValidationError as error:
                log.error("comment damaged on disk, put aside", token=path.stem, error=repr(error)[:200])
                path.rename(path.with_suffix(".damaged"))
        return found

    def forget(self, token: str) -> None:
        (self._folder / f"{token}.json").unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"), key=lambda path: path.name)
