"""Photos and scans that people upload: drawn anew before they are kept, so that neither code nor places come with them.

A picture is decoded and written again as a JPEG of at most LONGEST pixels: EXIF (with the position of a telephone),
thumbnails and whatever was hidden behind the picture are gone. A PDF scan is kept as it is.
"""

from __future__ import annotations

import io
import warnings
from datetime import datetime

from PIL import Image, ImageOps

from accounts.errors import Refused
from accounts.models import StoredFile, User
from accounts.services.files import keep_bytes, open_file

PAPER_BYTES = 20 * 1024 * 1024
LONGEST = 1600
SMALL = 360
PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
JPEG, PDF = "image/jpeg", "application/pdf"


def keep_picture(*, content: bytes, name: str, actor: User | None, at: datetime) -> StoredFile:
    """Keep an uploaded photo, drawn anew, or a PDF scan.

    Raises:
        Refused: too large, or neither a picture that can be read nor a PDF.
    """
    if len(content) > PAPER_BYTES:
        raise Refused(f"“{name}”超过 20 MB，请压缩后再传。", field="files", code="too_large")
    if content.startswith(b"%PDF-"):
        return keep_bytes(content=content, name=name, content_type=PDF, actor=actor, at=at)
    drawn = redrawn(content, LONGEST)
    if drawn is None:
        raise Refused(
            f"“{name}”不是能打开的照片，请传 JPG、PNG 照片或 PDF 扫描件。", field="files", code="not_a_picture"
        )
    return keep_bytes(content=drawn, name=name, content_type=JPEG, actor=actor, at=at)


def redrawn(content: bytes, longest: int) -> bytes | None:
    """The picture as a JPEG whose longer side is at most `longest` pixels; None where it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > PIXELS:
                    return None
                picture.draft("RGB", (longest, longest))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
                upright.thumbnail((longest, longest))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError):
        return None
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=80 if longest > SMALL else 60, optimize=True)
    return out.getvalue()


def picture_of(stored: StoredFile, *, small: bool = False) -> tuple[bytes, str]:
    """The kept file's content and type for a browser: a picture is drawn anew in any case, everything else is not shown.

    Raises:
        Refused: the file is missing or damaged, or is no picture and no PDF.
    """
    with open_file(stored) as source:
        content = source.read()
    if content.startswith(b"%PDF-"):
        return content, PDF
    drawn = redrawn(content, SMALL if small else LONGEST)
    if drawn is None:
        raise Refused(f"“{stored.name}”不是照片或扫描件，不能在页面上打开。", code="not_a_picture")
    return drawn, JPEG
