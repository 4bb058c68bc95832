"""What a house does around its start, each in a short process of its own so that the supervisor stays small:

python -m toasoan.first_steps migrate SERVICE…   bring the databases to the newest schema
python -m toasoan.first_steps editor             the first account; prints {"email", "password"} when it made one
python -m toasoan.first_steps demo               fill an empty house with the demo paper, once
"""

import json
import sys
from uuid import uuid4

from shared.settings import get_settings
from shared.telemetry import configure_logging, log


def migrate(services: list[str]) -> None:
    from shared.database import migrate as migrate_one

    for service in services:
        migrate_one(service)


def make_editor() -> None:
    from services.ingest.accounts.store.accounts import FIRST_ADMIN_EMAIL, ensure_first_admin

    password = ensure_first_admin()
    if password is not None:
        print(json.dumps({"email": FIRST_ADMIN_EMAIL, "password": password}))


def load_demo() -> None:
    """The demo paper, once: a mark in the data dir says that it was done."""
    from toasoan.demo import coverage

    done = get_settings().data_dir / "demo.loaded"
    if not done.exists():
        push_demo(coverage.PAUSE_S)
        done.touch()


def push_demo(pause_s: float = 0.0) -> None:
    """Push the demo paper through the API like any other import, with a key that lives as long; its live coverage goes
    on for a while, an entry after each `pause_s`."""
    from services.ingest.accounts.store.keys import create_key, list_keys, revoke_key
    from toasoan.demo import coverage
    from toasoan.demo.load import load_demo as push
    from toasoan.demo.load import publish_comments

    # The desk names it as the writer of every story; a number goes with it where one that ended early left it valid.
    taken = {key.name for key in list_keys() if not key.revoked_at}
    name = "báo mẫu" if "báo mẫu" not in taken else f"báo mẫu {uuid4().hex[:8]}"
    key = create_key(name, ["publish", "opening"])
    try:
        push(get_settings().ingest_url, key)
        publish_comments()
        coverage.play(get_settings().ingest_url, key, pause_s)
    finally:
        revoke_key(name)


def main(arguments: list[str]) -> int:
    configure_logging("first-steps")
    try:
        match arguments:
            case ["migrate", *services]:
                migrate(services)
            case ["editor"]:
                make_editor()
            case ["demo"]:
                load_demo()
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Exception:
        log.exception("first steps failed", step=arguments[0])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
