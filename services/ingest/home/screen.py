"""The first page after log-in: what waits for me, what is given to me, what I was writing, what went out."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles import steps
from services.ingest.articles.store import autosaves, listing
from services.ingest.desk_kit import people
from services.ingest.desk_kit.pages import NavItem, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.planning import store as plans
from shared.database import engine
from shared.vietnamese.dates import vietnam_day

router = APIRouter()
NAV = (NavItem("/desk/", "Bàn làm việc", Action.home, key="b"),)
_ROWS = 8


@router.get("/")
def home(request: Request, who: Annotated[Account, needs(Action.home)]) -> Response:
    source, seen = engine("ingest"), seen_by(who)
    mine = listing.ListFilter(statuses=("draft", "submitted"), owner=who.actor_name)
    lists = {
        "waiting": listing.page(source, seen, listing.ListFilter(statuses=steps.waiting(who)), limit=_ROWS)
        if steps.waiting(who)
        else [],
        "mine": listing.page(source, seen, mine, limit=_ROWS),
        "held": listing.page(source, seen, listing.ListFilter(held_by=who.actor_name), limit=_ROWS),
        "scheduled": listing.page(source, seen, listing.ListFilter(statuses=("scheduled",)), limit=_ROWS),
        "prepared": listing.page(source, seen, listing.ListFilter(is_prepared=True), limit=_ROWS),
        "out": listing.page(source, seen, listing.ListFilter(statuses=("published",)), limit=_ROWS),
    }
    actors = {row.last_actor for rows in lists.values() for row in rows}
    actors |= {row.created_by for rows in lists.values() for row in rows}
    return page(
        request,
        who,
        "home.html",
        lists=lists,
        tasks=plans.tasks(source, who.id),
        today=vietnam_day(datetime.now(UTC)),
        unsaved=autosaves.listed(source, who.id, seen),
        counts=listing.counts(source, seen, listing.ListFilter()),
        names=people.names(source, actors),
    )
