"""What an import did, or in a dry run would do, in a few lines."""

from collections import Counter

from services.ingest.exchange.importers import ImportResult

_SHOWN = 10


class ImportReport:
    """Add every result; memory does not grow with their number."""

    def __init__(self, dry_run: bool = False) -> None:
        self._dry_run = dry_run
        self._missing = 0
        self._examples: list[str] = []
        self._sections: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.problems: list[tuple[str, str]] = []
        """(where, what) of the first failures."""

    @property
    def failed(self) -> int:
        return self.counts["failed"]

    def add(self, result: ImportResult) -> None:
        self.counts[result.status] += 1
        if result.status == "failed":
            if len(self.problems) < _SHOWN:
                self.problems.append((result.source, result.error))
            return
        self._sections[result.section] += 1
        self._missing += len(result.missing)
        self._examples += result.missing[: _SHOWN - len(self._examples)]

    def text(self) -> str:
        """Lines for a terminal."""
        verb = "would be " if self._dry_run else ""
        counted = ", ".join(
            f"{self.counts[status]} {'' if status == 'failed' else verb}{status}"
            for status in ("created", "updated", "unchanged", "failed")
        )
        lines = [f"{self.counts.total()} articles: {counted}"]
        if self._sections:
            lines.append(
                "sections: " + ", ".join(f"{name} ({count})" for name, count in self._sections.most_common(30))
            )
        if self._missing:
            lines.append(f"pictures not at hand: {self._missing}, for example")
            lines += [f"  {url}" for url in self._examples]
        if self.problems:
            lines.append("not readable, the first ones:")
            lines += [f"  {where}: {what}" for where, what in self.problems]
        return "\n".join(lines)
