"""A page as readers have it, or what stands in its place, in a frame of one of the desk's pages."""

from fastapi.responses import Response

from shared.settings import get_settings

_OF_THE_SITE = ("/static/", "/giao-dien/")
"""Where the readers' site has files for its pages; the desk has others there."""


def of_readers(html: str) -> Response:
    """What the readers' site has made: its files come from there, pictures from the desk, which has those that are not
    public yet."""
    for folder in _OF_THE_SITE:
        html = html.replace(f'"{folder}', f'"{get_settings().site_url}{folder}')
    return framed(Response(html, media_type="text/html; charset=utf-8"))


def framed(answer: Response) -> Response:
    """For a frame of the desk alone, where nothing runs or leads anywhere."""
    site = get_settings().site_url
    answer.headers["content-security-policy"] = (
        f"default-src 'none'; style-src 'self' {site} data:; font-src {site}; img-src 'self' {site} data:; "
        "media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
    )
    answer.headers["x-frame-options"] = "SAMEORIGIN"
    return answer
