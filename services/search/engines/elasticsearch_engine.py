"""The production engine: indexes in Elasticsearch 8, behind aliases that say what each is for."""

import time
from collections.abc import Sequence
from typing import Any

from elasticsearch import AuthorizationException, BadRequestError, Elasticsearch, NotFoundError

from services.search.engines import base
from services.search.engines.base import Index, Made
from services.search.engines.elasticsearch_index import ElasticsearchIndex, away
from services.search.engines.elasticsearch_queries import mapping
from services.search.engines.elasticsearch_vectors import ElasticsearchVectors
from services.search.vectors import Vectors
from services.search.words import EditorsWords
from shared import tls
from shared.away import Unavailable
from shared.contracts.events import SearchRule, SearchRulesChanged
from shared.telemetry import log

_TIMEOUT_SECONDS = 10.0
_STATE_SECONDS = 1.0
_SETTINGS = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "refresh_interval": "1s",
    "codec": "best_compression",
}


class ElasticsearchEngine(base.SearchEngine):
    """The indexes behind an alias: `<alias>` is searched, `<alias>-building` filled, `<alias>-previous` kept."""

    def __init__(self, url: str, alias: str) -> None:
        self._client = Elasticsearch(
            url,
            request_timeout=_TIMEOUT_SECONDS,
            max_retries=2,
            retry_on_timeout=False,
            http_compress=True,
            **tls.for_elasticsearch(url),
        )
        self._alias = alias
        self._known: dict[str, ElasticsearchIndex | None] = {}
        self._known_until = 0.0
        self._words = EditorsWords()

    def current(self) -> Index:
        index = self._indexes()["current"]
        if index is None:
            index = self._create("current")
        return index

    def building(self) -> Index | None:
        return self._indexes()["building"]

    def previous(self) -> Index | None:
        return self._indexes()["previous"]

    def begin(self) -> Index:
        self._forget()
        self.current()
        index = self._indexes()["building"]
        if index is not None:
            if index.made == Made():
                return index
            self._delete(index.name)
        return self._create("building")

    def switch(self) -> None:
        self._forget()
        indexes = self._indexes()
        current, new, oldest = indexes["current"], indexes["building"], indexes["previous"]
        if new is None or current is None:
            return
        actions: list[dict[str, Any]] = [
            {"remove": {"index": current.name, "alias": self._alias}},
            {"add": {"index": new.name, "alias": self._alias}},
            {"remove": {"index": new.name, "alias": f"{self._alias}-building"}},
            {"add": {"index": current.name, "alias": f"{self._alias}-previous"}},
        ]
        if oldest is not None:
            actions.append({"remove": {"index": oldest.name, "alias": f"{self._alias}-previous"}})
        with away():
            self._client.indices.update_aliases(actions=actions)
        if oldest is not None:
            self._delete(oldest.name)
        self._forget()

    def rollback(self) -> bool:
        self._forget()
        indexes = self._indexes()
        current, old = indexes["current"], indexes["previous"]
        if current is None or old is None:
            return False
        with away():
            self._client.indices.update_aliases(
                actions=[
                    {"remove": {"index": current.name, "alias": self._alias}},
                    {"add": {"index": old.name, "alias": self._alias}},
                    {"remove": {"index": old.name, "alias": f"{self._alias}-previous"}},
                    {"add": {"index": current.name, "alias": f"{self._alias}-previous"}},
                ]
            )
        self._forget()
        return True

    def words(self) -> EditorsWords:
        self._indexes()
        return self._words

    def keep_words(self, version: int, rules: Sequence[SearchRule], places: bool = True) -> None:
        self._forget()
        if version <= self.words().version:
            return
        kept = SearchRulesChanged(version=version, rules=tuple(rules), places=places)
        name, meta = f"{self._alias}-words", kept.model_dump(mode="json", exclude={"id"})
        with away():
            # Whoever looks which indexes there are reads them on the way.
            if not self._client.indices.exists(index=name):
                self._client.indices.create(index=name, settings=_SETTINGS, mappings={"dynamic": False})
            self._client.indices.put_mapping(index=name, meta=meta)
        self._forget()

    def vectors(self, model: str) -> Vectors:
        return ElasticsearchVectors(self._client, f"{self._alias}-vectors", model, _SETTINGS)

    def close(self) -> None:
        self._client.close()

    def _forget(self) -> None:
        self._known_until = 0.0

    def _indexes(self) -> dict[str, ElasticsearchIndex | None]:
        """The indexes by what they are for, as the server said within the last second."""
        now = time.monotonic()
        if now < self._known_until:
            return self._known
        with away():
            try:
                answer = self._client.indices.get(index=f"{self._alias}-*", features=["aliases", "mappings"]).body
            except NotFoundError:
                answer = {}
        found: dict[str, ElasticsearchIndex | None] = {"current": None, "building": None, "previous": None}
        for name, facts in answer.items():
            meta = facts["mappings"].get("_meta", {})
            if name == f"{self._alias}-words":
                self._read_words(meta)
                continue
            made = Made(int(meta.get("mapping", 0)), int(meta.get("forms", 0)))
            for use in found:
                if self._alias_of(use) in facts["aliases"]:
                    found[use] = ElasticsearchIndex(self._client, name, made)
        self._known, self._known_until = found, now + _STATE_SECONDS
        return found

    def _read_words(self, meta: dict[str, Any]) -> None:
        if meta.get("version", 0) != self._words.version:
            held = SearchRulesChanged.model_validate(meta)
            self._words = EditorsWords(held.version, held.rules, held.places)

    def _alias_of(self, use: str) -> str:
        return self._alias if use == "current" else f"{self._alias}-{use}"

    def _create(self, use: str) -> ElasticsearchIndex:
        with away():
            answer = self._client.indices.get(index=f"{self._alias}-*", features=["aliases"], allow_no_indices=True)
            taken = [int(name.rpartition("-")[2]) for name in answer if name.rpartition("-")[2].isdigit()]
            name = f"{self._alias}-{max(taken, default=0) + 1:04d}"
            try:
                self._client.indices.create(
                    index=name,
                    mappings=mapping(),
                    settings=_SETTINGS,
                    aliases={self._alias_of(use): {}},
                )
                log.info("search index made", index=name, use=use)
            except BadRequestError as error:
                # Another process made it in the same moment.
                if "resource_already_exists" not in str(error):
                    raise
            except AuthorizationException as error:
                # Whoever only asks has an account that makes nothing: the worker that writes comes first.
                raise Unavailable(f"Elasticsearch has no index {name} yet, and this account may not make it") from error
        self._forget()
        made = self._indexes()[use]
        if made is None:
            raise Unavailable(f"Elasticsearch has not made the index {name} yet")
        return made

    def _delete(self, name: str) -> None:
        with away():
            self._client.indices.delete(index=name, ignore_unavailable=True)
        self._forget()
