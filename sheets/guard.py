"""What a file must be before a parser may see it (trust A4): kind, size, inflation, extent.

One pass over the inflated bytes without parsing them, so that it costs a small part of the parse.
It is the first fence only; `child.py` puts a memory limit round what passes.
"""

from __future__ import annotations

import enum
import errno
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from .error_cells import shows_error
from .extent import Extent
from .faults import SheetError
from .ole import stream_names

_MEGABYTE: Final = 1 << 20
# Pieces that stay in the processor's cache: twice as fast to inflate and search as whole megabytes.
_CHUNK: Final = 1 << 13
_PIECE: Final = 1 << 16
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_ENCRYPTED_FLAG = 0x1
# Z_MEM_ERROR, as the zlib module words it.
_ZLIB_MEMORY_ERROR = "Error -4 "
_RESAVE = "请在 Excel 或 WPS 中另存为 .xlsx 后再导入"

_ZIP_MARK, _OLE_MARK = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An entity can only be declared inside a DOCTYPE, and XML knows it in capitals only.
_DOCTYPE = b"<!DOCTYPE"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
# What other files are told by at their beginning.
_STRANGERS: Final = {
    b"%PDF": "这是PDF文件，不是表格",
    b"\x89PNG": "这是图片，不是表格",
    b"\xff\xd8\xff": "这是图片，不是表格",
    b"GIF8": "这是图片，不是表格",
    b"Rar!": "这是压缩包，请解压后选择其中的表格",
    b"7z\xbc\xaf": "这是压缩包，请解压后选择其中的表格",
    b"\x1f\x8b": "这是压缩包，请解压后选择其中的表格",
}


@dataclass(frozen=True)
class Limits:
    """How big a file may be; callers that know their files may raise any of these."""

    workbook_bytes: int = 60 * _MEGABYTE
    csv_bytes: int = 400 * _MEGABYTE
    inflated_bytes: int = 1024 * _MEGABYTE
    entry_bytes: int = 600 * _MEGABYTE
    ratio: int = 200
    entries: int = 2_000
    styles: int = 64_000
    rows: int = 1_048_576
    columns: int = 512
    # calamine keeps a sheet as a full rectangle of about 32 bytes a cell.
    cells: int = 40_000_000


class Shape(enum.Enum):
    """What a file is, by its content."""

    ZIP = "xlsx"
    ZIP_WITH_ERRORS = "xlsx with error cells"
    OLE = "xls"
    TEXT = "csv"

    @property
    def is_package(self) -> bool:
        """Whether it is an .xlsx, with error cells or without."""
        return self in (Shape.ZIP, Shape.ZIP_WITH_ERRORS)


def inspect(path: Path, limits: Limits) -> Shape:
    """Tell what the file is, and refuse it if a parser should not see it.

    Raises:
        SheetError: empty, of another kind, encrypted, with macros, damaged, or beyond the limits.
    """
    size = _size(path)
    if path.suffix.lower() == ".et":
        raise SheetError(f"不支持 .et 文件，{_RESAVE}")
    with path.open("rb") as file:
        head = file.read(4096)
    shape = _shape(head)
    most = limits.csv_bytes if shape is Shape.TEXT else limits.workbook_bytes
    if size > most:
        raise SheetError(f"文件有{size // _MEGABYTE}MB，超过{most // _MEGABYTE}MB的上限，请拆成几个文件")
    if shape is Shape.ZIP:
        return Shape.ZIP_WITH_ERRORS if _inspect_zip(path, limits) else shape
    if shape is Shape.OLE:
        _inspect_ole(path)
    return shape


def _size(path: Path) -> int:
    if not path.is_file():
        raise SheetError(f"找不到文件：{path.name}")
    size = path.stat().st_size
    if not size:
        raise SheetError("文件是空的（0字节），请重新导出")
    return size


