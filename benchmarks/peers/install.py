"""Brings what can be had: Debian's WordPress, and Wagtail by pip, into .cache/peers, once. GoatCounter must be there.

Raises `Missing`, with the reason, for what cannot be had here.
"""

import os
import shutil
import subprocess
from pathlib import Path

from benchmarks.tools import Missing

WAGTAIL, GUNICORN = "8.0.1", "27.0.1"
_HERE = Path(__file__).parent
_CACHE = _HERE.parents[1] / ".cache" / "peers"
_PLUGIN_VARIABLE = "TOASOAN_BENCH_POPULAR_POSTS"
_SECONDS = 1200


def wordpress() -> Path:
    """Folder of WordPress's program; php-fpm, MariaDB and nginx are there too."""
    program = Path("/usr/share/wordpress")
    there = (program / "wp-load.php").exists() and mariadb() and php_fpm() and shutil.which("nginx")
    if not there:
        _run(["bash", str(_HERE / "packages.sh")], "WordPress's Debian packages")
    if not (mariadb() and php_fpm()):
        raise Missing("mariadbd or php-fpm is not there after their installation")
    return program


def popular_posts() -> Path:
    """Folder of the plugin WordPress Popular Posts, as its users unpack it; nothing brings it by itself."""
    folder = os.environ.get(_PLUGIN_VARIABLE, "")
    if not folder:
        raise Missing(f"{_PLUGIN_VARIABLE} does not name a folder with WordPress Popular Posts")
    if not (Path(folder) / "wordpress-popular-posts.php").exists():
        raise Missing(f"{_PLUGIN_VARIABLE}: no wordpress-popular-posts.php there")
    return Path(folder)


def mariadb() -> str:
    """MariaDB's server, or ""."""
    return shutil.which("mariadbd", path="/usr/sbin:/usr/bin") or ""


def php_fpm() -> str:
    """The newest php-fpm, or ""."""
    return max((str(program) for program in Path("/usr/sbin").glob("php-fpm*")), default="")


def wagtail() -> Path:
    """The bin folder of a virtual environment with Wagtail and gunicorn."""
    venv = _CACHE / f"wagtail-{WAGTAIL}"
    programs = venv / "bin"
    if not (programs / "gunicorn").exists():
        _run(["python3", "-m", "venv", "--clear", str(venv)], "Wagtail's environment")
        packages = [f"wagtail=={WAGTAIL}", f"gunicorn=={GUNICORN}"]
        _run([str(programs / "pip"), "install", "--quiet", "--disable-pip-version-check", *packages], "Wagtail")
    return programs


def goatcounter() -> Path:
    """The program on the PATH."""
    found = shutil.which("goatcounter")
    if not found:
        raise Missing("goatcounter is not on the PATH")
    return Path(found)


def _run(command: list[str], what: str, folder: Path | None = None) -> str:
    """What it printed. Raises Missing when it fails."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            command, cwd=folder or _CACHE, capture_output=True, text=True, check=True, timeout=_SECONDS
        )
    except FileNotFoundError:
        raise Missing(f"{what}: {command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Missing(f"{what}: not there after {_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise Missing(f"{what} could not be installed: {(error.stderr or error.stdout).strip()[-300:]}") from None
    return done.stdout
