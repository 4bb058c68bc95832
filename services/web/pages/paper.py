"""Who publishes the paper, as dated data: services/web/paper.toml, or the file that a paper names in its settings."""

import tomllib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from shared.settings import Settings
from shared.vietnamese.dates import VIETNAM

BUILT_IN = Path(__file__).parents[1] / "paper.toml"
_AS_WRITTEN = ConfigDict(strict=True, extra="forbid")


@dataclass(frozen=True, slots=True, config=_AS_WRITTEN)
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


@dataclass(frozen=True, slots=True, config=_AS_WRITTEN)
class Paper:
    """All that is the paper's own and no article's."""

    tagline: str
    about: tuple[str, ...]
    imprints: tuple[Imprint, ...] = Field(min_length=1)
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
    licence is made up. Raises OSError or ValueError for a file that cannot be read, and in production mode for one
    without a publisher or a licence, or with the demo's."""
    if settings.paper_file is None and not settings.demo:
        return Paper("", (), (Imprint(since=date.min, agency=settings.site_name),))
    paper = load_paper(settings.paper_file)
    if settings.production:
        demo = load_paper().imprint
        # Those to come as well: a file that was taken once is not refused on the day when the next one holds.
        for imprint in (one for one in paper.imprints if one.since >= paper.imprint.since):
            for name in ("agency", "licence"):
                if getattr(imprint, name).strip() in ("", getattr(demo, name)):
                    raise ValueError(f"{settings.paper_file}: `{name}` must be the paper's own in production mode")
    return paper


@lru_cache(maxsize=4)
def load_paper(path: Path | None = None) -> Paper:
    """Read the paper's file. Raises OSError, or ValueError for a file that says something else."""
    file = path or BUILT_IN
    try:
        said = tomllib.loads(file.read_text("utf-8"))
        imprints = sorted((Imprint(**row) for row in said.pop("imprint")), key=lambda row: row.since, reverse=True)
        links = tuple((str(row["name"]), str(row["url"])) for row in said.pop("link", []))
        about = tuple(said.pop("about"))
        return Paper(imprints=tuple(imprints), links=links, about=about, **said)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file}: {error}") from None
