"""Cleaning of cells, in one place to import from; the work is done in the modules beside.

Every `xs` is the column version of `x`: it takes the cells of a column and returns two lists of the
same length, the values and the faults (`CellFault` or None).
"""

from .dates import parse_date, parse_dates, parse_month, parse_months, parse_school_year
from .faults import (
    AMOUNT_INVALID,
    CODE_UNKNOWN,
    DATE_INVALID,
    ID_BIRTHDATE,
    ID_CHECKSUM,
    ID_LENGTH,
    ID_MISSING,
    ID_PRECISION,
    CellFault,
    SheetError,
    mask_id,
    mask_phone,
    quote,
    scrub,
)
from .ids import birth_date, checksum, clean_id, clean_ids, sex, tidy_id
from .numbers import parse_number, parse_numbers
from .text import (
    Cell,
    code,
    code_table,
    codes,
    fold_code,
    fold_heading,
    fold_name,
    is_blank,
    is_total,
    squeeze,
    text,
    texts,
)

__all__ = [
    "AMOUNT_INVALID",
    "CODE_UNKNOWN",
    "DATE_INVALID",
    "ID_BIRTHDATE",
    "ID_CHECKSUM",
    "ID_LENGTH",
    "ID_MISSING",
    "ID_PRECISION",
    "Cell",
    "CellFault",
    "SheetError",
    "birth_date",
    "checksum",
    "clean_id",
    "clean_ids",
    "code",
    "code_table",
    "codes",
    "fold_code",
    "fold_heading",
    "fold_name",
    "is_blank",
    "is_total",
    "mask_id",
    "mask_phone",
    "parse_date",
    "parse_dates",
    "parse_month",
    "parse_months",
    "parse_number",
    "parse_numbers",
    "parse_school_year",
    "quote",
    "scrub",
    "sex",
    "squeeze",
    "text",
    "texts",
    "tidy_id",
]
