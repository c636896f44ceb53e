"""What is wrong with a cell or a file, in words for the person who has to mend it.

A message may quote the cell, but never a whole resident number: it goes through `scrub` first.
"""

from __future__ import annotations

import re
from typing import Final

ID_MISSING: Final = "id_missing"
ID_PRECISION: Final = "id_precision"
ID_LENGTH: Final = "id_length"
ID_BIRTHDATE: Final = "id_birthdate"
ID_CHECKSUM: Final = "id_checksum"
DATE_INVALID: Final = "date_invalid"
AMOUNT_INVALID: Final = "amount_invalid"
CODE_UNKNOWN: Final = "code_unknown"

_KEPT_DIGITS = 6
_QUOTE_LIMIT = 24
_SHORTEST = 11
_GAP = r"[\s\u200b]"
_MARK = r"[\s\u200b.,，·_/—–-]{1,3}"
_NUMBER_LIKE = re.compile(
    # Fifteen digits or more in a row: old and new numbers, disability certificates, damaged ones.
    r"\d{15,}[Xx×]?"
    # Its three groups with blanks or marks between them.
    rf"|\d{{6}}{_MARK}\d{{8}}{_MARK}\d{{3}}[\dXx×]"
    # Broken anywhere by blanks, as cells wrap it; each digit for itself; in thousands.
    rf"|(?<!\d)(?=(?:\d{_GAP}{{0,2}}){{17}}[\dXx×](?!\d))\d+(?:{_GAP}+\d+){{0,17}}(?:{_GAP}*[Xx×])?"
    r"|(?:\d[\s.-]){14,}[\dXx×]"
    r"|\d{3}(?:,\d{3}){4,}"
)
_PHONE_LIKE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


class CellFault(ValueError):
    """One cell that cannot be accepted: `code` of the contract, `message` in Chinese."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def bare(self) -> CellFault:
        """The same without its traceback, whose frames would keep whole blocks in memory."""
        return CellFault(self.code, self.message)

    def __reduce__(self) -> tuple[type[CellFault], tuple[str, str]]:
        """Pickle by both arguments, which plain exceptions do not."""
        return CellFault, (self.code, self.message)


class SheetError(ValueError):
    """A file that is refused whole; the message says what is wrong and what to do."""

    @property
    def message(self) -> str:
        """The Chinese line, as for `CellFault`."""
        return str(self)


def mask_id(number: str) -> str:
    """'990101199001010012' -> '990101************'; keeps the length, shows six characters."""
    return number[:_KEPT_DIGITS] + "*" * max(0, len(number) - _KEPT_DIGITS)


def mask_phone(number: str) -> str:
    """'13812341234' -> '138****1234'; anything too short to hide its middle is hidden whole."""
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def scrub(text: str) -> str:
    """The text with every run that may be a resident number or a mobile phone's masked."""
    if len(text) < _SHORTEST:
        return text
    masked = _NUMBER_LIKE.sub(lambda found: mask_id(found.group()), text)
    return _PHONE_LIKE.sub(lambda found: mask_phone(found.group()), masked)


def quote(value: object) -> str:
    """A cell as a message may show it: one line, short, scrubbed, in Chinese quotation marks."""
    shown = scrub(" ".join(str(value).split()))
    cut = shown[:_QUOTE_LIMIT] + "…" if len(shown) > _QUOTE_LIMIT else shown
    return f"“{cut}”"
