"""Which theme a process serves: that of `TOASOAN_THEME_DIR` if it is good, else the last one that was.

A good theme is kept as one archive in the data dir. It stays in use when the folder is broken or gone, and a start with
an unchanged folder tries nothing again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import orjson

from services.web.synced_files import sync_folder, write_whole
from services.web.theme import colours, folder, trying
from services.web.theme.folder import STATIC, STYLE, TEMPLATES, ThemeRefused
from services.web.theme.packed import INDEX, Logo, archive_in
from shared import telemetry
from shared.settings import Settings
from shared.telemetry import log


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """What a paper looks like, beside what site.css and the templates say of every paper."""

    light: Mapping[str, str]
    """Colours by name, as in site.css."""
    dark: Mapping[str, str]
    fonts: tuple[str, ...]
    """Static files that every page asks for first."""
    mark: str = ""
    """Which files it was made of; "" for the built-in one."""
    name: str = ""
    logo: Logo | None = None
    dark_logo: Logo | None = None
    drawn_icon: bool = True
    """Whether there is an icon as SVG."""
    share_picture: bytes = b""
    static: Mapping[str, bytes] = field(default_factory=dict)
    """Static files, by names that go before those of the site."""
    style: str = ""
    """The rules of its own theme.css alone."""
    templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def styled(self) -> bool:
        return bool(self.mark)


on_trial: Theme | None = None
"""In the process that tries a theme: this one, whatever the settings say."""


def theme_of(settings: Settings) -> Theme:
    """The theme of this process: looked for once, so that a changed folder needs a restart."""
    if on_trial is not None:
        return on_trial
    if settings.theme_dir is None:
        return _built_in()
    return _theme(settings.theme_dir, archive_in(settings.data_dir))


@lru_cache(maxsize=1)
def _built_in() -> Theme:
    light, dark = colours.built_in()
    return Theme(light, dark, ("headline.woff2",))


@lru_cache(maxsize=4)
def _theme(place: Path, archive: Path) -> Theme:
    kept = _kept(archive)
    try:
        files = folder.read(place)
        if kept is None or kept.mark != folder.mark_of(files):
            data = trying.tried(files)
            _keep(archive, data)
            kept = unpacked(data)
        telemetry.theme_refused.set(0)
    except ThemeRefused as refused:
        telemetry.theme_refused.set(1)
        used = f"{kept.name} (last good one)" if kept else "built-in"
        for fault in refused.faults:
            log.error("theme refused", folder=str(place), fault=str(fault), used=used)
    return kept or _built_in()


def _kept(archive: Path) -> Theme | None:
    try:
        return unpacked(archive.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, BadZipFile, KeyError, TypeError, ValueError) as error:
        log.warning("kept theme cannot be read", path=str(archive), error=repr(error)[:200])
        return None


def _keep(archive: Path, data: bytes) -> None:
    """Without it this process still has the theme."""
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        write_whole(archive, data)
        sync_folder(archive.parent)
    except OSError as error:
        log.warning("good theme not kept", path=str(archive), error=str(error))


def unpacked(data: bytes) -> Theme:
    """An archive's theme."""
    with ZipFile(BytesIO(data)) as packed:
        said = orjson.loads(packed.read(INDEX))
        files = {name: packed.read(name) for name in packed.namelist()}
    fonts = _built_in().fonts if said["fonts"] is None else tuple(said["fonts"])
    return Theme(
        light=said["light"],
        dark=said["dark"],
        fonts=fonts,
        mark=said["mark"],
        name=said["name"],
        logo=said["logo"] and Logo(**said["logo"]),
        dark_logo=said["logo-dark"] and Logo(**said["logo-dark"]),
        drawn_icon=said["drawn_icon"],
        style=files[STYLE].decode(),
        share_picture=files.get("share.jpg", b""),
        static={name.removeprefix(STATIC): content for name, content in files.items() if name.startswith(STATIC)},
        templates={
            name.removeprefix(TEMPLATES): content.decode()
            for name, content in files.items()
            if name.startswith(TEMPLATES)
        },
    )
