"""No pattern takes long over a text that was written to make it: 200 KB of its worst case, as far as one is found."""

import ast
import importlib
import importlib.util
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from shared.views.bots import AGENT_CHARS

_ROOT = Path(__file__).resolve().parents[2]
_LENGTHS = (16, 22, 30, 42, 64, 200, 2_000, 20_000, 200_000)
_ALLOWED_S = 0.05
# What grows with the square of the length took too long at a tenth of the longest already.
_ALLOWED_FOR_THE_LONGEST_S = 0.25
_ENDS = ("", "\x00", "< x")
_COMMON = ("<", "<a ", '"', "[", "(", " ", "a", "0", "\n", "<!--", "<p>", "<img ", "<img src=", "'", "A", "À ", ", ")
_CALLS = {"compile", "sub", "subn", "match", "search", "fullmatch", "findall", "finditer", "split"}
_MANY = 40
_AGAIN = 3
_BEYOND_DOUBT = 10
# Only ever given so much of a text.
_CUT = {"shared.views.bots": AGENT_CHARS}
_KEPT_FLAGS = re.IGNORECASE | re.DOTALL | re.MULTILINE | re.VERBOSE | re.ASCII


def _modules() -> Iterator[str]:
    for folder in ("services", "shared", "toasoan"):
        for path in sorted(_ROOT.glob(f"{folder}/**/*.py")):
            if "migrations" not in path.parts and path.name != "__main__.py":
                yield ".".join(path.relative_to(_ROOT).with_suffix("").parts).removesuffix(".__init__")


def _patterns() -> tuple[dict[str, "re.Pattern[str]"], set[str]]:
    """Every pattern of the tree by where it stands: what modules keep, and what is written where it is used; and those
    that are never looked for inside a text, but only at its beginning."""
    found: dict[str, re.Pattern[str]] = {}
    used: dict[str, set[str]] = {}
    known: set[tuple[str, int]] = set()
    for name in _modules():
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            for number, one in enumerate(_within(value)):
                if (one.pattern, one.flags) not in known:
                    known.add((one.pattern, one.flags))
                    found[f"{name}.{key}" + (f"[{number}]" if number else "")] = one
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS:
                if isinstance(node.func.value, ast.Name):
                    used.setdefault(node.func.value.id, set()).add(node.func.attr)
                if _is_re(node.func) and isinstance(node.args[0], ast.Constant):
                    written = _text(node.args[0].value)
                    if written not in {one.pattern for one in found.values()}:
                        found[f"{name}:{node.lineno}"] = re.compile(written, re.DOTALL)
    anchored = {name for name in found if _only_at_the_beginning(used.get(re.split(r"[.\[]", name)[-1], set()))}
    return found, anchored


def _only_at_the_beginning(calls: set[str]) -> bool:
    return bool(calls) and calls <= {"match", "fullmatch"}


def _text(pattern: Any) -> str:
    return pattern.decode("latin-1") if isinstance(pattern, bytes) else str(pattern)


