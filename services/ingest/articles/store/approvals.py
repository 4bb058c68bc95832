"""Whether what an article says is approved: by whom, and whether that still counts in its section."""

from dataclasses import replace

from sqlalchemy import Connection

from services.ingest.accounts.store import accounts, keys
from services.ingest.articles.rules import WorkflowState, why_not_approved
from services.ingest.articles.store.revisions import revision_of
from services.ingest.articles.tables import ArticleRow
from services.ingest.articles.versions import Current
from services.ingest.kit.actors import Actor
from services.ingest.sections import store as sections


def place_of(connection: Connection, found: Current) -> WorkflowState:
    """Where an article stands, as the rules ask it."""
    at = _place(connection, found)
    return replace(at, is_approved=not _fault(connection, found, at))


def fault(connection: Connection, found: Current) -> str:
    """Why what an article says is not approved, "" when it is."""
    return _fault(connection, found, _place(connection, found))


def _place(connection: Connection, found: Current) -> WorkflowState:
    row = found.row
    section_id = sections.id_of(connection, found.state.section_slug) if found.public else row.section_id
    rule = sections.rule_of(connection, section_id)
    return WorkflowState(row.status, section_id, row.created_by, rule, held_by=row.held_by)


def _fault(connection: Connection, found: Current, at: WorkflowState) -> str:
    # The version is compared although every change ends the approval: an older release of this program, running
    # beside this one during an update, does not know that.
    row = found.row
    version = row.approved_version
    approved = revision_of(connection, row.id, version).state if version is not None else None
    return why_not_approved(at, found.state, approved, _approver(connection, row) if approved else None)


def _approver(connection: Connection, row: ArticleRow) -> Actor | None:
    """Who gave the approval, as they are now; None when they are no more."""
    if row.approver_account_id is not None:
        account = accounts.standing(connection, row.approver_account_id)
        return account.actor if account else None
    if row.approver_key_id is not None:
        return keys.standing(connection, row.approver_key_id)
    return Actor(row.approved_by or "")
