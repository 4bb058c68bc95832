"""Vectors of articles in an index of their own: read by id, so it searches nothing and needs no mapping."""

import base64
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from services.search.embedding import Vector
from services.search.engines.elasticsearch_index import away
from services.search.vectors import ArticleVector, Vectors


class ElasticsearchVectors(Vectors):
    """In the index `name`, made when the first ones come."""

    def __init__(self, client: Elasticsearch, name: str, model: str, settings: Mapping[str, Any]) -> None:
        self._client = client
        self._name = name
        self._model = model
        self._settings = settings

    def of(self, ids: Sequence[int]) -> Mapping[int, Vector]:
        return {key: array("f", base64.b64decode(kept["vector"])) for key, kept in self._kept(ids, "vector").items()}

    def versions(self, ids: Sequence[int]) -> Mapping[int, int]:
        return {key: int(kept["version"]) for key, kept in self._kept(ids, "version").items()}

    def put(self, made: Sequence[ArticleVector]) -> None:
        operations: list[dict[str, Any]] = []
        for one in made:
            vector = base64.b64encode(one.vector.tobytes()).decode()
            operations += [
                {"index": {"_id": str(one.id)}},
                {"version": one.version, "model": self._model, "vector": vector},
            ]
        self._write(operations)

    def forget(self, ids: Sequence[int]) -> None:
        self._write([{"delete": {"_id": str(key)}} for key in ids])

    def _write(self, operations: list[dict[str, Any]]) -> None:
        if not operations:
            return
        with away():
            if not self._client.indices.exists(index=self._name):
                self._client.indices.create(
                    index=self._name, settings=dict(self._settings), mappings={"dynamic": False}
                )
            self._client.bulk(index=self._name, operations=operations)

    def _kept(self, ids: Sequence[int], field: str) -> dict[int, dict[str, Any]]:
        if not ids:
            return {}
        with away():
            answer = self._client.options(ignore_status=404).mget(
                index=self._name, ids=[str(key) for key in ids], source_includes=["model", field]
            )
        found = {int(item["_id"]): item["_source"] for item in answer.get("docs", ()) if item.get("found")}
        return {key: kept for key, kept in found.items() if kept["model"] == self._model}
