"""Which articles editors pin to the list of the most read, and which they keep out: all of it is one versioned thing,
like the front page."""

from sqlalchemy import Connection, Engine, select

from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.tables import outbox
from services.ingest.statistics.tables import trending_rules
from shared import outbox as events
from shared.contracts.events import TrendingRule, TrendingRulesChanged
from shared.database import AdvisoryLock, take_lock, upsert, write

ONLY = 1
MAX_RULES = 300
"""What was said before the last so many is forgotten: nobody reads those articles any more."""


def set_rule(engine: Engine, actor: Actor, article_id: int, rule: str, position: int) -> None:
    """Pin an article at a position ("pin"), keep it out ("exclude"), or leave it to its readers ("none")."""
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.trending_rules)
        before = payload(connection)
        rules = [one.model_dump() for one in (before.rules if before else ()) if one.article_id != article_id]
        if rule != "none":
            said = TrendingRule.model_validate({"article_id": article_id, "rule": rule, "position": position})
            rules.insert(0, said.model_dump())
        version = before.version + 1 if before else 1
        values = {"version": version, "rules": rules[:MAX_RULES]}
        statement = upsert(connection, trending_rules).values(id=ONLY, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
        events.add(connection, outbox, TrendingRulesChanged, [(ONLY, version)])
        detail = {"rule": rule, **({"position": position} if rule == "pin" else {})}
        audit.append(connection, actor.name, "trending.set", f"trending:{article_id}", detail)
    events.wake("ingest")


def payload(connection: Connection) -> TrendingRulesChanged | None:
    row = connection.execute(select(trending_rules)).first()
    if row is None:
        return None
    return TrendingRulesChanged(version=row.version, rules=tuple(TrendingRule(**one) for one in row.rules))
