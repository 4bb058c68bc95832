"""What an import did, or in a dry run would do, in a few lines."""

from collections import Counter
from typing import Any

from services.ingest.exchange.importers import ImportResult

_SHOWN = 10
_COMMENTS = "comments"
_TAKEN = ("created", "updated", "unchanged", "withdrawn", _COMMENTS)
# Reasons come from files: so many different ones are kept.
_MOST_REASONS = 200
_OTHERS, _OTHER_KINDS = "lý do khác", "loại khác"


class ImportReport:
    """Add every result; memory does not grow with their number."""

    def __init__(self, dry_run: bool = False) -> None:
        self._dry_run = dry_run
        self._missing = self._changed = 0
        self._examples: list[str] = []
        self._sections: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._changes: Counter[str] = Counter()
        self._left: Counter[tuple[str, str]] = Counter()
        self.counts: Counter[str] = Counter()
        self.problems: list[tuple[str, str]] = []
        """(where, what) of the first failures."""

    @property
    def failed(self) -> int:
        return self.counts["failed"]

    @property
    def taken(self) -> int:
        """Articles and comments that are in now, or were before."""
        return sum(self.counts[status] for status in _TAKEN)

    @property
    def found(self) -> int:
        """Things that stand in the files, of whatever kind."""
        return self.counts.total()

    def add(self, result: ImportResult) -> None:
        self.counts[result.status] += result.count
        self.counts += Counter({_COMMENTS: result.comments})
        if result.status == "left_out":
            self._count(self._left, (result.kind, result.error), result.count)
            return
        if result.status == "failed":
            if len(self.problems) < _SHOWN:
                self.problems.append((result.source, result.error))
            return
        self._count(self._sections, result.section, 1)
        self._count(self._kinds, result.kind, 1)
        for change in result.changes:
            self._count(self._changes, change, 1)
        self._changed += bool(result.changes)
        self._missing += len(result.missing)
        self._examples += result.missing[: _SHOWN - len(self._examples)]

    @staticmethod
    def _count(counter: Counter[Any], key: Any, number: int) -> None:
        if key not in counter and len(counter) >= _MOST_REASONS:
            key = (_OTHER_KINDS, _OTHERS) if isinstance(key, tuple) else _OTHERS
        counter[key] += number

    def told(self) -> dict[str, Any]:
        """What was changed and left out, as `take_up` takes it and people read it: {"kinds": [[what, number], …],
        "changes": [[what, number], …],
        "left_out": [[kind, reason, number], …], "changed": articles, "missing": pictures, "examples": [address, …]}."""
        return {
            "kinds": [list(one) for one in self._kinds.most_common()],
            "changes": [list(one) for one in self._changes.most_common()],
            "left_out": [[kind, reason, number] for (kind, reason), number in self._left.most_common()],
            "changed": self._changed,
            "missing": self._missing,
            "examples": list(self._examples),
        }

    def take_up(self, counts: dict[str, int], told: dict[str, Any]) -> None:
        """Go on from what an earlier part of the same import told."""
        self.counts.update(counts)
        self._kinds.update(dict(map(tuple, told.get("kinds", []))))
        self._changes.update(dict(map(tuple, told.get("changes", []))))
        self._left.update({(kind, reason): number for kind, reason, number in told.get("left_out", [])})
        self._changed += told.get("changed", 0)
        self._missing += told.get("missing", 0)
        self._examples += told.get("examples", [])

    def text(self) -> str:
        """Lines for a terminal."""
        verb = "would be " if self._dry_run else ""
        statuses = ["created", "updated", "unchanged", *(["withdrawn"] if self.counts["withdrawn"] else []), "failed"]
        counted = ", ".join(
            f"{self.counts[status]} {'' if status == 'failed' else verb}{status}" for status in statuses
        )
        articles = self.counts.total() - self.counts["left_out"] - self.counts[_COMMENTS]
        lines = [f"{articles} articles: {counted}"]
        if self.counts[_COMMENTS]:
            lines.append(f"{self.counts[_COMMENTS]} readers' comments")
        lines.append(
            f"found {self.found}, taken {self.taken}, changed on the way {self._changed}, "
            f"left out {self.counts['left_out']}"
        )
        if len(self._kinds) > 1:
            lines.append("kinds: " + ", ".join(f"{name} ({count})" for name, count in self._kinds.most_common()))
        if self._sections:
            lines.append(
                "sections: " + ", ".join(f"{name} ({count})" for name, count in self._sections.most_common(30))
            )
        if self._changes:
            lines.append("changed on the way:")
            lines += [f"  {count} × {what}" for what, count in self._changes.most_common()]
        if self._left:
            lines.append("left out:")
            lines += [f"  {count} {kind}: {reason}" for (kind, reason), count in self._left.most_common()]
        if self._missing:
            lines.append(f"pictures not at hand: {self._missing}, for example")
            lines += [f"  {url}" for url in self._examples]
        if self.problems:
            lines.append("not readable, the first ones:")
            lines += [f"  {where}: {what}" for where, what in self.problems]
        return "\n".join(lines)
