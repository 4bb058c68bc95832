"""Marks cut out of a text by scanning: linear however the text is written.

A pattern such as "<[^>]*>" looks through all that follows for each "<" that no ">" ends.
"""


def without(text: str, begin: str, end: str, instead: str = "") -> str:
    """The text with `instead` in place of all from each `begin` to the `end` that follows; one without an end stays.

    >>> without("a <b>c</b> < d", "<", ">")
    'a c < d'
    """
    kept, at = [], 0
    while (start := text.find(begin, at)) >= 0 and (stop := text.find(end, start + len(begin))) >= 0:
        kept += [text[at:start], instead]
        at = stop + len(end)
    return "".join([*kept, text[at:]])
