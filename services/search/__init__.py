"""The search service: one index of articles, in tantivy or Elasticsearch, spoken to by Celery tasks only."""
