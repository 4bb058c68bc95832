"""Names of what a page can depend on. A page is made anew when one of its keys changes; nothing expires by itself.

Written by `store` (what an event changed), collected by `reading` (what a page was made from).
"""

SECTIONS = "sections"
APPEARANCE = "appearance"
"""What the newsroom has chosen of the site's look: every page depends on it."""
FRONT = "front"
FIGURES = "figures"
PORTRAITS = "portraits"
TAGS = "tags"
"""Which tags are merged into others."""
AUTHORS = "authors"
"""Whose the names in bylines are."""


def article(article_id: int) -> str:
    """The article's own text."""
    return f"article:{article_id}"


def card(article_id: int) -> str:
    """What lists show of an article."""
    return f"card:{article_id}"


def around(article_id: int) -> str:
    """The articles before and after it in its section."""
    return f"around:{article_id}"


def related(article_id: int) -> str:
    return f"related:{article_id}"


def comments(article_id: int) -> str:
    return f"comments:{article_id}"


def live(article_id: int) -> str:
    """The entries of a live coverage."""
    return f"live:{article_id}"


def gone_entry(entry_id: int) -> str:
    """An entry of a live coverage that readers may no longer see; no page depends on it."""
    return f"gone-entry:{entry_id}"


def listing(name: str) -> str:
    """A list of articles by its name in `entries`."""
    return f"list:{name}"


def day(day: str) -> str:
    """All articles of a Vietnamese day, "2023-01-09"."""
    return f"day:{day}"


def block(number: int) -> str:
    """Articles whose ids share a file of the sitemap."""
    return f"block:{number}"


def media(name: str) -> str:
    """Whether a file of the media folder is public, by its name without its size."""
    return f"media:{name}"


def ranking(name: str) -> str:
    """ "24h:thoi-su": window and section."""
    return f"rank:{name}"
