"""Papers and photos for tests, with what real ones carry along."""

from __future__ import annotations

import io
import zipfile
import zlib

from docx import Document
from PIL import Image

GPS = 0x8825
ORIENTATION = 0x0112
MAKER = 0x010F


def jpeg(width: int = 40, height: int = 20) -> bytes:
    """Return a photo taken sideways, red on its left half, with camera and position."""
    picture = Image.new("RGB", (width, height), (255, 255, 255))
    picture.paste((255, 0, 0), (0, 0, width // 2, height))
    about = Image.Exif()
    about[MAKER] = "Zhaoxiangji"
    about[ORIENTATION] = 6
    about[GPS] = {1: "N", 2: (30.0, 17.0, 12.0), 3: "E", 4: (109.0, 28.0, 42.0)}
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=about, comment=b"beizhu")
    return out.getvalue()


def png(mode: str = "RGB") -> bytes:
    """Return a small picture of a mode."""
    out = io.BytesIO()
    Image.new(mode, (4, 3)).save(out, "PNG")
    return out.getvalue()


def pdf(body: bytes = b"<< /Type /Catalog >>", more: bytes = b"") -> bytes:
    """Return a PDF with one object, and what else is asked for."""
    return b"%PDF-1.4\n1 0 obj\n" + body + b"\nendobj\n" + more + b"startxref\n9\n%%EOF\n"


def packed(content: bytes) -> bytes:
    """Return a packed list of PDF objects."""
    data = zlib.compress(content)
    head = b"2 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\r\n"
    return head + data + b"\nendstream\nendobj\n"


def docx(**parts: bytes) -> bytes:
    """Return a Word file; `parts` are added, __ in their names for / and _DOT_ for a dot."""
    out = io.BytesIO()
    document = Document()
    document.add_paragraph("出生医学证明")
    document.save(out)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return out.getvalue()
