"""One index in tantivy: a folder of files, one process that writes, any number that read.

The index is its own book of versions: a document's version is a column of it, so that what is committed and what is
known to be committed can never differ.
"""

import errno
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

import orjson
from tantivy import DocAddress, Document, FieldType, Index, IndexWriter, Occur, Order, Query, Searcher

from services.search import documents as docs
from services.search.documents import WITHDRAWN, IndexDocument
from services.search.engines import base
from services.search.engines.base import PUBLIC, Found, Made, SearchFilter
from services.search.engines.recent import RecentDocuments
from services.search.engines.tantivy_queries import TantivyQueries, facets_of, fields, make_schema
from services.search.likeness import CANDIDATES, nearest, tag_pairs
from services.search.queries import Field, QueryPlan, Term
from shared.away import Unavailable
from shared.telemetry import log
from shared.versions import newest

_MADE_FILE = "made.json"
# With tantivy's least (15 MB) a hundred articles become several segments, and writing and merging these takes twice
# the processor time. Taken from the system only as it is filled.
_WRITER_BYTES = 50_000_000
# The first results are ordered by score and freshness; further ones by score alone.
_RANKED_WINDOW = 100
_SIMILAR_TERMS = 25
# Everything is a ValueError in tantivy-py: this is how the disk's own begin. (Its threads die of nothing else.)
_OS_ERROR = re.compile(
    r"(?:An IO error occurred|Internal error): .*\(os error (\d+)\)|An error occurred in a thread()", re.DOTALL
)


