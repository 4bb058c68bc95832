"""Which words of a query say what is looked for: those that only make a question of it are not looked for."""

from collections.abc import Sequence

from shared.vietnamese.forms import Syllable, syllables


def _phrases(*texts: str) -> dict[str, list[list[Syllable]]]:
    """By their folded words."""
    made: dict[str, list[list[Syllable]]] = {}
    for words in map(syllables, texts):
        made.setdefault(" ".join(word.folded for word in words), []).append(words)
    return made


_QUESTIONS = _phrases(
    "bao nhiêu", "là bao nhiêu", "là gì", "là ai", "khi nào", "lúc nào", "ở đâu", "tại sao", "vì sao", "như thế nào",
    "thế nào", "làm sao", "làm thế nào", "ra sao", "kiểu gì", "cách nào", "bằng cách nào", "bao giờ", "bao lâu",
    "bao xa", "phải không", "có phải", "được không", "hay không", "những gì", "gì", "nào",
)  # fmt: skip
_LONGEST = 3
# "Ai …?" and "… có … không?" ask so in more words than these.
_ALONE = 3
_HAVE, _NOT = syllables("có không")


def content(words: Sequence[Syllable]) -> list[int]:
    """The places of the words that are looked for: all of them, where not even two would be left."""
    kept: list[int] = []
    at = int(len(words) > _ALONE and words[0].exact == "ai")
    while at < len(words):
        length = _question(words[at : at + _LONGEST])
        if not length:
            kept.append(at)
        at += length or 1
    if len(words) > _ALONE and _is(words[-1], _NOT) and any(_is(word, _HAVE) for word in words[:-1]):
        kept = [at for at in kept if at < len(words) - 1]
    return kept if len(kept) > 1 else list(range(len(words)))


def _question(words: Sequence[Syllable]) -> int:
    """How many of the first words ask a question; 0: none."""
    for length in range(len(words), 0, -1):
        for phrase in _QUESTIONS.get(" ".join(word.folded for word in words[:length]), ()):
            # Of single syllables without marks most are other words (nao: não, náo): "gi" is not.
            if all(map(_is, words, phrase)) and (length > 1 or words[0].marked or words[0].folded == "gi"):
                return length
    return 0


def _is(word: Syllable, asks: Syllable) -> bool:
    """Marks that were typed must be these; those left out may have been."""
    return word.exact == asks.exact or word == Syllable.of(asks.folded, asks.folded)
