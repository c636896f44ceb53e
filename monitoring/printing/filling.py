"""Filling Word templates, and judging those that a county sends: only known words, nothing that runs or reaches out.

A template is a program of sorts, so its syntax tree is held against a short list before it is kept, and it is filled in
a sandbox that escapes every value.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from accounts.errors import Refused
from monitoring.printing.placeholders import ROWS, WORDS, sample_of

LARGEST = 2 * 1024 * 1024
UNPACKED = 20 * 1024 * 1024
MOST_PARTS = 300
_PARTS_WITHOUT = ("docProps/", "word/footnotes", "word/endnotes", "word/comments")
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.Not,
)


def fill(content: bytes, values: dict[str, Any]) -> bytes:
    """The document with the values in it."""
    template, out = DocxTemplate(io.BytesIO(content)), io.BytesIO()
    template.render(values, jinja_env=_environment())
    template.save(out)
    return out.getvalue()


def check_template(content: bytes, paper: str) -> None:
    """Raises Refused, saying what to mend, for what is no Word file or asks for what the paper does not have."""
    faults = list(_package_faults(content)) or list(_word_faults(content, paper))
    if not faults:
        try:
            fill(content, sample_of(paper))
        except (TemplateError, ValueError, KeyError, TypeError):
            faults = ["模板不能套用，请从“下载现用模板”开始改。"]
    if faults:
        raise Refused("模板没有采用。", field="file", code="bad_template", details=list(dict.fromkeys(faults)))


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True)


def _package_faults(content: bytes) -> Iterator[str]:
    if len(content) > LARGEST:
        yield "模板超过 2 MB，请去掉大图片再传。"
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            yield from _part_faults(package)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError):
        yield "这不是 Word 文档（.docx），请在 Word 或 WPS 里另存为 .docx 再传。"


def _part_faults(package: zipfile.ZipFile) -> Iterator[str]:
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
        yield "模板里的内容太多，请从“下载现用模板”开始改。"
        return
    names = {part.filename for part in parts}
    if not {"word/document.xml", "[Content_Types].xml"} <= names:
        yield "这不是 Word 文档（.docx），请在 Word 或 WPS 里另存为 .docx 再传。"
        return
    if any(name.lower().endswith(".bin") for name in names):
        yield "模板带有宏或嵌入的程序，请另存为不带宏的 .docx。"
    for name in names:
        if not name.endswith((".xml", ".rels")):
            continue
        text = package.read(name).decode("utf-8", "replace")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            yield "模板文件不完整或被改动过，请从“下载现用模板”开始改。"
        if name.endswith(".rels") and 'TargetMode="External"' in text:
            yield "模板里有指向外部文件或网址的链接，请去掉链接和外部图片。"
        if name.startswith(_PARTS_WITHOUT) and re.search(r"\{\{|\{%", text):
            yield "占位符只能写在正文、页眉和页脚里，不能写在文档属性、脚注和批注里。"


def _word_faults(content: bytes, paper: str) -> Iterator[str]:
    try:
        for text in _texts(content):
            yield from _tree_faults(_environment().parse(text), paper)
    except TemplateSyntaxError as error:
        yield f"占位符写法有误，花括号或 for、endfor 没有成对（{str(error.message)[:60]}）。"
    except (ValueError, KeyError, OSError):
        yield "模板打不开，请在 Word 里打开检查后另存为 .docx 再传。"


def _texts(content: bytes) -> Iterator[str]:
    """The body, headers and footers, with each placeholder in one piece."""
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    yield template.patch_xml(template.get_xml())
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for _, part in template.get_headers_footers(uri):
            yield template.patch_xml(template.get_part_xml(part))


def _tree_faults(tree: nodes.Template, paper: str) -> Iterator[str]:
    loops = [node for node in tree.find_all(nodes.For) if _over_list(node)]
    lists = {node.target.name: node.iter.name for node in loops}  # type: ignore[attr-defined]
    for node in _every(tree):
        if not isinstance(node, _ALLOWED):
            yield "模板里只能写字段名和名单循环，不能写算式、函数和其他指令。"
        elif isinstance(node, nodes.For) and not (_over_list(node) and node.iter.name in ROWS[paper]):  # type: ignore[attr-defined]
            yield f"循环只能用在名单上：{'、'.join(ROWS[paper])}。"
        elif isinstance(node, nodes.Getattr):
            yield from _field_faults(node, lists, paper)
        elif isinstance(node, nodes.Name) and node.ctx == "load" and not _known(node.name, lists, paper):
            yield _unknown(node.name, paper)


def _every(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _every(child)


def _over_list(node: nodes.For) -> bool:
    return isinstance(node.target, nodes.Name) and isinstance(node.iter, nodes.Name) and not node.recursive


def _known(name: str, lists: dict[str, str], paper: str) -> bool:
    return name in WORDS[paper] or name in ROWS[paper] or name in lists


def _field_faults(node: nodes.Getattr, lists: dict[str, str], paper: str) -> Iterator[str]:
    owner = node.node.name if isinstance(node.node, nodes.Name) else ""
    words = ROWS[paper].get(lists.get(owner, ""), ())
    if node.attr not in words:
        yield f"名单里没有“{node.attr}”，只能用：{'、'.join(words) or '名单的字段'}。"


def _unknown(name: str, paper: str) -> str:
    if paper in ("notice", "announcement"):
        return f"公示公告里不能用“{name}”。能用的有：{'、'.join(sorted(WORDS[paper]))}。"
    return f"没有“{name}”这个字段。能用的有：{'、'.join(sorted(WORDS[paper]))}。"