class TantivyIndex(base.Index):
    """The index in `folder`. Thread-safe; `apply` needs to be the only writer of the folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._folder = folder
        self._meta = folder / "meta.json"
        self.made = Made(**orjson.loads((folder / _MADE_FILE).read_bytes()))
        self._fields = fields(self.made.mapping)
        self._index = Index.open(str(folder))
        self._index.config_reader("manual")
        self._schema = self._index.schema
        self._queries = TantivyQueries(self._schema, self.made.mapping)
        self._lock = threading.Lock()
        self._writer: IndexWriter | None = None
        self._seen: object = None
        self._recent = RecentDocuments()
        self._searcher: Searcher = self._index.searcher()

    @staticmethod
    def create(folder: Path) -> "TantivyIndex":
        """Make an empty index in a new folder, whole or not at all."""
        part = folder.with_name(f"{folder.name}.part")
        part.mkdir(parents=True)
        Index(make_schema(), path=str(part))
        made = Made()
        (part / _MADE_FILE).write_bytes(orjson.dumps({"mapping": made.mapping, "forms": made.forms}))
        part.rename(folder)
        return TantivyIndex(folder)

    # ------------------------------------------------------------ writing

    def apply(self, documents: Sequence[IndexDocument]) -> set[int]:
        latest = newest(documents, attrgetter("id"), attrgetter("version"))
        with self._lock:
            held = self._versions_of([document.id for document in latest])
            wanted = [document for document in latest if document.version > held.get(document.id, -1)]
            if not wanted:
                return set()
            writer = self._open_writer()
            try:
                for document in wanted:
                    if document.id in held:
                        # By query: delete_documents_by_term takes a Python int for a signed term and finds nothing.
                        writer.delete_documents_by_query(Query.term_query(self._schema, "id", document.id))
                    writer.add_document(self._document(document))
                writer.commit()
            except BaseException as error:
                # Nothing of a failed batch may ride along with the next commit.
                self._drop_writer()
                if said := _OS_ERROR.match(str(error)):
                    raise OSError(int(said[1] or errno.EIO), str(error)) from error
                raise
        return {document.id for document in wanted}

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(_WRITER_BYTES, 1)
            except ValueError as error:
                raise Unavailable(f"another process writes the search index: {error}") from error
        return self._writer

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.rollback()
            except Exception as error:
                log.warning("index writer not rolled back", error=repr(error)[:200])

    def _document(self, document: IndexDocument) -> Document:
        made = Document()
        made.add_unsigned("id", document.id)
        made.add_unsigned("version", document.version)
        made.add_integer("published_at", document.published_at)
        made.add_integer("year", document.year)
        made.add_text("status", document.status)
        made.add_bytes("source", orjson.dumps(document.stored()))
        if document.status == WITHDRAWN:
            return made
        for name, value in facets_of(document, self.made.mapping):
            made.add_text(name, value)
        tokens = docs.tokens(document)
        for field in self._fields:
            made.add_text(field.value, getattr(tokens, field.value))
        made.add_text("starts", " ".join(tokens.starts))
        return made

    def close(self) -> None:
        """Let go of the writer's lock."""
        with self._lock:
            self._drop_writer()

    # ------------------------------------------------------------ reading

    def state(self) -> object:
        try:
            stat = self._meta.stat()
        except FileNotFoundError:
            return None
        return (self.name, stat.st_ino, stat.st_mtime_ns)

    def _reader(self) -> Searcher:
        """The newest commit's searcher: a look at one file's time tells whether there is a newer one."""
        state = self.state()
        if state != self._seen:
            self._index.reload()
            self._searcher = self._index.searcher()
            self._seen = state
        return self._searcher

    def search(
        self,
        plan: QueryPlan,
        scope: SearchFilter,
        offset: int,
        size: int,
        sort: Literal["relevance", "newest"] = "relevance",
        facets: bool = True,
    ) -> Found:
        searcher = self._reader()
        matching = self._queries.matching(plan, scope)
        total, buckets = self._overview(searcher, matching, facets)
        newest = sort == "newest" or plan.everything
        nearest = plan.nearest and not newest
        if offset >= min(max(total, nearest), base.MAX_OFFSET):
            return Found([], total, buckets)
        if newest:
            hits = searcher.search(matching, size, False, "published_at", offset).hits
        else:
            listed = self._queries.matching(plan.listed(), scope) if nearest else matching
            hits = self._best(searcher, self._queries.ranking(searcher, plan, listed), offset, size)
        return Found(self._found(searcher, hits), total, buckets, base.beyond(total, offset, len(hits)))

    def _best(self, searcher: Searcher, query: Query, offset: int, size: int) -> list[tuple[Any, DocAddress]]:
        if offset + size > _RANKED_WINDOW:
            return searcher.search(query, size, False, offset=offset).hits
        hits = searcher.search(query, _RANKED_WINDOW, False).hits
        # Freshness lifts nothing that scores less into this page.
        least = hits[min(offset + size, len(hits)) - 1][0] / (1 + base.FRESHNESS) if hits else 0.0
        hits = [hit for hit in hits if hit[0] >= least]
        times = searcher.fast_field_values("published_at", [address for _, address in hits])
        now = time.time()
        ranked = [
            (score * (1 + base.freshness(now, int(published or 0))), -rank)
            for rank, ((score, _), published) in enumerate(zip(hits, times, strict=True))
        ]
        ranked.sort(reverse=True)
        return [hits[-rank] for _, rank in ranked[offset : offset + size]]

    def _overview(
        self, searcher: Searcher, matching: Query, facets: bool
    ) -> tuple[int, dict[str, list[tuple[str, str, int]]]]:
        wanted: dict[str, Any] = {"total": {"value_count": {"field": "id"}}}
        if facets:
            for name, column in base.FACETS.items():
                wanted[name] = {"terms": {"field": column, "size": base.FACET_SIZE}}
        found = searcher.aggregate(matching, wanted)
        buckets = {
            name: base.labelled((bucket["key"], bucket["doc_count"]) for bucket in found[name]["buckets"])
            for name in (base.FACETS if facets else ())
        }
        return int(found["total"]["value"]), buckets

    def counts(self, plans: Sequence[QueryPlan], scope: SearchFilter = PUBLIC) -> list[int]:
        searcher = self._reader()
        found: list[Any] = [searcher.search(self._queries.matching(plan, scope), 1) for plan in plans]
        return [int(result.count) for result in found]

    def similar(self, document: IndexDocument, size: int) -> list[int]:
        searcher = self._reader()
        alike = Query.more_like_this_document_fields_query(
            self._schema,
            {Field.exact_pairs.value: [docs.about(document)]},
            min_doc_frequency=2,
            # tantivy counts deleted documents in a term's frequency, and panics when that exceeds the living ones.
            max_doc_frequency=min(searcher.num_docs, max(20, searcher.num_docs // 10)),
            min_term_frequency=1,
            max_query_terms=_SIMILAR_TERMS,
        )
        tagged = [Term(Field.exact_pairs, token) for token in tag_pairs(document)]
        either = [(Occur.Should, alike), *((Occur.Should, self._queries.term(term)) for term in tagged)]
        query = Query.boolean_query(
            [(Occur.Must, Query.boolean_query(either)), (Occur.Must, self._queries.visible(PUBLIC))]
        )
        hits = searcher.search(query, CANDIDATES + 1, False).hits
        scored = [(self._load(searcher, address), score) for score, address in hits]
        return nearest(document, scored, size)

    def complete(self, prefix: str, limit: int) -> list[IndexDocument]:
        searcher = self._reader()
        starts = Query.phrase_prefix_query(self._schema, "starts", [prefix])
        query = Query.boolean_query([(Occur.Must, starts), (Occur.Must, self._queries.visible(PUBLIC))])
        return self._found(searcher, searcher.search(query, limit, False, "published_at").hits)

    def documents(self, ids: Sequence[int]) -> list[IndexDocument]:
        if not ids:
            return []
        searcher = self._reader()
        hits = searcher.search(Query.term_set_query(self._schema, "id", list(ids)), len(ids), False).hits
        return [self._load(searcher, address) for _, address in hits]

    def versions(self, after: int, limit: int) -> list[tuple[int, int]]:
        searcher, first = self._reader(), max(0, after)
        hits: list[tuple[Any, DocAddress]] = []
        # Mostly ids lie close together: to put all that follow in order, for each page again, would be work for every
        # article times every page.
        for reach in (4 * limit, 64 * limit, None):
            last = None if reach is None else first + reach
            beyond = Query.range_query(self._schema, "id", FieldType.Unsigned, first, last, include_lower=after < 0)
            hits = searcher.search(beyond, limit, False, "id", order=Order.Asc).hits
            if len(hits) == limit:
                break
        versions = searcher.fast_field_values("version", [address for _, address in hits])
        return [(int(key), int(version or 0)) for (key, _), version in zip(hits, versions, strict=True)]

    def _versions_of(self, ids: Iterable[int]) -> dict[int, int]:
        searcher, wanted = self._reader(), list(ids)
        hits = searcher.search(Query.term_set_query(self._schema, "id", wanted), len(wanted), False).hits
        addresses = [address for _, address in hits]
        found = searcher.fast_field_values("id", addresses), searcher.fast_field_values("version", addresses)
        return {int(key or 0): int(version or 0) for key, version in zip(*found, strict=True)}

    def frequencies(self, field: Field, tokens: Sequence[str]) -> dict[str, int]:
        searcher, name = self._reader(), field.value
        return {token: searcher.doc_freq(name, token) for token in tokens}

    def documents_held(self) -> int:
        return int(self._reader().num_docs)

    def spellings(self, folded: Sequence[str]) -> dict[str, dict[str, int]]:
        searcher = self._reader()
        return {syllable: self._written(searcher, Field.exact, syllable) for syllable in folded}

    def pair_spellings(
        self, pairs: Sequence[tuple[str, str]], spellings: Mapping[str, Mapping[str, int]]
    ) -> dict[tuple[str, str], dict[str, int]]:
        searcher = self._reader()
        return {(a, b): self._written(searcher, Field.exact_pairs, f"{a}_{b}") for a, b in pairs}

    @staticmethod
    def _written(searcher: Searcher, field: Field, folded: str) -> dict[str, int]:
        terms = searcher.terms_with_prefix(field.value, f"{folded}|", None, base.SPELLINGS)
        return {term[len(folded) + 1 :]: count for term, count in terms}

    def _found(self, searcher: Searcher, hits: Sequence[tuple[Any, DocAddress]]) -> list[IndexDocument]:
        """The documents of hits for readers; most of them were found lately, and are not read again."""
        addresses = [address for _, address in hits]
        ids, versions = (searcher.fast_field_values(name, addresses) for name in ("id", "version"))
        keys = [(int(id_ or 0), int(version or 0)) for id_, version in zip(ids, versions, strict=True)]
        return [
            self._recent.get(key) or self._recent.put(key, self._load(searcher, address))
            for key, address in zip(keys, addresses, strict=True)
        ]

    @staticmethod
    def _load(searcher: Searcher, address: DocAddress) -> IndexDocument:
        source: Any = searcher.doc(address).get_first("source")
        return IndexDocument.from_stored(orjson.loads(source))
