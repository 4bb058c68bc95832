"""What the commands share: the house's place, output as JSON, failures as one sentence."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click

from toasoan.place import OperatorError, Place

P = ParamSpec("P")
R = TypeVar("R")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def find_place() -> Place:
    """The place that the environment describes, read in this process."""
    from toasoan.place import from_settings

    with_settings()
    return from_settings()


def with_settings() -> None:
    """Check the environment; a variable that cannot be meant ends the command with exit code 2.

    What the code behind the command logs goes to stderr: data stands alone on stdout.
    """
    import structlog
    from pydantic import ValidationError

    from shared.settings import get_settings
    from toasoan.place import problems

    try:
        get_settings()
    except ValidationError as error:
        raise click.UsageError("\n".join(problems(error))) from None
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def migrated(*services: str) -> None:
    """Make sure that the databases exist: a command may come before the first start, or stand in the wrong folder."""
    from shared.database import migrate
    from shared.settings import get_settings

    settings = get_settings()
    if settings.database_url is None and not any((settings.data_dir / f"{one}.db").exists() for one in services):
        click.echo(f"No house has been on {settings.data_dir}: a new, empty one begins there.", err=True)
    for service in services:
        migrate(service)


def fails_clearly(function: Callable[P, R]) -> Callable[P, R]:
    """Known failures become one sentence and exit code 1, without a stack trace."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (OperatorError, OSError) as error:
            raise click.ClickException(str(error)) from error
        except Exception as error:
            if type(error).__module__.split(".")[0] in ("sqlalchemy", "kombu", "redis", "celery"):
                raise click.ClickException(f"a store cannot be reached: {str(error).splitlines()[0]}") from error
            raise

    return run


def print_json(value: Any) -> None:
    """Data alone on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
