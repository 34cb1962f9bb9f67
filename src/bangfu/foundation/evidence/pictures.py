"""Pictures are decoded and written anew: the points, turned the right way, and nothing else.

Position, time and camera (EXIF), thumbnails, comments, profiles and whatever follows the picture
stay behind (ASVS 5.0 V14.2.8): a paper is evidence by what it shows.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.MpoImagePlugin import MpoImageFile
from PIL.PngImagePlugin import PngImageFile

from bangfu.foundation.evidence.limits import PIXELS
from bangfu.foundation.evidence.refusals import NotTaken

# Telephones write several pictures into one JPEG (MPO); the first one is the photo.
_DECODERS = {
    "JPEG": (JpegImageFile.format, MpoImageFile.format),
    "PNG": (PngImageFile.format,),
}
QUALITY = 90
# The decoder's own limit is set aside: ours is stricter and says how large the picture is.
Image.MAX_IMAGE_PIXELS = None


def write_anew(content: bytes, kind: str) -> bytes:
    """Return the picture in a file of the same kind, JPEG or PNG.

    Raises NotTaken E-EVIDENCE-PIXELS by its head alone, E-EVIDENCE-DAMAGED when it does not decode
    to its end.
    """
    try:
        with Image.open(io.BytesIO(content), formats=_DECODERS[kind]) as picture:
            width, height = picture.size
            if width * height > PIXELS:
                raise NotTaken("E-EVIDENCE-PIXELS", width=width, height=height, limit=PIXELS)
            picture.load()
            upright = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise NotTaken("E-EVIDENCE-DAMAGED") from error
    plain = upright.convert("RGB" if kind == "JPEG" else _mode(upright.mode))
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    out = io.BytesIO()
    if kind == "JPEG":
        bare.save(out, "JPEG", quality=QUALITY)
    else:
        bare.save(out, "PNG")
    return out.getvalue()


def _mode(mode: str) -> str:
    """Return what a PNG is kept in: grey stays grey, what can be seen through stays so."""
    if mode in ("1", "L"):
        return "L"
    return "RGBA" if mode in ("LA", "PA", "RGBA", "RGBa", "P") else "RGB"
