"""A theme's style sheet: read by a parser, refused where it is broken or asks others for anything, and given the
addresses that the theme's files have on the site."""

from collections.abc import Callable, Mapping
from typing import Any

import tinycss2
from tinycss2 import ast
from tinycss2.color3 import RGBA, parse_color

from services.web.theme.colours import LEAST, contrast
from services.web.theme.folder import STYLE, ThemeFault

# What a style sheet is made of; others load more ("import"), or mean what no browser of today knows.
_AT_RULES = frozenset(
    "charset container counter-style font-face font-feature-values keyframes layer media page property scope "
    "starting-style supports".split()
)
# They take addresses as bare strings.
_LOADING = frozenset("image image-set -webkit-image-set src cross-fade -webkit-cross-fade".split())
_DEEPEST = 20


class StyleSheet:
    """`text` is what readers get, if there are no `faults`."""

    def __init__(self, source: str, address: Callable[[str], str], modes: Mapping[str, Mapping[str, str]]) -> None:
        """`address` tells a file's address on the site by its name in the folder, or raises KeyError; `modes` are the
        colours of theme.toml by the name of their ground."""
        self.faults: list[ThemeFault] = []
        self._address = address
        self._modes = modes
        rules = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
        for rule in rules:
            # The addresses are changed in the rule's own tokens; what is parsed of them tells where it is broken.
            self._values(getattr(rule, "prelude", []))
            self._values(getattr(rule, "content", None) or [])
        self._rules(rules, 0)
        self.text = "" if self.faults else "\n".join(rule.serialize() for rule in rules)

    def _rules(self, rules: list[Any], depth: int) -> None:
        for rule in rules:
            if rule.type == "error":
                self._broken(rule)
            elif rule.type == "declaration":
                self._declaration(rule)
            elif rule.type == "at-rule" and rule.lower_at_keyword not in _AT_RULES:
                importing = rule.lower_at_keyword == "import"
                why = "không được nạp tệp khác" if importing else "giao diện không dùng lệnh này"
                self._refuse(rule, f"@{rule.at_keyword}: {why}")
            elif rule.content is not None and depth < _DEEPEST:
                inner = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
                self._rules(inner, depth + 1)
                self._readable({one.lower_name: one for one in inner if one.type == "declaration"})

    def _declaration(self, declaration: Any) -> None:
        known = next(iter(self._modes.values()))
        if declaration.name.startswith("--") and declaration.name.removeprefix("--") in known:
            words = f"màu “{declaration.name}” đặt trong theme.toml, để độ tương phản được kiểm tra"
            self._refuse(declaration, words)

    def _readable(self, said: Mapping[str, Any]) -> None:
        """Words and the ground that one rule sets, where both are plain colours."""
        words, ground = said.get("color"), said.get("background-color") or said.get("background")
        if words is None or ground is None:
            return
        for mode, known in self._modes.items():
            one, other = _colour(words.value, known), _colour(ground.value, known)
            if one and other and (found := contrast(one, other)) < LEAST:
                told = f"{found:.1f}".replace(".", ",")
                self._refuse(words, f"chữ {one} trên {other} khó đọc ở {mode}: tương phản {told}, cần ít nhất 4,5")
                return

    def _values(self, tokens: list[Any], depth: int = 0) -> None:
        if depth > _DEEPEST and tokens:
            self._refuse(tokens[0], f"các khối và ngoặc lồng nhau sâu hơn {_DEEPEST} lớp")
            return
        for at, token in enumerate(tokens):
            if token.type == "error":
                self._broken(token)
            elif token.type == "url":
                tokens[at] = self._own(token, token.value)
            elif token.type == "function" and token.lower_name == "url":
                words = [one for one in token.arguments if one.type == "string"]
                tokens[at] = self._own(token, words[0].value if words else "")
            elif token.type == "function" and token.lower_name in _LOADING:
                self._refuse(token, f"{token.name}(): hãy dùng url() với một tệp trong static/")
            else:
                inner = getattr(token, "arguments", None) or getattr(token, "content", None)
                if isinstance(inner, list):
                    self._values(inner, depth + 1)

    def _own(self, token: Any, name: str) -> Any:
        """The token with the file's address on the site."""
        try:
            address = self._address(name)
        except KeyError:
            self._refuse(
                token, f"url({name[:100]}): phải là một tệp trong static/ của giao diện, như url(static/nen.svg)"
            )
            return token
        return ast.URLToken(token.source_line, token.source_column, address, f'url("{address}")')

    def _broken(self, token: Any) -> None:
        if not any(fault.line == token.source_line for fault in self.faults):
            self._refuse(token, f"CSS viết chưa đúng ({token.message})")

    def _refuse(self, token: Any, words: str) -> None:
        self.faults.append(ThemeFault(STYLE, getattr(token, "source_line", 0), words))


def _colour(tokens: list[Any], known: Mapping[str, str]) -> str | None:
    """A value that is one opaque colour, or the name of one, as "#rrggbb"; None for any other."""
    said = [token for token in tokens if token.type not in ("whitespace", "comment")]
    if len(said) != 1:
        return None
    (token,) = said
    if token.type == "function" and token.lower_name == "var" and token.arguments:
        return known.get(str(getattr(token.arguments[0], "value", "")).removeprefix("--"))
    found = parse_color(token)
    if not isinstance(found, RGBA) or found.alpha < 1:
        return None
    return "#" + "".join(f"{round(255 * part):02x}" for part in found[:3])
