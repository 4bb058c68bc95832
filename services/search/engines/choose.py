"""Which engine this house has."""

from services.search.engines.base import SearchEngine
from shared.settings import get_settings


def make_engine() -> SearchEngine:
    """Elasticsearch where ELASTICSEARCH_URL is set, else tantivy in the data dir. Neither is loaded without need."""
    settings = get_settings()
    if settings.elasticsearch_url:
        from services.search.engines.elasticsearch_engine import ElasticsearchEngine

        return ElasticsearchEngine(settings.elasticsearch_url, settings.search_index)
    from services.search.engines.tantivy_engine import TantivyEngine

    return TantivyEngine(settings.data_dir / "search")
