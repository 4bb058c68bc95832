"""Checks what a theme's folder holds, and packs it as web serves it: one archive with the finished files.

Everything that is wrong is said at once, as far as it can be told apart.
"""

import re
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from jinja2 import Environment, TemplateSyntaxError

from services.web.static_files import address_of
from services.web.theme import colours
from services.web.theme.css import StyleSheet
from services.web.theme.folder import SETTINGS, STATIC, STYLE, TEMPLATES, ThemeFault, ThemeRefused, mark_of
from services.web.theme.packed import INDEX, OWN, Logo
from services.web.theme.pictures import fault_of, icons, logo_of, share_picture

_LOGO = Path(__file__).with_name("logo.css")
_MODES = {"light": "nền sáng", "dark": "nền tối"}
_KEYS = {"name", "fonts", *_MODES}
_NAME_CHARS = 60
_MOST_FAULTS = 20
_LINE = re.compile(r"\(at line (\d+)")


def archive(files: dict[str, bytes]) -> bytes:
    """The theme as web keeps it. Raises ThemeRefused."""
    made = _Making(files)
    made.all()
    if made.faults:
        raise ThemeRefused(*made.faults[:_MOST_FAULTS])
    data = BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as packed:
        packed.writestr(INDEX, orjson.dumps(made.index))
        for name, content in sorted(made.entries.items()):
            packed.writestr(name, content)
    return data.getvalue()


