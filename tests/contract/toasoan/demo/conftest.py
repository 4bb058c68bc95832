"""A running API for the demo to be pushed into."""

from tests.contract.ingest.conftest import api, api_store

__all__ = ["api", "api_store"]
