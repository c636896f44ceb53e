"""Cells that show an error (#N/A, #DIV/0!), which calamine would hand over as empty ones.

A look-up that found nothing is a filled cell: a date or number column that holds one has a fault, and a clerk must see
what stood there. So in a workbook that has such cells they are made texts before it is parsed.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import IO, Final

_PIECE: Final = 1 << 20
_CELL: Final = re.compile(rb"""(<(?:[A-Za-z0-9]{1,30}:)?c\s[^<>]{0,300}?\bt=)(?:"e"|'e')""")


def shows_error(piece: bytes) -> bool:
    """Whether a piece of a worksheet may hold a cell of the kind 'error'."""
    # No usual program writes attributes in single quotes, and one letter is found much faster than a word.
    return b't="e"' in piece or (b"'" in piece and b"t='e'" in piece)


def errors_as_texts(path: Path) -> io.BytesIO:
    """The workbook with its error cells as texts of the same words."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for entry in source.infolist():
            with source.open(entry) as old, target.open(entry.filename, "w", force_zip64=True) as new:
                if "worksheets/" in entry.filename.lower():
                    _reword(old, new)
                else:
                    shutil.copyfileobj(old, new, _PIECE)
    made.seek(0)
    return made


def _reword(old: IO[bytes], new: IO[bytes]) -> None:
    held = b""
    while piece := old.read(_PIECE):
        held += piece
        # What follows the last whole tag waits for the rest of its own.
        whole = held.rfind(b">") + 1
        new.write(_CELL.sub(rb'\1"str"', held[:whole]))
        held = held[whole:]
    new.write(held)