class _Making:
    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.faults: list[ThemeFault] = []
        self.entries: dict[str, bytes] = {}
        self.index: dict[str, Any] = {"mark": mark_of(files), "drawn_icon": True}
        self._static = {name: data for name, data in files.items() if name.startswith(STATIC)}

    def all(self) -> None:
        """Check everything, and gather what was found good."""
        settings = self._text(SETTINGS)
        self._settings(settings, self._parsed(settings))
        for name, data in self._static.items():
            if fault := fault_of(name, data):
                self.faults.append(fault)
            self.entries[STATIC + OWN + name.removeprefix(STATIC)] = data
        if not self.faults:
            self._pictures()
        self._style()
        self._templates()

    # ---------------------------------------------------------------- theme.toml

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = _LINE.search(str(error))
            line = int(place[1]) if place else len(text.splitlines())  # "at end of document"
            raise ThemeRefused(ThemeFault(SETTINGS, line, f"TOML viết chưa đúng ({error})")) from None

    def _settings(self, text: str, said: dict[str, Any]) -> None:
        for key in said.keys() - _KEYS:
            self._refuse(SETTINGS, f"không có mục “{key}”; chỉ có {', '.join(sorted(_KEYS))}", _line(text, key))
        name = said.get("name")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= _NAME_CHARS:
            self._refuse(SETTINGS, f"“name” là tên giao diện, từ 1 đến {_NAME_CHARS} chữ", _line(text, "name"))
        fonts = said.get("fonts")
        if fonts is not None and not (isinstance(fonts, list) and all(isinstance(one, str) for one in fonts)):
            self._refuse(SETTINGS, '“fonts” là danh sách tệp, như ["static/tieu-de.woff2"]', _line(text, "fonts"))
            fonts = None
        for font in fonts or ():
            if font not in self._static or not font.endswith(".woff2"):
                self._refuse(SETTINGS, f"không có phông chữ “{font}”", _line(text, "fonts"))
        own = None if fonts is None else [OWN + font.removeprefix(STATIC) for font in fonts]
        self.index |= {"name": name, "fonts": own}
        for mode, built_in in zip(_MODES, colours.built_in(), strict=True):
            self.index[mode] = self._colours(text, mode, said.get(mode, {}), built_in)

    def _colours(self, text: str, mode: str, said: Any, built_in: dict[str, str]) -> dict[str, str]:
        if not isinstance(said, dict):
            self._refuse(SETTINGS, f"“{mode}” là một bảng màu, viết dưới dòng [{mode}]", _line(text, mode))
            return built_in
        chosen = dict(built_in)
        for key, colour in said.items():
            line = _line(text, key, mode)
            if key not in built_in:
                self._refuse(SETTINGS, f"không có màu “{key}”; các màu là {', '.join(built_in)}", line)
            elif not isinstance(colour, str) or not colours.COLOUR.fullmatch(colour):
                self._refuse(SETTINGS, f'màu “{key}” phải viết như "#1b1612"', line)
            else:
                chosen[key] = colour.lower()
        for words, ground, found in colours.faint(chosen):
            line = _line(text, words, mode) or _line(text, ground, mode) or _line(text, mode)
            told = f"{found:.1f}".replace(".", ",")
            self._refuse(
                SETTINGS,
                f"chữ màu “{words}” trên màu “{ground}” khó đọc ở {_MODES[mode]}: tương phản {told}, cần ít nhất 4,5",
                line,
            )
        return chosen

    # ---------------------------------------------------------------- static/, theme.css, templates/

    def _pictures(self) -> None:
        for kind in ("logo", "logo-dark"):
            name = self._one_of(f"{STATIC}{kind}", (".svg", ".png", ".webp"))
            logo = logo_of(self._static[name]) if name else None
            if name and logo is None:
                self._refuse(name, "không biết biểu trưng rộng và cao bao nhiêu: hãy ghi width và height, hoặc viewBox")
            self.index[kind] = logo and Logo(OWN + name.removeprefix(STATIC), *logo)._asdict()
        if self.index["logo-dark"] and not self.index["logo"]:
            self._refuse(f"{STATIC}logo-dark", "có biểu trưng cho nền tối thì phải có cả biểu trưng static/logo.svg")
        if name := self._one_of(f"{STATIC}share", (".jpg", ".png")):
            made = share_picture(self._static[name])
            if made is None:
                self._refuse(name, "ảnh chia sẻ phải rộng ít nhất 1200 và cao ít nhất 630 điểm ảnh")
            else:
                self.entries["share.jpg"] = made
        if (icon := self._static.get(f"{STATIC}icon.png")) is not None:
            made_of = icons(icon)
            if not made_of:
                self._refuse(f"{STATIC}icon.png", "biểu tượng phải vuông, mỗi cạnh ít nhất 512 điểm ảnh")
            self.entries |= {STATIC + name: data for name, data in made_of.items()}
            drawn = self._static.get(f"{STATIC}icon.svg")
            self.index["drawn_icon"] = drawn is not None
            if drawn is not None:
                self.entries[f"{STATIC}icons/icon.svg"] = drawn
        elif f"{STATIC}icon.svg" in self._static:
            self._refuse(f"{STATIC}icon.svg", "có biểu tượng vẽ thì phải có cả static/icon.png, 512×512 điểm ảnh")

    def _one_of(self, name: str, endings: tuple[str, ...]) -> str:
        """The file of that name, whatever its ending; "" for none."""
        found = [name + ending for ending in endings if name + ending in self._static]
        if len(found) > 1:
            self._refuse(found[1], f"đã có {found[0]}")
        return found[0] if found else ""

    def _style(self) -> None:
        def address(name: str) -> str:
            return address_of(OWN + name.removeprefix(STATIC), self._static[name])

        sheet = StyleSheet(self._text(STYLE), address, {ground: self.index[mode] for mode, ground in _MODES.items()})
        self.faults += sheet.faults
        if not self.faults:
            rules = colours.style(self.index["light"], self.index["dark"])
            rules += _LOGO.read_text("utf-8") if self.index["logo"] else ""
            self.entries[STYLE] = sheet.text.encode()
            self.entries[STATIC + STYLE] = (rules + sheet.text).encode()

    def _templates(self) -> None:
        grammar = Environment(autoescape=True)
        for name in self.files:
            if name.startswith(TEMPLATES):
                text = self._text(name)
                try:
                    grammar.parse(text, name, name)
                except TemplateSyntaxError as error:
                    self._refuse(name, f"mẫu viết chưa đúng ({error.message})", error.lineno)
                self.entries[name] = text.encode()

    # ---------------------------------------------------------------- help

    def _text(self, name: str) -> str:
        try:
            return self.files.get(name, b"").decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            self._refuse(name, "tệp không viết bằng UTF-8", error.object[: error.start].count(b"\n") + 1)
            return ""

    def _refuse(self, file: str, words: str, line: int = 0) -> None:
        self.faults.append(ThemeFault(file, line, words))


def _line(text: str, key: str, section: str = "") -> int:
    """Where theme.toml says `key` of that section, or begins the section of that name; 0 where it does not."""
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if written.startswith("["):
            here = written[1:].partition("]")[0].strip()
            if not section and here == key:
                return number
        elif here == section and written.partition("=")[0].strip().strip('"') == key:
            return number
    return 0
