"""The picture of a page where it is shared, 1200×630 as every network wants it: the story's own picture cut to that
form, or its headline drawn on the paper's ground."""

import re
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from services.web.page import Moved, Page, Site
from services.web.pages import pictures
from services.web.pages.article import public_state
from services.web.pages.frame import share_picture
from services.web.static_files import FOLDER
from services.web.theme.colours import contrast
from services.web.theme.look import Look
from shared.contracts.appearance import SHARED
from shared.contracts.articles import ArticleState
from shared.settings import Settings

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 630
_WORDS = ("#ffffff", "#1b1612")
_EDGE = 80
_SIZES = (84, 72, 60, 50, 42)
_MOST_LINES = 6
# The font has what Vietnamese headlines need; the rest would be drawn as boxes.
_NO_LETTER = re.compile(r"[^\w\s.,:;!?%&/()“”‘’\"'…–—-]")


def of_article(site: Site, article_id: str, version: str) -> Page:
    """Raises Missing, Gone, or Moved for another version's."""
    state = public_state(site, article_id)
    if version != str(state.version):
        raise Moved(share_picture(state.id, state.version))
    return _page(site, _cut(state, site.settings) or _drawn(site.look, state.title, site.settings.site_name))


def of_paper(site: Site) -> Page:
    """The newsroom's picture, or the theme's own, or the paper's name."""
    if chosen := site.read.look_file(SHARED):
        return _sent(site, chosen)
    if own := site.look.theme.share_picture:
        return _sent(site, own)
    return _page(site, _drawn(site.look, site.settings.site_name, site.settings.site_url.partition("://")[2]))


def _page(site: Site, picture: "Picture") -> Page:
    data = BytesIO()
    picture.save(data, "JPEG", quality=85, progressive=True)
    return _sent(site, data.getvalue())


def _sent(site: Site, data: bytes) -> Page:
    return Page("share-picture", "", frozenset(site.read.depends), content_type="image/jpeg", data=data)


def _cut(state: ArticleState, settings: Settings) -> "Picture | None":
    """None without a picture, and for one that is small or not at hand."""
    from PIL import Image, ImageOps

    images = (state.social_image, *state.images)
    image = next((image for image in images if image and image.width >= WIDTH // 2), None)
    if image is None:
        return None
    try:
        with Image.open(settings.media_dir / pictures.smallest(image, WIDTH).removeprefix("/media/")) as found:
            # Where nobody has said what matters, the upper part: there are the faces.
            return ImageOps.fit(found.convert("RGB"), (WIDTH, HEIGHT), centering=image.focus or (0.5, 0.35))
    except OSError:
        return None


def _drawn(look: Look, words: str, below: str) -> "Picture":
    from PIL import Image, ImageDraw

    colours = look.theme.light
    fill = max(_WORDS, key=lambda colour: contrast(colour, colours["lacquer"]))
    picture = Image.new("RGB", (WIDTH, HEIGHT), colours["lacquer"])
    draw = ImageDraw.Draw(picture)
    for size in _SIZES:
        font = _font(size)
        lines = _lines(_NO_LETTER.sub("", words).split(), font)
        if len(lines) * size * 1.3 <= HEIGHT - 2.6 * _EDGE:
            break
    lines = lines[:_MOST_LINES]
    for number, line in enumerate(lines):
        draw.text((_EDGE, _EDGE + number * size * 1.3), line, font=font, fill=fill)
    draw.rectangle((_EDGE, HEIGHT - 1.45 * _EDGE, _EDGE + 96, HEIGHT - 1.45 * _EDGE + 5), fill=colours["gold"])
    draw.text((_EDGE, HEIGHT - 1.2 * _EDGE), _NO_LETTER.sub("", below), font=_font(38), fill=fill)
    return picture


def _lines(words: list[str], font: "FreeTypeFont") -> list[str]:
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= WIDTH - 2 * _EDGE or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@lru_cache(maxsize=8)
def _font(size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.truetype(FOLDER / "headline.woff2", size)
