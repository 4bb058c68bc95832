"""XML from strangers: no DTD, no entities, one item in memory at a time."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree as safe
from defusedxml import DefusedXmlException

from services.ingest.kit import bounded
from services.ingest.kit.errors import Invalid, Refused

MAX_FILE_BYTES = 2_000_000_000


def items(path: Path, *names: str) -> Iterator[Element | Refused]:
    """Every element with one of these (namespaced) names, whole; then why reading ended, if it ended early."""
    if path.stat().st_size > MAX_FILE_BYTES:
        yield Invalid.of("", "Tệp lớn quá 2 GB.")
        return
    try:
        above: list[Element] = []
        inside = 0
        for event, element in safe.iterparse(str(path), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                above.append(element)
                inside += element.tag in names
                continue
            above.pop()
            if element.tag in names:
                inside -= 1
                bounded.going_on()
                yield element
            # Only the item in hand is kept in memory; what stands between items would make each removal longer.
            if above and not inside:
                above[-1].remove(element)
    except DefusedXmlException:
        yield Invalid.of("", "Tệp XML có DTD hoặc thực thể, không nhận.")
    except (ParseError, ValueError, LookupError) as error:
        yield Invalid.of("", f"XML hỏng: {error}")


def text(element: Element, name: str) -> str:
    """The words of a child, "" without one."""
    found = element.find(name)
    return "".join(found.itertext()).strip() if found is not None else ""
