"""The tables of every feature. Only the feature's own store writes them; importing this completes `metadata`."""

from services.ingest.accounts import tables as accounts
from services.ingest.appearance import tables as appearance
from services.ingest.articles import tables as articles
from services.ingest.authors import tables as authors
from services.ingest.comments import tables as comments
from services.ingest.exchange import tables as exchange
from services.ingest.feeds import tables as feeds
from services.ingest.figures import tables as figures
from services.ingest.former_addresses import tables as former_addresses
from services.ingest.front_page import tables as front_page
from services.ingest.inbox import tables as inbox
from services.ingest.kit import tables as kit
from services.ingest.kit.tables import metadata
from services.ingest.live_coverage import tables as live_coverage
from services.ingest.media import tables as media
from services.ingest.planning import tables as planning
from services.ingest.portraits import tables as portraits
from services.ingest.royalties import tables as royalties
from services.ingest.search_words import tables as search_words
from services.ingest.sections import tables as sections
from services.ingest.statistics import tables as statistics
from services.ingest.tags import tables as tags
from services.ingest.tips import tables as tips
from services.ingest.webhooks import tables as webhooks

__all__ = ["FEATURES", "metadata"]

FEATURES = {
    "accounts": accounts,
    "appearance": appearance,
    "articles": articles,
    "authors": authors,
    "comments": comments,
    "exchange": exchange,
    "feeds": feeds,
    "figures": figures,
    "former_addresses": former_addresses,
    "front_page": front_page,
    "inbox": inbox,
    "kit": kit,
    "live_coverage": live_coverage,
    "media": media,
    "planning": planning,
    "portraits": portraits,
    "royalties": royalties,
    "search_words": search_words,
    "sections": sections,
    "statistics": statistics,
    "tags": tags,
    "tips": tips,
    "webhooks": webhooks,
}
"""The module of each feature's tables."""
