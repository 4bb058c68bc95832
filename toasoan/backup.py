"""A copy of all that cannot be made again, and the way back.

Kept: ingest's SQL (articles, revisions, users, outbox), the counter's SQL (views), media and the secret key.
Not kept, because it is rebuilt from those: web's read model, the search index, queues.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url

from shared import tls
from shared.database import database_url
from shared.release import VERSION
from shared.settings import Settings, get_settings
from toasoan.place import OperatorError
from toasoan.sqlite_copy import Tell, copy_sqlite, tell_nobody

# In this order: what the counter knows of articles comes from ingest, so that its copy must not be the later one.
KEPT = ("counter", "ingest")
_FORMAT = 1
_MANIFEST = "manifest.json"
_DUMP_SECONDS = 3600


def backup(target: Path, tell: Tell = tell_nobody) -> dict[str, Any]:
    """Copy the house to the new folder `target`, whole or not at all; it may be running. Returns the manifest.

    Each database is copied as of one moment, and media after them: a picture is a file before an article names it.
    Raises OperatorError.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OperatorError(f"{target} is there already and not an empty folder")
    settings = get_settings()
    if settings.database_url is None and not (settings.data_dir / "ingest.db").is_file():
        # A copy without articles would be found out when it is needed.
        raise OperatorError(f"no house has been on {settings.data_dir}: TOASOAN_DATA_DIR says where it is")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    try:
        for service in KEPT:
            _copy_database(service, part, tell)
        if settings.media_dir.is_dir():
            _copy_media(settings.media_dir, part / "media", tell)
        if (secret := settings.data_dir / "secret.key").is_file():
            shutil.copy2(secret, part / "secret.key")
        manifest = {
            "format": _FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "toasoan": VERSION,
            "files": _entries(part, tell),
        }
        (part / _MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False))
        if target.exists():
            target.rmdir()
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _note(target, manifest)
    return manifest


def _note(target: Path, manifest: dict[str, Any]) -> None:
    """Say in the data dir when the last backup was made; the ops page shows it."""
    size = sum(entry["bytes"] for entry in manifest["files"])
    made_at = datetime.fromisoformat(manifest["made_at"]).timestamp()
    note = get_settings().data_dir / "backup.json"
    try:
        note.write_text(json.dumps({"made_at": made_at, "folder": str(target), "bytes": size}))
    except OSError:
        pass  # the backup is whole all the same


