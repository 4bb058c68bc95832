"""Small files of the types that are kept as they come."""

import struct
from io import BytesIO

from PIL import Image

SUBTITLES = "WEBVTT\n\n00:00.000 --> 00:04.000\nNước về rồi.\n".encode()
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def pdf(colour: str = "#3f6f86") -> bytes:
    """A PDF of one page in a colour, which runs a script when it is opened, if anybody lets it."""
    file = BytesIO()
    Image.new("RGB", (595, 842), colour).save(file, "PDF")
    script = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
    return file.getvalue().replace(b"/Type /Catalog", b"/Type /Catalog" + script)


def box(kind: bytes, content: bytes) -> bytes:
    """One of an MP4."""
    return struct.pack(">I", len(content) + 8) + kind + content


def film(track: bytes = b"vide", brand: bytes = b"isom") -> bytes:
    """An MP4 that says where it was taken; it cannot be played."""
    place = box(b"udta", box(b"\xa9xyz", b"+21.3860+103.0230/"))
    handler = box(b"mdia", box(b"hdlr", bytes(8) + track + bytes(13)))
    moov = box(b"moov", box(b"mvhd", bytes(100)) + place + box(b"trak", box(b"tkhd", bytes(84)) + handler))
    return box(b"ftyp", brand + b"\x00\x00\x02\x00isomiso2mp41") + moov + box(b"mdat", b"\x01" * 5000)


def sound(seconds: int = 2, words: bytes = b"") -> bytes:
    """An MP3 of silence that every browser plays, with `words` about it in a tag before it."""
    frame = b"\xff\xfb\x18\xc0" + bytes(140)
    length = bytes(len(words) >> shift & 0x7F for shift in (21, 14, 7, 0))
    tag = b"ID3\x04\x00\x00" + length + words if words else b""
    return tag + frame * (seconds * 1000 // 36)
