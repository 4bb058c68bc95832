"""What is asked of a tantivy index: its fields, and queries made of plans."""

from collections.abc import Iterator, Sequence

from tantivy import FieldType, Occur, Query, Schema, SchemaBuilder, Searcher

from services.search import documents as docs
from services.search.documents import PUBLISHED, WITHDRAWN, IndexDocument
from services.search.engines.base import SearchFilter
from services.search.queries import MOST_PAIRS, Field, Phrase, QueryPlan, Term
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import slug

# In so large an index words of every second article no longer rank: they say next to nothing, and tantivy scores every
# article that has them, found or not (120,000 articles, headlines: 36 ms without this, 13 with it).
_LARGE_INDEX = 50_000

_POSITIONS = {Field.folded: "position", Field.exact: "position"}


def fields(mapping: int) -> list[Field]:
    """The searched fields of an index that was made with this mapping: an older one is used until it is made anew."""
    return [field for field in Field if mapping > 1 or field is not Field.head]


def facets_of(document: IndexDocument, mapping: int) -> Iterator[tuple[str, str]]:
    """(field, what stands there) of the sections that list a document and of those who signed it."""
    yield "section", document.section_slug
    yield "section_facet", f"{document.section_slug}\t{document.section_name}"
    if mapping > 2 and document.second_section:
        yield "section_facet", f"{document.second_section}\t"
    if mapping > 2:
        yield from (("listed", listing) for listing in document.sections)
    for spelled, name in document.authors:
        yield "author", spelled
        yield "author_facet", f"{spelled if mapping < 3 else name_key(name)}\t{name}"
        if mapping > 2:
            yield "signed", name_key(name)


def make_schema(mapping: int = docs.MAPPING_VERSION) -> Schema:
    """The fields; raise documents.MAPPING_VERSION with any change."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("version", fast=True)
    builder.add_integer_field("published_at", indexed=True, fast=True)
    builder.add_integer_field("year", fast=True)
    for name in ("status", "section", "author", *(("listed", "signed") if mapping > 2 else ())):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("starts", tokenizer_name="whitespace", index_option="basic")
    for name in ("section_facet", "author_facet"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for field in fields(mapping):
        builder.add_text_field(field.value, tokenizer_name="whitespace", index_option=_POSITIONS.get(field, "freq"))
    builder.add_bytes_field("source", stored=True)
    return builder.build()


class TantivyQueries:
    """Queries of an index with this schema, which was made with this mapping."""

    def __init__(self, schema: Schema, mapping: int) -> None:
        self._schema = schema
        self._mapping = mapping
        self._fields = fields(mapping)

    def matching(self, plan: QueryPlan, scope: SearchFilter) -> Query:
        """What is found, without what only ranks: enough for totals and facets."""
        if plan.nothing:
            return Query.empty_query()
        clauses = [(Occur.Must, self.visible(scope))]
        either = [self._all(reading) for reading in plan.readings]
        if plan.pairs_minimum:
            either.append(self._some(plan.pairs, plan.pairs_minimum))
        if plan.minimum:
            either.append(self._some(plan.words, plan.minimum))
        if either:
            clauses.append((Occur.Must, Query.boolean_query([(Occur.Should, one) for one in either])))
        clauses += [(Occur.Must, self._phrase(phrase)) for phrase in plan.phrases]
        clauses += [(Occur.MustNot, self._phrase(phrase)) for phrase in plan.without]
        return Query.boolean_query(clauses)

    def _all(self, terms: Sequence[Term]) -> Query:
        return Query.boolean_query([(Occur.Must, self.term(term)) for term in terms])

    def _some(self, terms: Sequence[Term], minimum: int) -> Query:
        either = [(Occur.Should, self.term(term)) for term in terms]
        return Query.boolean_query(either, minimum_number_should_match=minimum)

    def ranking(self, searcher: Searcher, plan: QueryPlan, matching: Query) -> Query:
        terms = tuple(term for term in plan.ranked if term.field in self._fields)
        if searcher.num_docs > _LARGE_INDEX:
            half = searcher.num_docs // 2
            rare = tuple(term for term in terms if searcher.doc_freq(term.field.value, term.token) <= half)
            terms = rare or terms
        scored = [(Occur.Should, self.term(term)) for term in terms]
        if plan.pairs_most:
            most = Query.const_score_query(self._some(plan.pairs, plan.pairs_most), MOST_PAIRS)
            scored.append((Occur.Should, most))
        return Query.boolean_query([(Occur.Must, Query.const_score_query(matching, 0.0)), *scored])

    def visible(self, scope: SearchFilter) -> Query:
        """The filters."""
        published = self._raw("status", PUBLISHED)
        clauses = [(Occur.Must, published)]
        if scope.drafts:
            draft = [(Occur.Must, Query.all_query())]
            draft += [(Occur.MustNot, self._raw("status", status)) for status in (WITHDRAWN, PUBLISHED)]
            if scope.draft_sections is not None:
                draft.append((Occur.Must, Query.term_set_query(self._schema, "section", list(scope.draft_sections))))
            either = [(Occur.Should, published), (Occur.Should, Query.boolean_query(draft))]
            clauses = [(Occur.Must, Query.boolean_query(either))]
        if scope.sections:
            listed = "listed" if self._mapping > 2 else "section"
            clauses.append((Occur.Must, Query.term_set_query(self._schema, listed, list(scope.sections))))
        if scope.signed:
            field, form = ("signed", name_key) if self._mapping > 2 else ("author", slug)
            clauses.append((Occur.Must, Query.term_set_query(self._schema, field, list(map(form, scope.signed)))))
        elif scope.author:
            clauses.append((Occur.Must, self._raw("author", scope.author)))
        if scope.published_from is not None or scope.published_before is not None:
            between = Query.range_query(
                self._schema,
                "published_at",
                FieldType.Integer,
                scope.published_from,
                scope.published_before,
                include_upper=scope.published_before is None,
            )
            clauses.append((Occur.Must, between))
        return Query.boolean_query(clauses)

    def _raw(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, "basic")

    def term(self, term: Term) -> Query:
        option = "freq" if term.field not in _POSITIONS else "position"
        query = Query.term_query(self._schema, term.field.value, term.token, option)
        if term.others:
            query = Query.disjunction_max_query([query, *map(self._phrase, term.others)])
        return query if term.weight == 1.0 else Query.boost_query(query, term.weight)

    def _phrase(self, phrase: Phrase) -> Query:
        if len(phrase.tokens) == 1:
            found = self.term(Term(phrase.field, phrase.tokens[0]))
        else:
            in_order: Query = Query.phrase_query(self._schema, phrase.field.value, list(phrase.tokens))
            found = Query.boolean_query([(Occur.Must, one) for one in (*map(self.term, phrase.pairs), in_order)])
        return Query.disjunction_max_query([found, *map(self._phrase, phrase.others)]) if phrase.others else found
