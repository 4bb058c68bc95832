"""Whether readers may have a file of the media folder: a page without words, so that it is made once, kept and dropped
as every other. Who serves the file (this process, or nginx) asks for it first."""

from services.web.page import Missing, Page, Site


def shown(site: Site, name: str) -> Page:
    """Raises Missing for what no public article shows."""
    if not site.read.shows(name):
        raise Missing
    return Page("media", "", frozenset(site.read.depends), content_type="text/plain")