def _is_re(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id == "re"


def _within(value: Any) -> Iterator["re.Pattern[str]"]:
    if isinstance(value, re.Pattern):
        yield re.compile(_text(value.pattern), value.flags & _KEPT_FLAGS)
    elif isinstance(value, dict):
        yield from (one for part in [*value, *value.values()] for one in _within(part))
    elif isinstance(value, tuple | list | set | frozenset):
        yield from (one for part in value for one in _within(part))


# ---------------------------------------------------------------- texts that a pattern takes long over


def _attacks(pattern: "re.Pattern[str]") -> Iterator[tuple[str, str, str]]:
    """What stands before, what is repeated, and how it ends: each repeated part of the pattern, what leads to it, and
    both; with an end that fits and with ends that do not."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    chance = random.Random(1)
    pumps: set[tuple[str, str]] = set()
    for _ in range(4):
        _collect(list(tree), "", pumps, chance)
    for lead, pump in sorted(pumps)[:_MANY]:
        for end in _ENDS:
            if pump:
                yield lead, pump, end
            if lead:
                yield "", lead, end
                yield "", lead + pump * 9, end
    for part in _COMMON:
        yield "", part, ""


def _collect(parts: list[Any], lead: str, pumps: set[tuple[str, str]], chance: random.Random) -> str:
    """Adds (what stands before a repeated part, what is repeated); returns a text that all parts take."""
    for kind, given in parts:
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, getattr(kinds, "POSSESSIVE_REPEAT", None)):
            least, most, body = given
            inner: set[tuple[str, str]] = set()
            once = _collect(list(body), "", inner, chance)
            pumps |= {(lead + before, pump) for before, pump in inner}
            if most == kinds.MAXREPEAT or most > 40:
                pumps.add((lead, once))
            lead += once * max(int(least), chance.randrange(2))
        elif kind is kinds.BRANCH:
            texts = [_collect(list(branch), lead, pumps, chance) for branch in given[1]]
            lead = chance.choice(texts)
        elif kind is kinds.SUBPATTERN:
            lead = _collect(list(given[-1]), lead, pumps, chance)
        elif kind is getattr(kinds, "ATOMIC_GROUP", None):
            lead = _collect(list(given), lead, pumps, chance)
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            _collect(list(given[1]), lead, pumps, chance)
        else:
            lead += _character(kind, given, chance)
    return lead


def _character(kind: Any, given: Any, chance: random.Random) -> str:
    if kind is kinds.LITERAL:
        return chr(given)
    if kind is kinds.NOT_LITERAL:
        return "a" if given != ord("a") else "b"
    if kind is kinds.ANY:
        return "a"
    if kind is kinds.IN:
        return _of_set(given, chance)
    return ""


def _of_set(given: list[Any], chance: random.Random) -> str:
    if given[0][0] is kinds.NEGATE:
        tried = [letter for letter in "a 0-<ă" if re.match(_written(given), letter)]
        return chance.choice(tried or ["a"])
    letters = []
    for kind, value in given:
        if kind is kinds.LITERAL:
            letters.append(chr(value))
        elif kind is kinds.RANGE:
            letters.append(chr(chance.randint(*value)))
        elif kind is kinds.CATEGORY:
            letters.append({kinds.CATEGORY_SPACE: " ", kinds.CATEGORY_DIGIT: "7"}.get(value, "a"))
    return chance.choice(letters or ["a"])


_CATEGORIES = {
    kinds.CATEGORY_SPACE: r"\s",
    kinds.CATEGORY_NOT_SPACE: r"\S",
    kinds.CATEGORY_DIGIT: r"\d",
    kinds.CATEGORY_NOT_DIGIT: r"\D",
    kinds.CATEGORY_WORD: r"\w",
    kinds.CATEGORY_NOT_WORD: r"\W",
}


def _written(given: list[Any]) -> str:
    """The set as a pattern again."""
    parts = []
    for kind, value in given[1:]:
        if kind is kinds.LITERAL:
            parts.append(re.escape(chr(value)))
        elif kind is kinds.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif kind is kinds.CATEGORY:
            parts.append(_CATEGORIES[value])
    return f"[^{''.join(parts)}]"


def _seconds(pattern: "re.Pattern[str]", text: str, anchored: bool) -> float:
    """Processor time of finding all that is in the text, as `sub` and `finditer` do."""
    began = time.process_time()
    if anchored:
        pattern.match(text)
        pattern.fullmatch(text)
    else:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - began


def _too_slow(pattern: "re.Pattern[str]", anchored: bool = False, longest: int = _LENGTHS[-1]) -> str:
    """The text that takes it too long, "" where none was found. Longer and longer texts, so that what is exponential
    shows while it is short; whole ones where time grows faster than length."""
    for lead, pump, end in _attacks(pattern):
        took = before = 0.0
        for length in [length for length in _LENGTHS if length <= longest]:
            text = lead + pump * (length // len(pump)) + end
            before, took = took, _seconds(pattern, text, anchored)
            allowed = _ALLOWED_FOR_THE_LONGEST_S if length == _LENGTHS[-1] else _ALLOWED_S
            if took > allowed:
                # A machine with other work is slow now and then, a pattern always; none is slow by so much.
                if took < _BEYOND_DOUBT * allowed:
                    took = min(took, *(_seconds(pattern, text, anchored) for _ in range(_AGAIN)))
                if took > allowed:
                    return f"{took:.3f} s for {length} letters: {text[:60]}…{text[-10:]}"
            if length == _LENGTHS[-2] and took < min(20 * before, _ALLOWED_S / 20):
                break
    return ""


_FOUND, _ANCHORED = _patterns()


@pytest.mark.parametrize("name", sorted(_FOUND))
def test_a_text_that_was_made_for_a_pattern_takes_it_no_time(name: str) -> None:
    pattern = _FOUND[name]
    slow = _too_slow(pattern, name in _ANCHORED, _CUT.get(name.rpartition(".")[0], _LENGTHS[-1]))
    assert not slow, f"{slow}: {pattern.pattern!r}"


@pytest.mark.parametrize(
    "slow",
    [
        r"(a+)+$",
        r"\s*,\s*",
        r"<!--.*?-->",
        r"<[^>]*>",
        r"\s*\(([^()]*)\)\s*",
        r"\[gallery\b[^\]]*\bids\s*=\s*(\d+)",
        r"""(<img\b[^>]*?\ssrc\s*=\s*)(["'])(.*?)\2""",
        r"\d[\d.,]*\s*(?:%|km)",
    ],
)
def test_a_slow_pattern_is_found(slow: str) -> None:
    assert _too_slow(re.compile(slow, re.DOTALL))
