"""What is broken: data, messages, an index, the watchers themselves."""

import json
from collections.abc import Callable
from functools import partial

from tests.compose import faults, runbook
from tests.compose.alerted import Fault, OnCall
from tests.wait import until

# More than three in two minutes are wanted: on a slow machine the first are too long ago.
_KILLS = 10


def _refuse_articles(who: OnCall) -> None:
    who.sql("web", "ALTER TABLE articles ADD CONSTRAINT nobody CHECK (id < 0) NOT VALID")


def _take_them_again(who: OnCall) -> str:
    who.sql("web", "ALTER TABLE articles DROP CONSTRAINT nobody")
    replayed = who.types("DeadLetters", "docker compose run --rm tools dead replay --all")
    return f"constraint dropped, {replayed}, {who.reconciles('StoreDrift')}"


def _unknown_message(who: OnCall) -> None:
    who.python(
        "web-worker",
        "from shared.celery_factory import publish, publisher\n"
        "from shared.contracts.queues import Queue\n"
        "publish(publisher('test'), 'somebody.else', Queue.page, {})",
    )


def _drop_it(who: OnCall) -> str:
    def letter() -> str:
        listed = who.watched.house.type(runbook.command("MessagesDiscarded", "docker compose run --rm tools dead list"))
        return next(line.split()[0] for line in listed.splitlines() if "somebody.else" in line)

    return who.types("DeadLetters", "docker compose run --rm tools dead drop", ID=until(letter, 60, "it is kept"))


_GIVEN = """
import sys
from services.ingest.accounts.store.directory import everybody
from services.ingest.articles.store import hands
from services.ingest.inbox.rules import InboxChoice
from services.ingest.inbox.store import choices
from services.ingest.kit.actors import Actor
from shared.database import engine, read
store = engine("ingest")
with read(store) as connection:
    person = everybody(connection)[0].id
choices.choose(store, person, InboxChoice(frozenset({"assigned"}), frozenset()))
hands.hand_over(store, %d, Actor("user:oncall@bao.example"), person)
"""


def _mail_to_nowhere(who: OnCall) -> None:
    """Somebody is given a story, and the mail server has a name that nobody knows."""
    _name_a_mail_server(who, "mail.invalid")
    who.watched.house.compose("up", "-d", *_MAILERS)
    who.python("ingest", _GIVEN % who.publish(1)[0]["id"])


def _no_mail(who: OnCall) -> str:
    _name_a_mail_server(who, "")
    return (
        f"`TOASOAN_SMTP_HOST` unset, {who.types('InboxNotSent', 'docker compose up -d ingest ingest-b ingest-relay')}"
    )


def _name_a_mail_server(who: OnCall, host: str) -> None:
    services = {name: {"environment": {"TOASOAN_SMTP_HOST": host}} for name in _MAILERS}
    who.watched.add("mail.yml", json.dumps({"services": services}))


_MAILERS = ("ingest", "ingest-b", "ingest-relay", "ingest-relay-b")


def _kill_again_and_again(who: OnCall) -> None:
    def started() -> float:
        return max(who.watched.watch.query('process_start_time_seconds{job="search.query"}'))

    for _ in range(_KILLS):
        before = started()
        faults.crash(who.watched.house, "search-query-b")
        until(partial(_later, started, before), 60, "it started again, and Prometheus knows")
        if any(alert.startswith("ProcessRestarting") for alert in who.watched.watch.pending()):
            return


def _later(value: Callable[[], float], before: float) -> bool:
    return value() > before


def _name_a_theme(who: OnCall, folder: str) -> None:
    who.watched.add("theme.yml", json.dumps({"services": dict.fromkeys(("web", "web-b"), _with_theme(folder))}))


def _with_theme(folder: str) -> dict[str, dict[str, str]]:
    return {"environment": {"TOASOAN_THEME_DIR": folder}}


def _wrong_theme(who: OnCall) -> None:
    _name_a_theme(who, "/no/such/theme")
    who.watched.house.compose("up", "-d", "web", "web-b")


def _no_theme(who: OnCall) -> str:
    _name_a_theme(who, "")
    return f"`TOASOAN_THEME_DIR` unset, {who.types('ThemeRefused', 'docker compose up -d --force-recreate web web-b')}"


# One after another: a letter of another fault's would be found, and who met the message may not be stopped unasked.
BROKEN = (
    (
        Fault("a message of a kind that nobody knows", ("MessagesDiscarded",), _unknown_message, _drop_it),
        Fault(
            "web's database refuses each article",
            ("TasksFailing", "DeadLetters", "StoreDrift store=web"),
            _refuse_articles,
            _take_them_again,
            fires_within_s=240,
        ),
        Fault(
            "`counter-worker` and `web-worker-b` stopped",
            ("ProcessMissing job=counter.worker", "ReplicaMissing job=web.worker"),
            lambda who: who.watched.house.compose("stop", "counter-worker", "web-worker-b"),
            lambda who: who.types("ProcessMissing", "docker compose up -d"),
        ),
    ),
    (
        Fault("a folder in `TOASOAN_THEME_DIR` that is not there", ("ThemeRefused",), _wrong_theme, _no_theme),
        Fault(
            "a mail server's name that nobody knows, and a story given to somebody",
            ("InboxNotSent channel=mail",),
            _mail_to_nowhere,
            _no_mail,
            fires_within_s=240,
        ),
        Fault(
            "SIGKILL to `search-query-b`, again and again",
            ("ProcessRestarting job=search.query",),
            _kill_again_and_again,
            lambda who: "nothing: it is not killed any more",
            fires_within_s=240,
        ),
    ),
)


# ---------------------------------------------------------------- the watchers


def _break_prometheus(who: OnCall) -> None:
    folder = who.watched.folder
    config = folder / "prometheus.yml"
    assert "[web]" in config.read_text()
    config.write_text(config.read_text().replace("[web]", "[weg]"))
    rule = {"record": "broken", "expr": 'label_replace(up, "job", "", "job", "(")'}
    (folder / "rules" / "broken.yml").write_text(json.dumps({"groups": [{"name": "broken", "rules": [rule]}]}))
    # Started anew it would take the last figures that it had for those of now, for five minutes.
    who.watched.house.compose("kill", "-s", "HUP", "prometheus")


def _mend_prometheus(who: OnCall) -> str:
    folder = who.watched.folder
    config = folder / "prometheus.yml"
    config.write_text(config.read_text().replace("[weg]", "[web]"))
    (folder / "rules" / "broken.yml").unlink()
    return f"files mended, {who.types('SloFiguresMissing', 'docker compose restart prometheus')}"


WATCHERS = (
    (
        Fault(
            "a wrong name in `prometheus.yml`, and a rule that cannot be evaluated",
            ("SloFiguresMissing", "RulesFailing"),
            _break_prometheus,
            _mend_prometheus,
            # After a restart an alert that is not over fires again only by and by.
            steady_s=30,
        ),
    ),
)
