"""Readers' tips and photos on disk until ingest says that it holds them: what a reader was thanked for is not lost.

A folder for each, which is there whole or not at all; several web processes may share them, because ingest knows what
comes twice.
"""

import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from services.web.synced_files import sync_folder, write_whole
from shared.contracts.from_readers import SubmitTip
from shared.telemetry import log

MOST, MOST_BYTES = 1000, 1_000_000_000
"""Tips on disk at most, and bytes of their photos. Past that readers are told that theirs was not taken."""
GIVE_UP_SECONDS = 14 * 86_400.0
"""What ingest has not taken for so long it never will: nobody's address lies here for ever."""
_BEGUN_SECONDS = 3600.0
_TOLD, _BEGUN = "tip.json", ".begun-"


class TipJournalFull(OSError):
    """What was not written is not held."""


class TipJournal:
    """The folder is made when the first tip comes. Raises OSError when the disk does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, tip: SubmitTip, photos: Sequence[bytes]) -> None:
        """Written and synced when this returns; the same again changes nothing. Raises TipJournalFull, OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._folder / tip.token
        if place.exists():
            return
        folders = self._folders()
        size = sum(file.stat().st_size for folder in folders for file in folder.glob("*.photo"))
        if len(folders) >= MOST or size + sum(map(len, photos)) > MOST_BYTES:
            raise TipJournalFull("too many tips wait for ingest")
        begun = Path(tempfile.mkdtemp(prefix=_BEGUN, dir=self._folder))
        try:
            for number, photo in enumerate(photos):
                write_whole(begun / f"{number}.photo", photo)
            write_whole(begun / _TOLD, tip.model_dump_json().encode())
            sync_folder(begun)
            try:
                begun.rename(place)
            except OSError:
                if not place.exists():  # else the same came twice at once
                    raise
        finally:
            shutil.rmtree(begun, ignore_errors=True)
        sync_folder(self._folder)

    def waiting(self, seconds: float) -> list[SubmitTip]:
        """Those that have waited for longer, the first ones first."""
        now, found = time.time(), []
        for folder in self._folder.glob(f"{_BEGUN}*"):
            with suppress(OSError):
                if now - folder.stat().st_mtime > _BEGUN_SECONDS:
                    shutil.rmtree(folder)
        for folder in self._folders():
            try:
                age = now - (folder / _TOLD).stat().st_mtime
                if age > GIVE_UP_SECONDS:
                    log.error("tip dropped: ingest would not take it", name=folder.name)
                    shutil.rmtree(folder, ignore_errors=True)
                elif age > seconds:
                    found.append((age, SubmitTip.model_validate_json((folder / _TOLD).read_bytes())))
            except FileNotFoundError:
                pass  # another process was told that ingest has it
            except ValidationError as error:
                # It goes when its time is over.
                log.error("tip damaged on disk", name=folder.name, error=repr(error)[:200])
        return [tip for _, tip in sorted(found, key=lambda one: -one[0])]

    def photo(self, token: str, place: int) -> bytes:
        """Raises OSError."""
        return (self._folder / token / f"{place}.photo").read_bytes()

    def forget(self, tip: SubmitTip) -> None:
        shutil.rmtree(self._folder / tip.token, ignore_errors=True)

    def _folders(self) -> list[Path]:
        return [one for one in self._folder.glob("*") if one.is_dir() and not one.name.startswith(_BEGUN)]
