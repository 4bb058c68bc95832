"""The files of a look that the newsroom has chosen, which readers keep for good; and the icon that browsers ask for
without being told."""

from io import BytesIO
from typing import TYPE_CHECKING

from services.web.page import Missing, Moved, Page, Site
from services.web.static_files import files
from services.web.theme.folder import STYLE
from services.web.theme.look import FOLDER, LOGO_WIDTH, file_of
from services.web.theme.pictures import FAVICON
from shared.contracts.articles import Image

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_KEPT = (("cache-control", "public, max-age=31536000, immutable"),)
_KEPT_FOR_A_DAY = (("cache-control", "public, max-age=86400"),)
_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


def file(site: Site, mark: str, name: str) -> Page:
    """Raises Missing, or Moved where the newsroom has chosen another look since."""
    look = site.look
    if name != STYLE and name not in look.pictures:
        raise Missing
    if mark != look.mark:
        if not look.mark:
            raise Missing
        raise Moved(f"{FOLDER}/{look.mark}/{name}")
    depends = frozenset(site.read.depends)
    if name == STYLE:
        return Page("look", look.style, depends, content_type="text/css; charset=utf-8", headers=_KEPT)
    stem, _, ending = name.partition(".")
    image = look.pictures[name]
    data = _icon(site, image, "PNG", int(stem)) if stem.isdigit() else _bytes(site, image)
    return Page("look", "", depends, content_type=_KINDS[f".{ending}"], headers=_KEPT, data=data)


def favicon(site: Site) -> Page:
    """The newsroom's icon, or the theme's."""
    icon = site.look.chosen.icon
    data = _icon(site, icon, "ICO", FAVICON[-1][0]) if icon else files(site.settings)["favicon.ico"].data
    depends = frozenset(site.read.depends)
    return Page("look", "", depends, content_type="image/vnd.microsoft.icon", headers=_KEPT_FOR_A_DAY, data=data)


def _bytes(site: Site, image: Image) -> bytes:
    try:
        return file_of(site.settings, image, LOGO_WIDTH).read_bytes()
    except OSError:
        raise Missing from None


def _icon(site: Site, image: Image, form: str, size: int) -> bytes:
    from PIL import Image as pillow

    made = BytesIO()
    try:
        with pillow.open(file_of(site.settings, image, 512)) as found:
            picture: Picture = found.convert("RGBA").resize((size, size), pillow.Resampling.LANCZOS)
    except OSError:
        raise Missing from None
    picture.save(made, form, **({"sizes": FAVICON} if form == "ICO" else {"optimize": True}))
    return made.getvalue()
