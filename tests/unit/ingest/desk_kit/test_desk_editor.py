"""The desk's editor is committed as `make editor` built it: seen without Node, by the sums that the build wrote."""

import json
import re
from hashlib import sha256
from pathlib import Path

from services.ingest.desk_kit.pages import TEMPLATES
from services.ingest.desk_kit.static_files import STATIC, content, static_url

ROOT = Path(__file__).resolve().parents[4]
BUILT = next(folder / "built" for folder in STATIC if (folder / "built").is_dir())
DESK = ROOT / "desk"


def test_the_editor_was_built_from_the_sources_beside_it() -> None:
    sums = {path: digest for digest, path in (line.split() for line in (BUILT / "richtext.sha256").open())}
    changed = [path for path, digest in sums.items() if sha256((ROOT / path).read_bytes()).hexdigest() != digest]
    assert not changed, "run `make editor` and commit what it builds"
    named = {ROOT / path for path in sums}
    assert named >= {DESK / name for name in ("build.mjs", "package.json", "package-lock.json")}
    assert named >= {*(DESK / "src").glob("*.js")}
    assert {*BUILT.iterdir()} <= named | {BUILT / "richtext.sha256"}


def test_every_script_that_a_page_names_is_there() -> None:
    pages = "".join(path.read_text("utf-8") for folder in TEMPLATES for path in folder.iterdir())
    names = set(re.findall(r"static\('([^']+)'\)", pages))
    assert "built/richtext.js" in names
    for name in names:
        assert static_url(name).startswith(f"/desk/static/{name}?v=")
    scripts = {path.relative_to(folder).as_posix(): path for folder in STATIC for path in folder.rglob("*.js")}
    for script in scripts.values():
        for other in re.findall(r'^import .*from "\./([^"]+)"', script.read_text("utf-8"), re.MULTILINE):
            assert other in scripts, f"{script.name} imports {other}"
            assert f'from "{static_url(other)}"' in content(script).decode()


def test_no_two_features_name_a_page_or_a_script_alike() -> None:
    for folders in (TEMPLATES, STATIC):
        names = [path.name for folder in folders for path in folder.iterdir()]
        assert len(names) == len(set(names))


def test_the_editors_packages_are_pinned_and_named_without_a_registry() -> None:
    wanted = json.loads((DESK / "package.json").read_text("utf-8"))["devDependencies"]
    lock = (DESK / "package-lock.json").read_text("utf-8")
    locked = json.loads(lock)["packages"]
    assert locked[""]["devDependencies"] == wanted
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert "resolved" not in lock
    assert "://registry" not in lock
    assert all(package["integrity"] for path, package in locked.items() if path)
