"""A seeded generator of files that mean harm or are broken: (name, bytes), the families of trust A4."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = '<c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>证件号码</t></is></c>'
BODY = '<c r="A2" t="inlineStr"><is><t>张三</t></is></c>'
SHEET = f'<worksheet xmlns="{NS}"><sheetData><row r="1">{HEAD}</row><row r="2">{BODY}</row></sheetData></worksheet>'
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{NS}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": SHEET,
}
SHEET_PART = "xl/worksheets/sheet1.xml"


def workbook(sheet: str | bytes = SHEET, extra: dict[str, str | bytes] | None = None, without: str = "") -> bytes:
    """A small workbook, its sheet or other parts replaced."""
    parts: dict[str, str | bytes] = {**PARTS, SHEET_PART: sheet, **(extra or {})}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name != without:
                archive.writestr(name, content)
    return stream.getvalue()


def far_cell(reference: str, quote: str = '"') -> bytes:
    """A sheet with one more cell, at `reference`."""
    row = "".join(c for c in reference if c.isdigit())
    cell = f"<row r={quote}{row}{quote}><c r={quote}{reference}{quote}><v>1</v></c></row>"
    return workbook(SHEET.replace("</sheetData>", f"{cell}</sheetData>"))


def inflation() -> Iterator[tuple[str, bytes]]:
    """Small files that grow, and files that lie about how much."""
    bomb = SHEET.replace("</sheetData>", " " * 30_000_000 + "</sheetData>")
    yield "bomb_sheet.xlsx", workbook(bomb)
    yield "bomb_strings.xlsx", workbook(extra={"xl/sharedStrings.xml": f'<sst xmlns="{NS}">' + "<si/>" * 4_000_000})
    yield "bomb_media.xlsx", workbook(extra={"xl/media/image1.png": b"\0" * 40_000_000})
    yield "lying_size.xlsx", lying(workbook(bomb))
    yield "many_entries.xlsx", workbook(extra={f"xl/x{i}.xml": "" for i in range(2_100)})
    yield "styles.xlsx", workbook(extra={"xl/styles.xml": f'<styleSheet xmlns="{NS}">' + "<xf />" * 70_000})


def lying(data: bytes) -> bytes:
    """Every uncompressed size in the central directory set to a hundred bytes."""
    changed = bytearray(data)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", 100)
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def structure() -> Iterator[tuple[str, bytes]]:
    """Sheets that reach too far, parts that are missing or doubled."""
    for reference in ("XFD1", "A1048577", "XFD1048576", "SS9", "AZ1048570", "ZZ99999", "A99999999"):
        yield f"far_{reference}.xlsx", far_cell(reference)
    yield "far_single_quotes.xlsx", far_cell("XFD1048576", "'")
    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET_PART):
        yield f"without_{part.rsplit('/')[-1]}.xlsx", workbook(without=part)
    doubled = io.BytesIO(workbook())
    with zipfile.ZipFile(doubled, "a") as archive, __import__("warnings").catch_warnings():
        __import__("warnings").simplefilter("ignore")
        archive.writestr(SHEET_PART, SHEET)
    yield "doubled.xlsx", doubled.getvalue()


def xml() -> Iterator[tuple[str, bytes]]:
    """XML that declares, loops, breaks off or hides its encoding."""
    laugh = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    yield "laughs.xlsx", workbook(laugh + SHEET)
    yield "external.xlsx", workbook('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + SHEET)
    yield "late_doctype.xlsx", workbook("<!--" + "x" * 200_000 + "-->" + laugh + SHEET)
    yield "dtd_in_strings.xlsx", workbook(extra={"xl/sharedStrings.xml": laugh + f'<sst xmlns="{NS}"/>'})
    yield "utf16.xlsx", workbook(SHEET.encode("utf-16"))
    yield "broken_off.xlsx", workbook(SHEET[:-40])
    yield "not_xml.xlsx", workbook(b"\xff\x00\x01 no xml")
    yield "deep.xlsx", workbook(f'<worksheet xmlns="{NS}">' + "<a>" * 50_000)


def containers() -> Iterator[tuple[str, bytes]]:
    """Files that are something else than their name says."""
    yield "empty.xlsx", b""
    yield "empty.csv", b""
    yield "page.xls", "<html><table><tr><td>姓名</td><td>证件号码</td></tr></table></html>".encode()
    yield "page_bom.xls", b"\xef\xbb\xbf\r\n <!DOCTYPE html>"
    yield "xml2003.xls", b'<?xml version="1.0"?><Workbook/>'
    yield "paper.xlsx", b"%PDF-1.7 ..."
    yield "picture.csv", b"\x89PNG\r\n\x1a\n...."
    yield "archive.xlsx", b"Rar!\x1a\x07\x00"
    yield "gzip.csv", b"\x1f\x8b\x08\x00" + zlib.compress(b"x")
    yield "old.xls", b"\x09\x08\x10\x00" + b"\0" * 100
    yield "wps.et", workbook()
    yield "document.xlsx", workbook(without="xl/workbook.xml", extra={"word/document.xml": "<x/>"})
    yield "binary.xlsx", workbook(extra={"xl/workbook.bin": b"x"})
    yield "macro.xlsm", workbook(extra={"xl/vbaProject.bin": b"x"})
    yield "macro.xlsx", workbook(extra={"xl/vbaProject.bin": b"x"})
    yield "encrypted.xlsx", ole("EncryptedPackage", "EncryptionInfo")
    yield "letter.xls", ole("WordDocument")
    yield "macro.xls", ole("Workbook", "_VBA_PROJECT_CUR")
    yield "hollow.xls", ole("Workbook")
    yield "nothing_but_mark.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    yield "circular.xls", ole("Workbook", circular=True)


def texts() -> Iterator[tuple[str, bytes]]:
    """CSV files that are damaged."""
    head = "姓名,证件号码\r\n"
    yield "nul.csv", (head + "张三,990101\x00199001010019\r\n").encode()
    yield "late_nul.csv", (head + "张三,1\r\n" * 3_000 + "\0").encode()
    yield "open_quote.csv", (head + '张三,"990101\r\n' + "李四,1\r\n" * 20).encode()
    yield "long_open_quote.csv", (head + '张三,"990101\r\n' + "李四,1\r\n" * 30_000).encode()
    yield "mixed.csv", (head + "张三,1\r\n" * 50).encode() + "李四,2\r\n".encode("gb18030")
    yield "cut_character.csv", (head + "张三,1\r\n" * 50 + "李").encode()[:-1]
    yield "latin.csv", head.encode("gb18030") + b"\xff\xff\xff,1\r\n"
    yield "no_headings.csv", "甲,乙\r\n1,2\r\n".encode()
    yield "blank.csv", b"\r\n\r\n , \r\n"


def truncated(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """A sound workbook cut off, or with bytes changed, at random places."""
    chance = random.Random(seed)
    sound = workbook()
    for i in range(count):
        yield f"cut{i}.xlsx", sound[: chance.randrange(2, len(sound) - 1)]
        changed = bytearray(sound)
        for _ in range(8):
            changed[chance.randrange(4, len(changed))] = chance.randrange(256)
        yield f"changed{i}.xlsx", bytes(changed)


def ole(*names: str, circular: bool = False) -> bytes:
    """The smallest compound file with streams of these names, empty."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 40, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, 1 if circular else 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    directory = b""
    for kind, name in ((5, "Root Entry"), *((2, name) for name in names)):
        words = (name + "\0").encode("utf-16-le")
        entry = bytearray(128)
        entry[: len(words)] = words
        struct.pack_into(
            "<HBBIII", entry, 64, len(words), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF
        )
        directory += bytes(entry)
    return bytes(header) + fat + directory.ljust(512, b"\0")


def must_be_refused() -> list[tuple[str, bytes]]:
    """Every file that no reader may take."""
    return [*inflation(), *structure(), *xml(), *containers(), *texts()]
