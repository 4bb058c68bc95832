"""Which articles editors pin to the list of the most read, and which they keep out: all of it is one versioned thing,
like the front page."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import Actor
from services.ingest.kit.tables import audit as audit_log
from services.ingest.statistics.tables import trending_rules
from shared import outbox as events
from shared.contracts.events import TrendingRule, TrendingRulesChanged
from shared.database import AdvisoryLock, take_lock, write

MAX_RULES = 300
"""What was said before the last so many is forgotten: nobody reads those articles any more."""
_SUBJECT = "trending:"
"""Of the audit log, before the article's id."""


def set_rule(engine: Engine, actor: Actor, article_id: int, rule: str, position: int) -> None:
    """Pin an article at a position ("pin"), keep it out ("exclude"), or leave it to its readers ("none")."""
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.trending_rules)
        before = payload(connection)
        rules = [one for one in (before.rules if before else ()) if one.article_id != article_id]
        detail = {"rule": rule, **({"position": position} if rule == "pin" else {})}
        if rule != "none":
            rules.insert(0, TrendingRule.model_validate({"article_id": article_id, **detail}))
        _keep(connection, before, rules)
        audit.append(connection, actor.name, "trending.set", f"{_SUBJECT}{article_id}", detail)
    events.wake("ingest")


def adopt(engine: Engine) -> None:
    """Take over what a desk of the release before has set while an update went through: it told the counter alone, and
    the audit log."""
    of_rules = audit_log.c.subject.between(_SUBJECT, f"{_SUBJECT}~")
    query = select(audit_log.c.subject, audit_log.c.detail).where(of_rules).order_by(audit_log.c.id)
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.trending_rules)
        said: dict[int, TrendingRule] = {}
        for subject, detail in connection.execute(query):
            article_id = int(subject.removeprefix(_SUBJECT))
            said.pop(article_id, None)
            if detail["rule"] != "none":
                said[article_id] = TrendingRule.model_validate({"article_id": article_id, **detail})
        rules, before = [*said.values()][::-1][:MAX_RULES], payload(connection)
        if rules != list(before.rules if before else ()):
            _keep(connection, before, rules)


def _keep(connection: Connection, before: TrendingRulesChanged | None, rules: Sequence[TrendingRule]) -> None:
    version = before.version + 1 if before else 1
    values = {"version": version, "rules": [one.model_dump() for one in rules[:MAX_RULES]]}
    connection.execute(only_one.setting(connection, trending_rules, values))
    only_one.tell(connection, TrendingRulesChanged, version)


def payload(connection: Connection) -> TrendingRulesChanged | None:
    row = connection.execute(select(trending_rules)).first()
    if row is None:
        return None
    return TrendingRulesChanged(version=row.version, rules=tuple(TrendingRule(**one) for one in row.rules))