def _shape(head: bytes) -> Shape:
    if head.startswith(_ZIP_MARK):
        return Shape.ZIP
    if head.startswith(_OLE_MARK):
        return Shape.OLE
    for mark, message in _STRANGERS.items():
        if head.startswith(mark):
            raise SheetError(f"{message}，请选择 .xlsx、.xls 或 .csv 文件")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise SheetError(f"文件内容是网页或XML，只是改了扩展名，{_RESAVE}")
    if head.startswith((b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")):
        raise SheetError(f"这是很旧的 Excel 格式，{_RESAVE}")
    if b"\x00" in head and not head.startswith(_UTF16_MARKS[:2]):
        raise SheetError("不是表格文件或文件已损坏，请选择 .xlsx、.xls 或 .csv 文件")
    return Shape.TEXT


def _inspect_ole(path: Path) -> None:
    names = stream_names(path)
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise SheetError("文件设了打开密码，请取消密码后再导入")
    if not names & {"Workbook", "Book", "WORKBOOK", "BOOK"}:
        raise SheetError(f"不是表格文件或文件已损坏，{_RESAVE}")
    if any(name.startswith("_VBA_PROJECT") for name in names):
        raise SheetError("文件含有宏，请另存为不含宏的 .xlsx 后再导入")


def _inspect_zip(path: Path, limits: Limits) -> bool:
    """Look at every entry; returns whether a worksheet has error cells."""
    has_errors = False
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            entries = archive.infolist()
            _check_list(entries, limits)
            total = 0
            for entry in entries:
                size, shown = _scan(file, entry, limits)
                total += size
                has_errors = has_errors or shown
                if total > limits.inflated_bytes:
                    raise _too_inflated()
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError, OSError) as error:
        if isinstance(error, SheetError):
            raise
        if lacks_memory(error):
            raise MemoryError from error
        raise _broken() from error
    return has_errors


def lacks_memory(error: BaseException) -> bool:
    """Whether zlib or the system ran out of memory: the file is too much, not damaged."""
    if isinstance(error, zlib.error):
        return str(error).startswith(_ZLIB_MEMORY_ERROR)
    return isinstance(error, OSError) and error.errno == errno.ENOMEM


def _check_list(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > limits.entries or len(set(names)) != len(names):
        raise SheetError(f"文件的内部结构不正常，{_RESAVE}")
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise SheetError("文件是加密的压缩包，请取消密码后再导入")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise SheetError("文件含有宏，请另存为不含宏的 .xlsx 后再导入")
    if "xl/workbook.bin" in names:
        raise SheetError(f"不支持 .xlsb 文件，{_RESAVE}")
    if not any(name.lower().endswith("workbook.xml") for name in names):
        raise SheetError(f"不是 .xlsx 表格，{_RESAVE}")


def _scan(file: BinaryIO, entry: zipfile.ZipInfo, limits: Limits) -> tuple[int, bool]:
    """Inflate one entry, keeping nothing; its true size (the stated one may lie), and whether it shows an error."""
    name = entry.filename.lower()
    extent = Extent(limits.rows, limits.columns, limits.cells) if "worksheets/" in name else None
    is_xml = name.endswith((".xml", ".rels", ".vml"))
    is_styles = name.endswith("styles.xml")
    size, styles, tail, has_errors = 0, 0, b"", False
    for piece in _inflated(file, entry):
        if is_xml:
            if not size and piece.startswith(_UTF16_MARKS):
                raise SheetError(f"文件的内部编码不正常，{_RESAVE}")
            seen = tail + piece
            _check_xml(seen)
            if extent is not None:
                extent.add(tail, piece)
                has_errors = has_errors or shows_error(seen)
            tail = piece[-32:]
        styles += piece.count(b"<xf ") if is_styles else 0
        size += len(piece)
        too_dense = size > _MEGABYTE and size > limits.ratio * max(1, entry.compress_size)
        if size > limits.entry_bytes or too_dense:
            raise _too_inflated()
    if styles > limits.styles:
        raise SheetError("文件的单元格样式过多，请把数据粘贴到新表格后另存为 .xlsx")
    if size != entry.file_size:
        raise _broken()
    return size, has_errors


def _check_xml(piece: bytes) -> None:
    if _DOCTYPE in piece:
        raise SheetError(f"文件含有不允许的内容（DTD），{_RESAVE}")


def _inflated(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an entry, a piece at a time, whatever sizes its headers state."""
    file.seek(entry.header_offset)
    mark, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if mark != b"PK\x03\x04":
        raise _broken()
    file.seek(name_length + extra_length, 1)
    left = entry.compress_size
    if entry.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (chunk := file.read(min(_PIECE, left))):
            left -= len(chunk)
            yield chunk
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise _broken()
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and not inflater.eof and (chunk := file.read(min(_CHUNK, left))):
        left -= len(chunk)
        while chunk and not inflater.eof:
            piece = inflater.decompress(chunk, _PIECE)
            chunk = inflater.unconsumed_tail
            yield piece
    # What zlib still holds back when the input is used up.
    yield inflater.flush()


def _too_inflated() -> SheetError:
    return SheetError("文件解压后过大，不像正常的表格，请把数据粘贴到新表格后另存为 .xlsx")


def _broken() -> SheetError:
    return SheetError(f"文件已损坏或不完整，请重新导出，或{_RESAVE[1:]}")
