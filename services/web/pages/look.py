"""The files of a look that the newsroom has chosen, which readers keep for good; and the icon that browsers ask for
without being told."""

from services.web.page import Missing, Moved, Page, Site
from services.web.static_files import files
from services.web.theme.folder import STYLE
from services.web.theme.look import FOLDER
from shared.contracts.appearance import FAVICON

_KEPT = (("cache-control", "public, max-age=31536000, immutable"),)
_KEPT_FOR_A_DAY = (("cache-control", "public, max-age=86400"),)
_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".ico": "image/vnd.microsoft.icon"}


def file(site: Site, mark: str, name: str) -> Page:
    """Raises Missing, or Moved where the newsroom has chosen another look since."""
    look = site.look
    data = None if name == STYLE else site.read.look_file(name)
    if not look.mark or (name != STYLE and data is None):
        raise Missing
    if mark != look.mark:
        raise Moved(f"{FOLDER}/{look.mark}/{name}")
    if data is not None:
        return _picture(site, name, data, _KEPT)
    depends = frozenset(site.read.depends)
    return Page("look", look.style, depends, content_type="text/css; charset=utf-8", headers=_KEPT)


def favicon(site: Site) -> Page:
    """The newsroom's icon, or the theme's."""
    data = site.read.look_file(FAVICON) or files(site.settings)[FAVICON].data
    return _picture(site, FAVICON, data, _KEPT_FOR_A_DAY)


def _picture(site: Site, name: str, data: bytes, headers: tuple[tuple[str, str], ...]) -> Page:
    kind = _KINDS.get(name[name.rindex(".") :], "application/octet-stream")
    return Page("look", "", frozenset(site.read.depends), content_type=kind, headers=headers, data=data)
