"""`python -m tests.reference` writes the tables of the reference pages in docs/ anew from the code.

Each page keeps its own words; what stands between `<!-- made -->` and `<!-- /made -->` is made here.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import annotated_types
import click
from prometheus_client import Counter

from services.ingest.kit.actors import Role, Scope
from services.ingest.kit.rights import RIGHTS, ROLE_NAMES, SCOPES, Reach
from shared import telemetry
from shared.contracts.commands import COMMANDS
from shared.contracts.events import SUBSCRIBERS
from shared.contracts.messages import Command, Query
from shared.contracts.queues import CONSUMERS, Queue
from shared.settings import Settings
from toasoan.cli import cli

DOCS = Path(__file__).resolve().parents[1] / "docs"
_MADE = re.compile(r"(<!-- made -->\n).*?(<!-- /made -->)", re.DOTALL)
# The first setting and the first metric of each section.
_OF_SETTINGS = {
    "host": "Where it runs",
    "database_url": "Stores and servers",
    "site_url": "The paper",
    "query_workers": "Work and watching",
}
_OF_METRICS = {
    "toasoan_build_info": "The release",
    "publish_to_visible_seconds": "From an editor's commit to what readers get",
    "outbox_pending": "Outbox, dead letters, reconciliation, copy (ingest)",
    "broker_oldest_unacked_age_seconds": "Broker and tasks",
    "http_requests_total": "Readers (web)",
    "views_accepted_total": "Views",
    "search_requests_total": "Search",
}
_REACHES = {Reach.none: "–", Reach.own: "của mình", Reach.section: "chuyên mục mình", Reach.all: "✓"}


def written(page: str) -> str:
    """A page as the code says it now."""
    text = (DOCS / page).read_text()
    made = "\n".join(MAKERS[page]()).strip()
    return _MADE.sub(lambda found: f"{found[1]}\n{made}\n\n{found[2]}", text, count=1)


def settings() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        if name in _OF_SETTINGS:
            yield from ("", f"## {_OF_SETTINGS[name]}", "")
            yield from _head("name", "default", "meaning")
        default = field.get_default(call_default_factory=True)
        shown = "unset" if default in (None, "") else str(int(default) if isinstance(default, bool) else default)
        said = [_sentence(field.description or ""), *_bounds(field.metadata)]
        variable = str(field.validation_alias or f"TOASOAN_{name}".upper())
        yield _row(f"`{variable}`", shown if shown == "unset" else f"`{shown}`", " ".join(said))


def _bounds(metadata: list[Any]) -> Iterator[str]:
    least = next((each.ge for each in metadata if isinstance(each, annotated_types.Ge)), None)
    most = next((each.le for each in metadata if isinstance(each, annotated_types.Le)), None)
    if least is not None:
        yield f"At least {least}." if most is None else f"{least} to {most}."


def metrics() -> Iterator[str]:
    for metric in vars(telemetry).values():
        if not hasattr(metric, "_labelnames"):
            continue
        name = metric._name + ("_total" if isinstance(metric, Counter) else "")
        if name in _OF_METRICS:
            yield from ("", f"## {_OF_METRICS[name]}", "")
            yield from _head("name", "type", "labels", "meaning")
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)
        yield _row(f"`{name}`", metric._type, labels, _sentence(metric._documentation))


def events() -> Iterator[str]:
    commands = [each for each in COMMANDS if not issubclass(each, Query)]
    queries = [each for each in COMMANDS if issubclass(each, Query)]
    yield from ("## Queues", "", *_head("queue", "consumed by", "carries"))
    for queue in Queue:
        kinds = [event.kind for event, queues in SUBSCRIBERS.items() if queue in queues]
        kinds += [each.kind for each in COMMANDS if each.queue is queue]
        yield _row(f"`{queue.value}`", CONSUMERS[queue], _names(kinds))
    yield from ("", "## Events", "", *_head("event", "goes to", "says", "fields"))
    for event, queues in SUBSCRIBERS.items():
        yield _row(f"`{event.kind}`", _names(each.value for each in queues), _doc(event), _names(event.model_fields))
    yield from ("", "## Commands", "", *_head("command", "queue", "does", "fields"))
    for each in commands:
        yield _row(f"`{each.kind}`", f"`{each.queue.value}`", _doc(each), _names(each.model_fields))
    yield from ("", "## Queries", "", *_head("query", "queue", "asks", "fields", "answer"))
    for query in queries:
        asked, answer = _names(query.model_fields), _names(query.Answer.model_fields)
        yield _row(f"`{query.kind}`", f"`{query.queue.value}`", _doc(query), asked, answer)


def commands() -> Iterator[str]:
    context = click.Context(cli, info_name="toasoan")
    for name in cli.list_commands(context):
        found = cli.get_command(context, name)
        assert found
        yield from _command(found, click.Context(found, info_name=name, parent=context), 2)


def _command(command: click.Command, context: click.Context, depth: int) -> Iterator[str]:
    yield from ("", f"{'#' * depth} {context.command_path}", "")
    yield inspect.cleandoc(command.help or "").replace("\b\n", "")
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _command(each, click.Context(each, info_name=name, parent=context), depth + 1)
        return
    yield from ("", "```", f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}", "```")
    options = [each.get_help_record(context) for each in command.params if isinstance(each, click.Option)]
    rows = [_row(f"`{record[0]}`", _sentence(record[1])) for record in options if record]
    if rows:
        yield from ("", *_head("option", "meaning"), *rows)


def permissions() -> Iterator[str]:
    roles = list(ROLE_NAMES)
    yield from ("## Người", "", *_head("việc", *(ROLE_NAMES[role] for role in roles)))
    for action, reaches in RIGHTS.items():
        yield _row(action.value, *(_REACHES[reaches[role]] for role in roles))
    yield from ("", "## Khóa API", "", *_head("việc", "quyền cần có"))
    for action, scope in SCOPES.items():
        yield _row(action.value, f"`{scope.value}`")
    yield from ("", f"Quyền: {_names(scope.value for scope in Scope)}.")
    yield f"Tên vai trò trong lệnh và API: {', '.join(f'{ROLE_NAMES[role]} `{role.value}`' for role in Role)}."


def _head(*names: str) -> tuple[str, str]:
    return _row(*names), "|" + "---|" * len(names)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _doc(contract: type[Command] | type[Any]) -> str:
    return " ".join(inspect.cleandoc(contract.__doc__ or "").split())


def _sentence(text: str) -> str:
    text = " ".join((text[:1].upper() + text[1:]).split())
    return text if text.endswith((".", "?", "!", "]")) else f"{text}."


MAKERS: dict[str, Callable[[], Iterator[str]]] = {
    "settings.md": settings,
    "metrics.md": metrics,
    "events.md": events,
    "commands.md": commands,
    "permissions.md": permissions,
}


if __name__ == "__main__":
    for each in MAKERS:
        (DOCS / each).write_text(written(each))
