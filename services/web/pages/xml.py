"""Text in XML, and HTML that is read elsewhere: what feeds are written with."""

import re
from xml.sax.saxutils import escape, quoteattr

# Characters that XML 1.0 cannot hold, however written.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_OWN_ADDRESS = re.compile(r'(<(?:a|img)\b(?:[^<>"]|"[^"]*+")*?\s(?:href|src)=")/(?!/)')


def text(words: str) -> str:
    return escape(_NO_XML.sub("", words))


def attribute(words: str) -> str:
    return quoteattr(_NO_XML.sub("", words))


def with_whole_addresses(body: str, site_url: str) -> str:
    """A clean body whose links and pictures inside the site name the site."""
    return _OWN_ADDRESS.sub(rf"\g<1>{site_url}/", body)
