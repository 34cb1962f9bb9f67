"""Pictures are decoded and written anew: the points, turned the right way, and nothing else.

Position, time and camera (EXIF), thumbnails, comments, profiles and whatever follows the picture
stay behind (ASVS 5.0 V14.2.8): a paper is evidence by what it shows.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from bangfu.foundation.evidence.limits import PIXELS
from bangfu.foundation.evidence.refusals import NotTaken

QUALITY = 90
# The decoder's own limit is set aside: ours is stricter and says how large the picture is.
Image.MAX_IMAGE_PIXELS = None


def write_anew(content: bytes, kind: str) -> bytes:
    """Return the picture in a file of the same kind, JPEG or PNG; the first of several, as
    telephones put a photo and its depth into one JPEG.

    Raises NotTaken E-EVIDENCE-PIXELS by its head alone, E-EVIDENCE-DAMAGED when it does not decode
    to its end.
    """
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as picture:
            width, height = picture.size
            if width * height > PIXELS:
                raise NotTaken("E-EVIDENCE-PIXELS", width=width, height=height, limit=PIXELS)
            picture.load()
            upright = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise NotTaken("E-EVIDENCE-DAMAGED") from error
    if upright.mode.startswith("I"):
        # Scans with 16 bits of grey keep the upper eight.
        upright = upright.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    wanted = "RGB" if kind == "JPEG" else _mode(upright.mode)
    plain = upright if upright.mode == wanted else upright.convert(wanted)
    # What a writer would take along: comments, profiles, texts.
    plain.info.clear()
    out = io.BytesIO()
    if kind == "JPEG":
        plain.save(out, "JPEG", quality=QUALITY, exif=b"")
    else:
        plain.save(out, "PNG", exif=b"", compress_level=3)
    return out.getvalue()


def _mode(mode: str) -> str:
    """Return what a PNG is kept in: grey stays grey, what can be seen through stays so."""
    if mode in ("1", "L"):
        return "L"
    return "RGBA" if mode in ("LA", "PA", "RGBA", "RGBa", "P") else "RGB"
