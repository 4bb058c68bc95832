"""What Elasticsearch is told: the fields of the index, the form of a document, the queries."""

import time
from collections.abc import Sequence
from typing import Any

from services.search import documents as docs
from services.search.documents import MAPPING_VERSION, PUBLISHED, WITHDRAWN, IndexDocument
from services.search.engines import base
from services.search.engines.base import SearchFilter
from services.search.queries import MOST_PAIRS, Field, Phrase, QueryPlan, Term
from shared.vietnamese import forms
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import slug

# Keys of a stored document; the searched forms are made from them and not stored.
_KEYWORDS = (
    *("status", "section", "listed", "section_facet", "author", "signed", "author_facet", "starts", "spellings"),
)
_STORED = list(IndexDocument.__slots__)


def mapping() -> dict[str, Any]:
    """The fields; raise documents.MAPPING_VERSION with any change."""
    ranked = {"type": "text", "analyzer": "whitespace"}
    fields: dict[str, Any] = {
        "id": {"type": "long"},
        "version": {"type": "long"},
        "published_at": {"type": "long"},
        "year": {"type": "integer"},
        **{name: {"type": "keyword", "ignore_above": 512} for name in _KEYWORDS},
        **{field.value: ranked | {"index_options": "freqs"} for field in Field},
        **{field.value: ranked for field in (Field.folded, Field.exact)},
    }
    return {
        "dynamic": False,
        "_meta": {"mapping": MAPPING_VERSION, "forms": forms.VERSION},
        "_source": {"includes": _STORED},
        "properties": fields,
    }


def source(document: IndexDocument) -> dict[str, Any]:
    made = document.stored() | {"year": document.year}
    if document.status == WITHDRAWN:
        return made
    tokens = docs.tokens(document)
    made |= {
        "section": document.section_slug,
        "listed": document.sections,
        "section_facet": [
            f"{slug}\t{document.section_name if slug == document.section_slug else ''}" for slug in document.sections
        ],
        "author": [slug for slug, _ in document.authors],
        "signed": [name_key(name) for _, name in document.authors],
        "author_facet": [f"{name_key(name)}\t{name}" for _, name in document.authors],
        # Every different syllable, so that an aggregation can tell how it is written.
        "spellings": sorted({token for token in tokens.exact.split() if token != docs.SEPARATOR}),
        "starts": tokens.starts,
    }
    return made | {field.value: getattr(tokens, field.value) for field in Field}


def matching(plan: QueryPlan, scope: SearchFilter) -> dict[str, Any]:
    return {"bool": _clauses(plan) | {"filter": visible(scope)}}


def ranking(plan: QueryPlan, scope: SearchFilter) -> dict[str, Any]:
    should = [_term(term) for term in plan.ranked]
    if plan.pairs_most:
        should.append({"constant_score": {"filter": _some(plan.pairs, plan.pairs_most), "boost": MOST_PAIRS}})
    scored = {"bool": {"filter": [matching(plan.listed(), scope)], "should": should}}
    fresh = {
        "exp": {
            "published_at": {
                "origin": int(time.time()),
                "scale": int(base.HALF_LIFE_DAYS * 86_400),
                "decay": 0.5,
            }
        },
        "weight": base.FRESHNESS,
    }
    return {
        "function_score": {
            "query": scored,
            "functions": [fresh, {"weight": 1.0}],
            "score_mode": "sum",
            "boost_mode": "multiply",
        }
    }


def _clauses(plan: QueryPlan) -> dict[str, Any]:
    if plan.nothing:
        return {"must": [{"match_none": {}}]}
    if plan.everything:
        return {"must": [{"match_all": {}}]}
    must: list[dict[str, Any]] = [_phrase(phrase) for phrase in plan.phrases]
    either = [{"bool": {"must": [_term(term) for term in reading]}} for reading in plan.readings]
    if plan.pairs_minimum:
        either.append(_some(plan.pairs, plan.pairs_minimum))
    if plan.minimum:
        either.append(_some(plan.words, plan.minimum))
    if either:
        must.append({"bool": {"should": either, "minimum_should_match": 1}})
    return {"must": must, "must_not": [_phrase(phrase) for phrase in plan.without]}


def _some(terms: Sequence[Term], minimum: int) -> dict[str, Any]:
    return {"bool": {"should": [_term(term) for term in terms], "minimum_should_match": minimum}}


def visible(scope: SearchFilter) -> list[dict[str, Any]]:
    published = {"term": {"status": PUBLISHED}}
    filters: list[dict[str, Any]] = [published]
    if scope.drafts:
        draft: dict[str, Any] = {"must_not": [{"terms": {"status": [WITHDRAWN, PUBLISHED]}}]}
        if scope.draft_sections is not None:
            draft["filter"] = [{"terms": {"section": list(scope.draft_sections)}}]
        filters = [{"bool": {"should": [published, {"bool": draft}], "minimum_should_match": 1}}]
    if scope.sections:
        # An index of the release before has no field "listed", nor "signed": nothing stands there.
        either = [{"terms": {field: list(scope.sections)}} for field in ("listed", "section")]
        filters.append({"bool": {"should": either, "minimum_should_match": 1}})
    if scope.signed:
        filters.append(_signed(scope.signed))
    elif scope.author:
        filters.append({"term": {"author": scope.author}})
    between = {"gte": scope.published_from, "lt": scope.published_before}
    between = {bound: value for bound, value in between.items() if value is not None}
    if between:
        filters.append({"range": {"published_at": between}})
    return filters


def _signed(names: Sequence[str]) -> dict[str, Any]:
    before = {
        "filter": {"terms": {"author": [slug(name) for name in names]}},
        "must_not": {"exists": {"field": "signed"}},
    }
    either = [{"terms": {"signed": [name_key(name) for name in names]}}, {"bool": before}]
    return {"bool": {"should": either, "minimum_should_match": 1}}


def _term(term: Term) -> dict[str, Any]:
    if term.others:
        alone = _term(Term(term.field, term.token))
        return {"dis_max": {"queries": [alone, *map(_phrase, term.others)], "boost": term.weight}}
    return {"term": {term.field.value: {"value": term.token, "boost": term.weight}}}


def _phrase(phrase: Phrase) -> dict[str, Any]:
    if len(phrase.tokens) == 1:
        found = _term(Term(phrase.field, phrase.tokens[0]))
    else:
        in_order: dict[str, Any] = {"match_phrase": {phrase.field.value: " ".join(phrase.tokens)}}
        found = {"bool": {"must": [*map(_term, phrase.pairs), in_order]}}
    return {"dis_max": {"queries": [found, *map(_phrase, phrase.others)]}} if phrase.others else found
