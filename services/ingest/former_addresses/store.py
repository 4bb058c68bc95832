"""The newsroom's rules about addresses of its former site: all of them are one versioned thing, like the front page."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, select

from services.ingest.former_addresses.tables import AddressRuleRow, address_rules
from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from shared import outbox as events
from shared.address_rules import MAX_PATTERN_CHARS, MAX_RULES, MAX_STARS, MAX_TARGET_CHARS, BadRule, Fault, Pattern
from shared.contracts.events import AddressRule, AddressRulesChanged
from shared.database import AdvisoryLock, read, take_lock, write
from shared.records import record

_NO_RULE = "Không có mẫu địa chỉ này."
_FAULTS: dict[Fault, tuple[str, str]] = {
    "path": ("pattern", "Địa chỉ cũ phải bắt đầu bằng một dấu / và không có tên miền, ví dụ /chuyen-muc/*."),
    "long": ("pattern", f"Địa chỉ cũ dài nhất {MAX_PATTERN_CHARS} ký tự, địa chỉ mới {MAX_TARGET_CHARS} ký tự."),
    "stars": ("pattern", f"Dùng nhiều nhất {MAX_STARS} dấu *, không viết hai dấu liền nhau."),
    "vague": ("pattern", "Mẫu này quá rộng: hãy viết ra ít nhất hai chữ cái của địa chỉ cũ."),
    "target": ("target", "Địa chỉ mới là một trang của báo này: dấu /, chữ thường không dấu, số và gạch nối."),
    "place": ("target", "Trong địa chỉ mới, $1 là phần ở dấu * thứ nhất; không có số lớn hơn số dấu * của địa chỉ cũ."),
}  # fmt: skip


def listed(engine: Engine) -> list[AddressRule]:
    """Every rule, by its pattern."""
    with read(engine) as connection:
        found = payload(connection)
    return sorted(found.rules, key=lambda rule: (rule.pattern, rule.id)) if found else []


def add(engine: Engine, actor: Actor, pattern: str, target: str) -> int:
    """Add a rule; returns its number. Raises Invalid."""
    made = 0

    def work(rules: dict[int, AddressRule], next_id: int) -> dict[str, Any]:
        nonlocal made
        made = next_id
        if len(rules) >= MAX_RULES:
            raise Invalid.of("pattern", f"Đã có {MAX_RULES} mẫu địa chỉ; hãy xóa bớt mẫu không còn ai dùng.")
        rules[made] = _checked(rules, made, pattern, target)
        return {"id": made, "pattern": pattern, "target": target}

    _change(engine, actor, "address_rules.added", work)
    return made


def change(engine: Engine, actor: Actor, rule_id: int, pattern: str, target: str) -> None:
    """Raises Invalid, NotFound."""

    def work(rules: dict[int, AddressRule], _next_id: int) -> dict[str, Any]:
        before = _known(rules, rule_id)
        rules[rule_id] = _checked(rules, rule_id, pattern, target)
        return {"id": rule_id, "pattern": pattern, "target": target, "before": [before.pattern, before.target]}

    _change(engine, actor, "address_rules.changed", work)


def remove(engine: Engine, actor: Actor, rule_id: int) -> None:
    """Raises NotFound."""

    def work(rules: dict[int, AddressRule], _next_id: int) -> dict[str, Any]:
        before = _known(rules, rule_id)
        del rules[rule_id]
        return {"id": rule_id, "before": [before.pattern, before.target]}

    _change(engine, actor, "address_rules.removed", work)


def payload(connection: Connection) -> AddressRulesChanged | None:
    row = record(connection.execute(select(address_rules)), AddressRuleRow)
    return AddressRulesChanged(version=row.version, rules=tuple(map(_rule, row.rules))) if row else None


def _change(
    engine: Engine, actor: Actor, act: str, work: Callable[[dict[int, AddressRule], int], dict[str, Any]]
) -> None:
    """`work` changes the rules (by number) and returns what the audit log is to say; it gets the next free number."""
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.address_rules)
        row = record(connection.execute(select(address_rules)), AddressRuleRow)
        rules = {rule.id: rule for rule in map(_rule, row.rules)} if row else {}
        last = row.last_rule if row else 0
        detail = work(rules, last + 1)
        version = row.version + 1 if row else 1
        kept = [rule.model_dump() for rule in rules.values()]
        values = {"version": version, "last_rule": max([last, *rules]), "rules": kept}
        connection.execute(only_one.setting(connection, address_rules, values))
        only_one.tell(connection, AddressRulesChanged, version)
        audit.append(connection, actor.name, act, "address_rules", detail)
    events.wake("ingest")


def _checked(rules: dict[int, AddressRule], rule_id: int, pattern: str, target: str) -> AddressRule:
    """Raises Invalid."""
    rule = AddressRule(id=rule_id, pattern=pattern, target=target)
    try:
        spelled = Pattern.of(rule).spelled
    except BadRule as bad:
        raise Invalid.of(*_FAULTS[bad.fault]) from bad
    for other in rules.values():
        if other.id != rule_id and Pattern.of(other).spelled == spelled:
            raise Invalid.of("pattern", f"Đã có mẫu {other.pattern} cho những địa chỉ này.")
    return rule


def _known(rules: dict[int, AddressRule], rule_id: int) -> AddressRule:
    """Raises NotFound."""
    if rule_id not in rules:
        raise NotFound(_NO_RULE)
    return rules[rule_id]


def _rule(fields: dict[str, Any]) -> AddressRule:
    return AddressRule(**fields)
