"""One index in Elasticsearch, without any plugin, analyser or script of ours. Versions are its external ones."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from elasticsearch import Elasticsearch

from services.search import documents as docs
from services.search.documents import IndexDocument
from services.search.engines import base
from services.search.engines.base import PUBLIC, Found, Made, SearchFilter
from services.search.engines.elasticsearch_queries import matching, ranking, source, visible
from services.search.likeness import CANDIDATES, nearest, tag_pairs
from services.search.queries import Field, QueryPlan
from shared.away import Unavailable, is_away, is_away_status

# Batches up to this size are new stories and are made searchable at once; an import waits for the next refresh.
_REFRESH_AT_ONCE = 10
_SIMILAR_TERMS = 25
# Nobody waits for related articles: those found by then will do.
_SIMILAR_TIMEOUT = "2s"
_COUNTED_SECONDS = 1.0
_MATCHING = "matching"
_NEWEST = [{"published_at": "desc"}, {"id": "desc"}]
_BEST = [{"_score": "desc"}, {"id": "asc"}]


class ElasticsearchIndex(base.Index):
    """One index on the server. Thread-safe."""

    def __init__(self, client: Elasticsearch, name: str, made: Made) -> None:
        self._client = client
        self.name = name
        self.made = made
        self._held = 0
        self._counted_until = 0.0

    # ------------------------------------------------------------ writing

    def apply(self, documents: Sequence[IndexDocument]) -> set[int]:
        if not documents:
            return set()
        operations: list[dict[str, Any]] = []
        for document in documents:
            action = {"_id": str(document.id), "version": document.version, "version_type": "external"}
            operations += [{"index": action}, source(document)]
        with away():
            answer = self._client.bulk(
                index=self.name, operations=operations, refresh=len(documents) <= _REFRESH_AT_ONCE
            )
        applied: set[int] = set()
        for document, item in zip(documents, answer["items"], strict=True):
            status = item["index"]["status"]
            if status in (200, 201):
                applied.add(document.id)
            elif is_away_status(status):
                raise Unavailable(f"Elasticsearch: {item['index'].get('error')}")
            elif status != 409:  # 409: as new or newer is there already
                # Its reason quotes the text.
                kind = (item["index"].get("error") or {}).get("type")
                raise ValueError(f"article {document.id} was refused by Elasticsearch: {status} {kind}")
        return applied

    # ------------------------------------------------------------ reading

    def state(self) -> object:
        return None

    def search(
        self,
        plan: QueryPlan,
        scope: SearchFilter,
        offset: int,
        size: int,
        sort: Literal["relevance", "newest"] = "relevance",
        facets: bool = True,
    ) -> Found:
        if plan.nothing:
            return Found([], 0, {name: [] for name in base.FACETS} if facets else {})
        newest = sort == "newest" or plan.everything
        beyond = offset >= base.MAX_OFFSET
        wanted = {name: {"terms": {"field": column, "size": base.FACET_SIZE}} for name, column in base.FACETS.items()}
        with away():
            answer = self._client.search(
                index=self.name,
                query=matching(plan, scope) if newest else ranking(plan, scope),
                sort=_NEWEST if newest else _BEST,
                from_=0 if beyond else min(offset, base.MAX_OFFSET - size),
                size=0 if beyond else size,
                track_total_hits=False,
                aggs={_MATCHING: {"filter": matching(plan, scope), "aggs": wanted if facets else {}}},
            )
        counted, hits = answer["aggregations"][_MATCHING], answer["hits"]["hits"]
        total = int(counted["doc_count"])
        buckets = {
            name: base.labelled((bucket["key"], bucket["doc_count"]) for bucket in counted[name]["buckets"])
            for name in (wanted if facets else ())
        }
        if offset and offset >= total:
            hits = []
        return Found(_documents(hits), total, buckets, base.beyond(total, offset, len(hits)))

    def counts(self, plans: Sequence[QueryPlan], scope: SearchFilter = PUBLIC) -> list[int]:
        filters = {f"p{at}": matching(plan, scope) for at, plan in enumerate(plans)}
        with away():
            answer = self._client.search(
                index=self.name, aggs={"counts": {"filters": {"filters": filters}}}, size=0, track_total_hits=False
            )
        buckets = answer["aggregations"]["counts"]["buckets"]
        return [int(buckets[f"p{at}"]["doc_count"]) for at in range(len(plans))]

    def similar(self, document: IndexDocument, size: int) -> list[int]:
        alike = {
            "more_like_this": {
                "fields": [Field.exact_pairs.value],
                "like": [{"_index": self.name, "doc": {Field.exact_pairs.value: docs.about(document)}}],
                "min_doc_freq": 2,
                "max_doc_freq": max(20, self.documents_held() // 10),
                "min_term_freq": 1,
                "max_query_terms": _SIMILAR_TERMS,
                "minimum_should_match": 1,
            }
        }
        tagged = [{"term": {Field.exact_pairs.value: token}} for token in tag_pairs(document)]
        either = {"bool": {"should": [alike, *tagged], "minimum_should_match": 1}}
        with away():
            answer = self._client.search(
                index=self.name,
                query={"bool": {"must": [either], "filter": visible(PUBLIC)}},
                size=CANDIDATES + 1,
                timeout=_SIMILAR_TIMEOUT,
                source_excludes=["text"],
                track_total_hits=False,
            )
        hits = answer["hits"]["hits"]
        scores = [float(hit["_score"]) for hit in hits]
        return nearest(document, list(zip(_documents(hits), scores, strict=True)), size)

    def complete(self, prefix: str, limit: int) -> list[IndexDocument]:
        with away():
            answer = self._client.search(
                index=self.name,
                query={"bool": {"filter": [{"prefix": {"starts": prefix}}, *visible(PUBLIC)]}},
                sort=_NEWEST,
                size=limit,
                track_total_hits=False,
            )
        return _documents(answer["hits"]["hits"])

    def documents(self, ids: Sequence[int]) -> list[IndexDocument]:
        if not ids:
            return []
        with away():
            answer = self._client.mget(index=self.name, ids=[str(article_id) for article_id in ids])
        return _documents([item for item in answer["docs"] if item.get("found")])

    def versions(self, after: int, limit: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        with away():
            self._client.indices.refresh(index=self.name)
            while len(found) < limit:
                size = min(limit - len(found), 10_000)
                answer = self._client.search(
                    index=self.name,
                    query={"range": {"id": {"gt": found[-1][0] if found else after}}},
                    sort=[{"id": "asc"}],
                    size=size,
                    source=False,
                    docvalue_fields=[{"field": "id"}, {"field": "version"}],
                    track_total_hits=False,
                )
                hits = answer["hits"]["hits"]
                found += [(int(hit["fields"]["id"][0]), int(hit["fields"]["version"][0])) for hit in hits]
                if len(hits) < size:
                    break
        return found

    def documents_held(self) -> int:
        # Asked for with each article whose related ones are looked for.
        if time.monotonic() > self._counted_until:
            with away():
                self._held = int(self._client.count(index=self.name)["count"])
            self._counted_until = time.monotonic() + _COUNTED_SECONDS
        return self._held

    def frequencies(self, field: Field, tokens: Sequence[str]) -> dict[str, int]:
        if not tokens:
            return {}
        with away():
            answer = self._client.termvectors(
                index=self.name,
                doc={field.value: " ".join(tokens)},
                fields=[field.value],
                term_statistics=True,
                field_statistics=False,
                positions=False,
                offsets=False,
                payloads=False,
            )
        terms = answer.get("term_vectors", {}).get(field.value, {}).get("terms", {})
        return {token: int(terms.get(token, {}).get("doc_freq", 0)) for token in tokens}

    def spellings(self, folded: Sequence[str]) -> dict[str, dict[str, int]]:
        # One aggregation a syllable: syllables are letters and digits alone, so they are their own pattern.
        wanted = {
            f"s{at}": {"terms": {"field": "spellings", "include": f"{syllable}\\|.*", "size": base.SPELLINGS}}
            for at, syllable in enumerate(folded)
        }
        found: dict[str, dict[str, int]] = {syllable: {} for syllable in folded}
        if not wanted:
            return found
        with away():
            answer = self._client.search(
                index=self.name,
                query={"bool": {"filter": visible(PUBLIC)}},
                aggs=wanted,
                size=0,
                track_total_hits=False,
            )
        for at, syllable in enumerate(folded):
            for bucket in answer["aggregations"][f"s{at}"]["buckets"]:
                found[syllable][str(bucket["key"]).partition("|")[2]] = int(bucket["doc_count"])
        return found

    def pair_spellings(
        self, pairs: Sequence[tuple[str, str]], spellings: Mapping[str, Mapping[str, int]]
    ) -> dict[tuple[str, str], dict[str, int]]:
        combined = {
            (a, b): [f"{one}_{other}" for one in spellings.get(a, ()) for other in spellings.get(b, ())]
            for a, b in pairs
        }
        tokens = [f"{a}_{b}|{exact}" for (a, b), exacts in combined.items() for exact in exacts]
        held = self.frequencies(Field.exact_pairs, tokens)
        return {
            (a, b): {exact: held[token] for exact in exacts if held[token := f"{a}_{b}|{exact}"]}
            for (a, b), exacts in combined.items()
        }

    def size(self) -> int:
        with away():
            self._client.indices.refresh(index=self.name)
        return super().size()


class away:
    """Turns "the server cannot be reached, or not now" into Unavailable."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and is_away(error):
            raise Unavailable(f"Elasticsearch: {error}") from error


def _documents(hits: Sequence[dict[str, Any]]) -> list[IndexDocument]:
    return [IndexDocument.from_stored(hit["_source"]) for hit in hits]
