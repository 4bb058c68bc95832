"""What stands in a theme's folder: read whole, within bounds, and nothing from outside of it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from string import ascii_letters, digits

from shared.release import VERSION

SETTINGS, STYLE = "theme.toml", "theme.css"
STATIC, TEMPLATES = "static/", "templates/"
_KB = 1_000
# Where a file may stand, by its ending, and how large it may be: readers load fonts and pictures with every first page.
_BYTES = {
    (STATIC, ".woff2"): 300 * _KB,
    (STATIC, ".svg"): 200 * _KB,
    (STATIC, ".png"): 1_500 * _KB,
    (STATIC, ".jpg"): 1_500 * _KB,
    (STATIC, ".webp"): 1_500 * _KB,
    (TEMPLATES, ".html"): 200 * _KB,
}
_OWN_BYTES = {SETTINGS: 50 * _KB, STYLE: 200 * _KB}
# What is for people: licences of fonts, a word on how to use it.
_FOR_PEOPLE = (".md", ".txt")
_FILES = 100
_ENTRIES = 500
_ALL_BYTES = 8_000 * _KB
_LETTERS = frozenset(ascii_letters + digits + "._-/")


@dataclass(frozen=True, slots=True)
class ThemeFault:
    """What keeps a theme from being used: file and line (0: the whole file) and a Vietnamese sentence."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        place = f"{self.file}, dòng {self.line}" if self.line else self.file
        return f"{place}: {self.words}"


class ThemeRefused(Exception):
    """The theme cannot be used; one fault or more."""

    def __init__(self, *faults: ThemeFault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read(folder: Path) -> dict[str, bytes]:
    """Every file that counts, by its name in the folder ("static/logo.svg"). Raises ThemeRefused."""
    found: dict[str, bytes] = {}
    size = 0
    try:
        root = folder.resolve(strict=True)
        for path in _files(root):
            name = path.relative_to(root).as_posix()
            if path.suffix in _FOR_PEOPLE:
                continue
            found[name] = _bytes(root, path, name)
            size += len(found[name])
            if len(found) > _FILES:
                raise ThemeRefused(ThemeFault(name, 0, f"giao diện có hơn {_FILES} tệp"))
            if size > _ALL_BYTES:
                raise ThemeRefused(ThemeFault(name, 0, f"các tệp cộng lại lớn hơn {_ALL_BYTES // _KB // _KB} MB"))
    except OSError as error:
        raise ThemeRefused(ThemeFault(str(folder), 0, f"không đọc được thư mục giao diện ({error.strerror})")) from None
    if SETTINGS not in found:
        raise ThemeRefused(ThemeFault(SETTINGS, 0, "thư mục giao diện thiếu tệp này"))
    return dict(sorted(found.items()))


def mark_of(files: dict[str, bytes]) -> str:
    """The same for the same files under the same release."""
    digest = sha256(VERSION.encode())
    for name, data in files.items():
        digest.update(b"\0%b\0%d\0" % (name.encode(), len(data)))
        digest.update(data)
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    waiting, entries = [root], 0
    while waiting:
        with os.scandir(waiting.pop()) as found:
            for entry in found:
                if entry.name.startswith("."):
                    continue  # what editors, systems and volumes of Kubernetes put there
                path = Path(entry.path)
                name = path.relative_to(root).as_posix()
                entries += 1
                if entries > _ENTRIES:
                    raise ThemeRefused(ThemeFault(name, 0, f"giao diện có hơn {_ENTRIES} tệp và thư mục"))
                if not _LETTERS.issuperset(name):
                    words = "tên tệp chỉ được có chữ không dấu, chữ số, dấu chấm, gạch ngang và gạch dưới"
                    raise ThemeRefused(ThemeFault(name, 0, words))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                else:
                    yield path


def _bytes(root: Path, path: Path, name: str) -> bytes:
    real = path.resolve()
    if not real.is_relative_to(root):
        raise ThemeRefused(ThemeFault(name, 0, "đường dẫn (symlink) này dẫn ra ngoài thư mục giao diện"))
    most = _limit(name)
    with os.fdopen(os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ThemeRefused(ThemeFault(name, 0, "đây không phải là một tệp"))
        data = file.read(most + 1)
    if len(data) > most:
        raise ThemeRefused(ThemeFault(name, 0, f"tệp lớn hơn {most // _KB} KB"))
    return data


def _limit(name: str) -> int:
    """How many bytes a file of this name may have. Raises ThemeRefused where none may stand."""
    if name in _OWN_BYTES:
        return _OWN_BYTES[name]
    ending = PurePosixPath(name).suffix
    for (place, known), most in _BYTES.items():
        if name.startswith(place) and ending == known:
            return most
    pictures = ", ".join(known for place, known in _BYTES if place == STATIC)
    words = f"tệp này không thuộc về giao diện: chỉ có {SETTINGS}, {STYLE}, static/ ({pictures}) và templates/ (.html)"
    raise ThemeRefused(ThemeFault(name, 0, words))