def check(source: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file is there and unchanged; OperatorError names the first that is not."""
    try:
        manifest = json.loads((source / _MANIFEST).read_text())
        entries = {entry["path"]: entry for entry in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise OperatorError(f"{source} is not a backup: its {_MANIFEST} cannot be read") from None
    if manifest.get("format") != _FORMAT:
        raise OperatorError(f"the backup has format {manifest.get('format')}, this version reads {_FORMAT}")
    there = {str(path.relative_to(source)) for path in _files(source)} - {_MANIFEST}
    for path in sorted(there ^ set(entries)):
        raise OperatorError(f"{path} is {'not in the manifest' if path in there else 'missing'}")
    for path, entry in entries.items():
        if _entry(source, source / path) != entry:
            raise OperatorError(f"{path} is damaged: its checksum differs from the manifest")
    return dict(manifest)


def restore(source: Path) -> dict[str, Any]:
    """Put a backup into this house, which must be empty and stopped. Returns the manifest.

    Everything is checked before anything is written. Raises OperatorError.
    """
    manifest = check(source)
    settings = get_settings()
    must_be_empty(settings)
    kinds = {Path(entry["path"]).suffix for entry in manifest["files"] if "/" not in entry["path"]}
    wanted = ".dump" if settings.database_url else ".db"
    if wanted not in kinds:
        raise OperatorError(f"the backup has no {wanted} files: it was made with the other kind of database")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if (source / "media").is_dir():
        shutil.copytree(source / "media", settings.media_dir, dirs_exist_ok=True)
    for service in KEPT:
        _put_back(service, source)
    bring_secret(source, settings)
    return manifest


def bring_secret(source: Path, settings: Settings) -> None:
    """The key that the restored paper's forms are signed with, and a mark that it is nobody's empty house. In
    production both come by the environment, and the data dir itself may be read-only."""
    if not settings.production:
        if (source / "secret.key").is_file():
            shutil.copy2(source / "secret.key", settings.data_dir / "secret.key")
        (settings.data_dir / "demo.loaded").touch()


def _copy_database(service: str, folder: Path, tell: Tell) -> None:
    url = make_url(database_url(service))
    if url.get_backend_name() != "sqlite":
        tell(service, 0, 0)
        command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--schema={service}"]
        _run([*command, f"--file={folder / service}.dump"], service)
        return
    source = Path(url.database or "")
    if source.is_file():
        copy_sqlite(source, folder / f"{service}.db", tell)


def _copy_media(source: Path, target: Path, tell: Tell) -> None:
    done = 0

    def copy(one: str, other: str) -> str:
        nonlocal done
        try:
            shutil.copy2(one, other)
            done += Path(other).stat().st_size
        except FileNotFoundError:
            pass  # the desk deleted it meanwhile
        tell("media", done, 0)
        return other

    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.part", ".*"), copy_function=copy)


def _entries(folder: Path, tell: Tell) -> list[dict[str, Any]]:
    paths = list(_files(folder))
    total, done = sum(path.stat().st_size for path in paths), 0
    entries = []
    for path in paths:
        tell("checksums", done, total)
        entries.append(_entry(folder, path))
        done += int(entries[-1]["bytes"])
    return entries


def _put_back(service: str, source: Path) -> None:
    url = make_url(database_url(service))
    if url.get_backend_name() != "sqlite":
        dump = source / f"{service}.dump"
        if dump.is_file():
            _run(
                ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"],
                service,
                dump,
            )
        return
    if (source / f"{service}.db").is_file():
        shutil.copy2(source / f"{service}.db", url.database or "")


def _run(command: list[str], service: str, *files: Path) -> None:
    """A PostgreSQL program on a service's database; the password goes by the environment, not by the command line."""
    url = make_url(database_url(service))
    proofs = tls.for_postgresql(str(url))
    environment = {**os.environ, **{f"PG{name.upper()}": value for name, value in proofs.items()}}
    if url.password:
        environment["PGPASSWORD"] = url.password
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    try:
        done = subprocess.run(
            [*command, f"--dbname={address.render_as_string()}", *map(str, files)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_DUMP_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise OperatorError(f"{command[0]} is not installed: the package postgresql-client has it") from None
    if done.returncode:
        raise OperatorError(
            f"{command[0]} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else '?'}"
        )


def must_be_empty(settings: Settings) -> None:
    """Raises OperatorError where something of another state stands: what readers saw, views not yet counted."""
    names = ["redis", "search", "views"]
    if settings.database_url is None:
        names = [f"{service}.db" for service in (*KEPT, "web")] + names
    folder = settings.data_dir
    used = [name for name in names if (folder / name).is_file() or any((folder / name).glob("*"))]
    if used:
        raise OperatorError(f"{folder} is not empty ({', '.join(used)}): restore into a new data dir")
    if settings.database_url is not None:
        _must_have_no_articles()
    # The house's own has its files in the folder "redis".
    if settings.redis_url:
        _must_hold_no_views()


def _must_have_no_articles() -> None:
    from sqlalchemy import inspect, select

    from services.web.tables import articles
    from shared.database import engine, read

    for service in KEPT:
        if inspect(engine(service)).get_table_names(schema=service):
            raise OperatorError(f"the {service} database is not empty: restore into a new one")
    if articles.name in inspect(engine("web")).get_table_names(schema="web"):
        with read(engine("web")) as connection:
            if connection.execute(select(articles.c.id).limit(1)).first():
                raise OperatorError("the web database is not empty: restore beside a new one")


def _must_hold_no_views() -> None:
    import redis

    from shared.redis_client import redis_client

    try:
        if next(redis_client().scan_iter("ts:c:*", count=1000), None) is not None:
            raise OperatorError("the counters' Redis is not empty: its views would be added to other sums")
    except redis.RedisError as error:
        raise OperatorError(f"the counters' Redis does not answer, and it must be empty: {error}") from error


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _entry(folder: Path, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": str(path.relative_to(folder)), "bytes": path.stat().st_size, "sha256": digest}
