"""Who publishes the paper, as dated data: services/web/paper.toml, or the file that a paper names in its settings."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from shared.settings import Settings
from shared.vietnamese.dates import VIETNAM

BUILT_IN = Path(__file__).parents[1] / "paper.toml"


@dataclass(frozen=True, slots=True)
class Imprint:
    """The legal notice that holds from a day on, until the next one does."""

    since: date
    agency: str
    governing_body: str = ""
    licence: str = ""
    editor_in_chief: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """All that is the paper's own and no article's."""

    tagline: str
    about: tuple[str, ...]
    imprints: tuple[Imprint, ...]
    """The newest first."""
    links: tuple[tuple[str, str], ...] = ()
    """(name, address) of the paper's other houses, for the foot."""
    security_contact: str = ""

    @property
    def imprint(self) -> Imprint:
        """The one that holds today."""
        today = datetime.now(VIETNAM).date()
        return next((imprint for imprint in self.imprints if imprint.since <= today), self.imprints[-1])


def paper_of(settings: Settings) -> Paper:
    """The paper's own file. Without one the demo paper has its own words, and any other its name alone: nobody's
    licence is made up. Raises ValueError in production mode for a file without a licence, or with the demo's."""
    if settings.paper_file is None and not settings.demo:
        return Paper("", (), (Imprint(since=date.min, agency=settings.site_name),))
    paper = load_paper(settings.paper_file)
    if settings.production and paper.imprint.licence.strip() in ("", load_paper().imprint.licence):
        raise ValueError(f"{settings.paper_file}: `licence` must be the paper's own in production mode")
    return paper


@lru_cache(maxsize=4)
def load_paper(path: Path | None = None) -> Paper:
    """Read the paper's file. Raises OSError, or ValueError for a file that says something else."""
    file = path or BUILT_IN
    said = tomllib.loads(file.read_text("utf-8"))
    try:
        imprints = sorted((Imprint(**row) for row in said.pop("imprint")), key=lambda row: row.since, reverse=True)
        links = tuple((str(row["name"]), str(row["url"])) for row in said.pop("link", []))
        about = tuple(said.pop("about"))
        return Paper(imprints=tuple(imprints), links=links, about=about, **said)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file}: {error}") from None
