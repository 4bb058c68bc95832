"""`toasoan theme`."""

from pathlib import Path

import click

from toasoan.commands.common import json_option, print_json


@click.group("theme")
def command() -> None:
    """The paper's own look (TOASOAN_THEME_DIR)."""


@command.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def check(folder: Path, as_json: bool) -> None:
    """Say whether the theme in FOLDER can be used: its colours, style, pictures, and its templates on sample pages.

    What is wrong is said with file and line, in the editors' language, and the exit code is 1.
    """
    from services.web.theme.folder import ThemeRefused, read
    from services.web.theme.trying import tried

    faults = []
    try:
        tried(read(folder))
    except ThemeRefused as refused:
        faults = [{"file": fault.file, "line": fault.line, "words": fault.words} for fault in refused.faults]
        told = f"Chưa dùng được giao diện này:\n{refused}"
    if as_json:
        print_json({"good": not faults, "faults": faults})
    else:
        click.echo(told if faults else "Giao diện này dùng được: mọi trang mẫu đều hiện đúng.")
    if faults:
        raise SystemExit(1)
