"""Bylines: "Tin, ảnh: Quang Long" read into people and what they did, or written from such a list."""

import re
from collections.abc import Iterator
from functools import lru_cache

from shared.contracts.articles import Author
from shared.vietnamese.text import fold, nfc, one_line, slug

# What stands before the colon of a byline.
_LISTED = """tin, bài, ảnh, video, clip, đồ họa, thiết kế, trình bày, thực hiện, biên dịch, dịch, tổng hợp, infographic,
    phóng sự, ghi chép, bài viết, nội dung, quay phim, dựng phim, hình ảnh, minh họa, tin ảnh, tin bài, bài ảnh, theo,
    kỹ thuật, âm thanh, phát thanh viên, biên tập, chụp ảnh, dàn trang"""
ROLES = tuple(" ".join(role.split()) for role in _LISTED.split(","))
_FOLDED_ROLES = frozenset(fold(role).strip() for role in ROLES)
_BETWEEN_ROLES = re.compile(r"[,/&+]|(?<=\s)[-–—](?=\s)|\bvà\b", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"[,;/&+]|(?<=\s)[-–—](?=\s)|(?<=\s)và(?=\s)")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_COLON = re.compile(":")
# What can part two groups of a byline, and what none reaches across.
_BETWEEN_GROUPS = re.compile(r"[;|.,\n]|(?<=\s)[-–—](?=\s)")
_GROUPS_END = ";|\n"
_LABEL_LENGTH = 60


@lru_cache(maxsize=1024)
def parse(byline: str) -> tuple[Author, ...]:
    """The people of a printed byline, in its order; roles as printed, empty where none stands there.

    >>> [(a.name, a.roles) for a in parse("Tin, ảnh: Quang Long")]
    [('Quang Long', ('Tin', 'ảnh'))]
    """
    line = nfc(byline).strip()
    roles_of: dict[str, list[str]] = {}
    for roles, names in _groups(line):
        for name, more in _names(names):
            known = roles_of.setdefault(name, [])
            known.extend(role for role in [*roles, *more] if role not in known)
    return tuple(
        Author(name=name, slug=slug(name) or "tac-gia", roles=tuple(roles)) for name, roles in roles_of.items()
    )


def authors(people: list[tuple[str, list[str]]]) -> tuple[Author, ...]:
    """The same from a list of (name, roles)."""
    return tuple(Author(name=name, slug=slug(name) or "tac-gia", roles=tuple(roles)) for name, roles in people)


def roles_in(line: str) -> list[str]:
    """The roles written as "Tin, ảnh", whatever they are."""
    return [part.strip() for part in _BETWEEN_ROLES.split(line) if part.strip()]


def printed(people: tuple[Author, ...]) -> str:
    """The line as it is printed: people with the same roles stand together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for person in people:
        groups.setdefault(person.roles, []).append(person.name)
    return "; ".join(
        f"{', '.join(roles)}: {', '.join(names)}" if roles else ", ".join(names) for roles, names in groups.items()
    )


def _groups(line: str) -> list[tuple[list[str], str]]:
    """(roles, names) for each "roles: names" of the line; names without a label have no roles."""
    labels = list(_labels(line))
    if not labels:
        return [([], line)]
    first = line[: labels[0][1]]
    groups: list[tuple[list[str], str]] = [([], first)] if first.strip() else []
    for (roles, _, names_from), following in zip(labels, [*labels[1:], None], strict=True):
        groups.append((roles, line[names_from : following[1] if following else len(line)]))
    return groups


def _labels(line: str) -> Iterator[tuple[list[str], int, int]]:
    """(roles, where they begin, where the colon behind them ends) for each "roles:" at the line's beginning or behind
    a sign that can part two groups."""
    looked_to = 0
    for colon in _COLON.finditer(line):
        begin = max(looked_to, colon.start() - _LABEL_LENGTH - 1)
        begin = max(begin, *(line.rfind(sign, begin, colon.start()) for sign in _GROUPS_END))
        sign = _BETWEEN_GROUPS.search(line, begin, colon.start()) if begin else None
        if begin == 0 or sign:
            roles = _as_roles(line[sign.end() if sign else 0 : colon.start()])
            if roles:
                yield roles, sign.start() if sign else 0, colon.end()
        looked_to = colon.end()


def _as_roles(label: str) -> list[str]:
    parts = roles_in(label)
    return parts if parts and all(fold(part) in _FOLDED_ROLES for part in parts) else []


def _names(text: str) -> list[tuple[str, list[str]]]:
    """Names and the roles in brackets behind them: "Lan Anh (tổng hợp)"."""
    found = []
    for part in _BETWEEN_NAMES.split(text):
        inside = [one_line(words) for words in _IN_BRACKETS.findall(part)]
        name = one_line(_IN_BRACKETS.sub(" ", part)).strip(" .,-–—:;")
        if name:
            found.append((name, [role for words in inside for role in _as_roles(words)]))
    return found
