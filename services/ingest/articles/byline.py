"""Bylines: "Tin, ảnh: Quang Long" read into people and what they did, or written from such a list."""

import re
from functools import lru_cache

from shared.contracts.articles import Author
from shared.vietnamese.text import fold, nfc, one_line, slug

# What stands before the colon of a byline.
_LISTED = """tin, bài, ảnh, video, clip, đồ họa, thiết kế, trình bày, thực hiện, biên dịch, dịch, tổng hợp, infographic,
    phóng sự, ghi chép, bài viết, nội dung, quay phim, dựng phim, hình ảnh, minh họa, tin ảnh, tin bài, bài ảnh, theo,
    kỹ thuật, âm thanh, phát thanh viên, biên tập, chụp ảnh, dàn trang"""
ROLES = tuple(" ".join(role.split()) for role in _LISTED.split(","))
_FOLDED_ROLES = frozenset(fold(role).strip() for role in ROLES)
_BETWEEN_ROLES = re.compile(r"\s*(?:,|/|&|\+|\s[-–—]\s|\bvà\b)\s*", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|/|&|\+|\s[-–—]\s|(?<=\S)\s+và\s+(?=\S))\s*")
_IN_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*")
# A new group begins where roles and a colon follow a sign that can part two groups.
_LABEL = re.compile(r"(?:^|[;|.,\n]|\s[-–—]\s)\s*([^:;|\n]{1,60}?)\s*:\s*")


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
    labels = [found for found in _LABEL.finditer(line) if _as_roles(found[1])]
    if not labels:
        return [([], line)]
    groups: list[tuple[list[str], str]] = [([], line[: labels[0].start()])] if line[: labels[0].start()].strip() else []
    for found, following in zip(labels, [*labels[1:], None], strict=True):
        end = following.start() if following else len(line)
        groups.append((_as_roles(found[1]), line[found.end() : end]))
    return groups


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
