"""What the documents say of the code is what the code says, and every link of theirs leads somewhere."""

import shutil
from pathlib import Path

import pytest

from shared import telemetry
from shared.contracts.commands import COMMANDS
from shared.contracts.events import SUBSCRIBERS, Event
from shared.contracts.messages import Command
from shared.settings import Settings
from tests.docs_site import DOCS, ROOT, dead_links, gather, pages
from tests.reference import MAKERS, written


@pytest.mark.parametrize("page", MAKERS)
def test_page_is_as_the_code_says(page: str) -> None:
    assert (DOCS / page).read_text() == written(page), "make reference writes it anew"


def test_everything_says_what_it_is() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    contracts: list[type[Event] | type[Command]] = [*SUBSCRIBERS, *COMMANDS]
    silent += [each.kind for each in contracts if not each.__dict__.get("__doc__")]
    silent += [name for name, one in vars(telemetry).items() if getattr(one, "_documentation", "said") == ""]
    assert silent == []


@pytest.mark.parametrize("page", [*pages(), ROOT / "README.md", ROOT / "README.vi.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert dead_links(page) == []


def test_dead_links_are_seen(tmp_path: Path) -> None:
    shutil.copy(DOCS / "ops.md", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# Cải chính, xin lỗi\n[a](#cải-chính-xin-lỗi) [b](#khác) [c](ops.md#keep) [d](ops.md#lost) [e](none.md)\n"
        "![f](none.png) [g](https://elsewhere.example/none)\n```\n[h](in-a-listing.md)\n```\n"
    )
    assert dead_links(page) == ["#khác", "ops.md#lost", "none.md", "none.png"]


def test_every_page_is_in_the_site(tmp_path: Path) -> None:
    """As it is built by `make docs`, which this suite does not need the packages of."""
    gather(tmp_path)
    navigation = (DOCS / "site" / "mkdocs.yml").read_text()
    assert [place for place in pages().values() if f" {place}\n" not in navigation] == []
    assert [page.name for page in tmp_path.rglob("*.md") if dead_links(page)] == []
    assert (tmp_path / "architecture.md").read_text().startswith("# Architecture")
