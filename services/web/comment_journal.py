"""Readers' comments, reports and likes on disk until ingest says that it holds them: what a reader was thanked for is
not lost, whatever becomes of the broker and of the worker that has the message in its hands.

A file for each; several web processes may share the folder, because ingest knows what comes twice.
"""

import time
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from services.web.synced_files import sync_folder, write_whole
from shared.contracts.from_readers import LikeComment, ReportComment, SubmitComment
from shared.telemetry import log

Sent = SubmitComment | ReportComment | LikeComment

LIMIT = 10_000
"""Comments on disk at most, and as many reports and likes. Past it readers are told that theirs was not taken."""
GIVE_UP_SECONDS = 7 * 86_400.0
"""Ingest does not take comments on an article that it does not know: after this long they are dropped."""

DAMAGED_SECONDS = 30 * 86_400.0
"""What could not be read lies aside for so long, for whoever wants to look."""
# By the endings of their files: the release before reads those that it knows.
_KINDS: dict[str, type[Sent]] = {".json": SubmitComment, ".report": ReportComment, ".like": LikeComment}


class CommentJournalFull(OSError):
    """What was not written is not held."""


class CommentJournal:
    """The folder is made when the first comment comes. Raises OSError when the disk does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, sent: Sent) -> None:
        """Written and synced when this returns. Raises CommentJournalFull, OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(sent)
        if len(self._files(path.suffix)) >= LIMIT:
            raise CommentJournalFull(f"too many of {path.suffix} wait for ingest")
        write_whole(path, sent.model_dump_json().encode())
        sync_folder(self._folder)

    def waiting(self, seconds: float) -> list[Sent]:
        """Those that have waited for longer."""
        for damaged in self._folder.glob("*.damaged"):
            with suppress(FileNotFoundError):
                if time.time() - damaged.stat().st_mtime > DAMAGED_SECONDS:
                    damaged.unlink()
        return [sent for ending in _KINDS for path in self._files(ending) if (sent := _read(path, seconds))]

    def forget(self, sent: Sent) -> None:
        self._path(sent).unlink(missing_ok=True)

    def _path(self, sent: Sent) -> Path:
        if isinstance(sent, SubmitComment):
            return self._folder / f"{sent.token}.json"
        ending = "like" if isinstance(sent, LikeComment) else "report"
        return self._folder / f"{sent.comment_id}-{sent.visitor}.{ending}"

    def _files(self, ending: str) -> list[Path]:
        return sorted(self._folder.glob(f"*{ending}"), key=lambda path: path.name)


def _read(path: Path, seconds: float) -> Sent | None:
    """What has waited for longer and can be read."""
    try:
        age = time.time() - path.stat().st_mtime
        if age > GIVE_UP_SECONDS:
            log.error("comment, report or like dropped: ingest would not take it", name=path.name)
            path.unlink(missing_ok=True)
        elif age > seconds:
            return _KINDS[path.suffix].model_validate_json(path.read_bytes())
    except FileNotFoundError:
        pass  # another process was told that ingest has it
    except OSError as error:
        # One place of the disk that cannot be read keeps no other comment waiting.
        log.error("comment or report cannot be read", name=path.name, error=repr(error)[:200])
    except ValidationError as error:
        log.error("comment, report or like damaged on disk, put aside", name=path.name, error=repr(error)[:200])
        path.rename(path.with_suffix(".damaged"))
    return None
