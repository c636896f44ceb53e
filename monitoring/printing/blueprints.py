"""The standard Word templates, built with python-docx: what a county downloads, rewords and sends back."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TITLE, TEXT, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"


class _Sheet:
    """An A4 document in the fonts of official papers, written from top to bottom."""

    def __init__(self) -> None:
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(28), Mm(24)
        section.left_margin = section.right_margin = Mm(26)
        _font(self.document.styles["Normal"], TEXT, 15)

    def title(self, words: str) -> None:
        self._add(words, TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER, after=12)

    def heading(self, words: str) -> None:
        self._add(words, HEAD, 15, None, after=3)

    def text(self, words: str, *, indent: bool = True) -> None:
        paragraph = self._add(words, TEXT, 15, WD_ALIGN_PARAGRAPH.JUSTIFY, after=0)
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(30)
        paragraph.paragraph_format.line_spacing = Pt(27)

    def seal(self, *lines: str) -> None:
        for place, words in enumerate(lines):
            paragraph = self._add(words, TEXT, 15, WD_ALIGN_PARAGRAPH.RIGHT, after=0)
            paragraph.paragraph_format.space_before = Pt(36 if place == 0 else 0)
            paragraph.paragraph_format.right_indent = Pt(30)

    def pairs(self, rows: Sequence[Sequence[str]]) -> None:
        """A table of label and value, label and value; a shorter row's last cell takes the rest."""
        width = max(len(row) for row in rows)
        table = self._table(width)
        for row in rows:
            cells = table.add_row().cells
            for place, words in enumerate(row):
                _fill(cells[place], words, centred=place % 2 == 0)
            if len(row) < width:
                cells[len(row) - 1].merge(cells[width - 1])
        table._tbl.remove(table.rows[0]._tr)

    def rows(self, name: str, columns: Sequence[tuple[str, str]]) -> None:
        """A table with one row for every row of the list `name`; columns are heading and what stands below it."""
        table = self._table(len(columns))
        for cell, (heading, _) in zip(table.rows[0].cells, columns, strict=True):
            _fill(cell, heading, centred=True)
        _fill(table.add_row().cells[0], f"{{%tr for row in {name} %}}", centred=False)
        for cell, (_, words) in zip(table.add_row().cells, columns, strict=True):
            _fill(cell, words, centred=True)
        _fill(table.add_row().cells[0], "{%tr endfor %}", centred=False)

    def content(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _add(self, words: str, font: str, size: int, align: Any, *, after: int) -> Any:
        paragraph = self.document.add_paragraph()
        _font(paragraph.add_run(words), font, size)
        paragraph.alignment = align
        paragraph.paragraph_format.space_after = Pt(after)
        return paragraph

    def _table(self, columns: int) -> Any:
        table = self.document.add_table(rows=1, cols=columns)
        table.style = "Table Grid"
        return table


def _font(target: Any, name: str, size: int) -> None:
    target.font.name, target.font.size = name, Pt(size)
    target.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _fill(cell: Any, words: str, *, centred: bool) -> None:
    paragraph = cell.paragraphs[0]
    _font(paragraph.add_run(words), TEXT, 12)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _application(sheet: _Sheet) -> None:
    sheet.title("监测对象申请及承诺授权查询书")
    sheet.text("{{乡镇名}}{{村名}}{{村组}}　　户编号：{{户编号}}", indent=False)
    sheet.heading("一、申请人和家庭")
    sheet.pairs(
        [
            ("户主姓名", "{{户主}}", "户类型", "{{户类型}}"),
            ("证件号码", "{{证件号码}}", "联系电话", "{{联系电话}}"),
            ("家庭人口", "{{家庭人口}} 人", "劳动力", "{{劳动力数}} 人"),
            ("在校生", "{{在校生数}} 人", "残疾人", "{{残疾人数}} 人"),
            ("重症患者", "{{大病人数}} 人", "慢性病患者", "{{慢性病人数}} 人"),
            ("是否脱贫户", "{{是否脱贫户}}", "家庭年收入", "{{家庭年收入}} 元"),
            ("申请方式", "{{申请方式}}"),
            ("代办人", "{{代办人}}", "与申请人关系", "{{代办人关系}}"),
            ("遇到的困难", "{{困难情况}}"),
        ]
    )
    sheet.heading("二、家庭成员（同意查询的每个人都要签字按手印）")
    sheet.rows(
        "成员",
        [
            ("序号", "{{row.序号}}"),
            ("姓名", "{{row.姓名}}"),
            ("证件号码", "{{row.证件号码}}"),
            ("与户主关系", "{{row.与户主关系}}"),
            ("是否共同生活", "{{row.共同生活}}"),
            ("签字（手印）", ""),
        ],
    )
    sheet.heading("三、承诺和授权")
    sheet.text("1. 以上情况和提供的材料真实、完整，没有隐瞒家庭收入、财产和人口。")
    sheet.text(
        "2. 本户全体成员同意{{县名}}{{主管部门}}及有关部门查询本户的户籍、机动车、不动产、市场主体、财政供养、社会保险、"
        "公积金、税务、存款和有价证券等信息，用于防止返贫监测对象的认定和管理。"
    )
    sheet.text("3. 如有虚报、隐瞒，愿意接受停止办理、退回帮扶资金物资等处理。")
    sheet.text("户主签字（手印）：＿＿＿＿＿＿　　签署日期：{{签署日期}}", indent=False)
    sheet.text("见证人（两名工作人员）：{{见证人}}　＿＿＿＿＿＿　＿＿＿＿＿＿", indent=False)


def _minutes(sheet: _Sheet) -> None:
    sheet.title("民主评议会议记录")
    sheet.pairs(
        [
            ("会议名称", "{{会议名称}}"),
            ("时间", "{{会议日期}}", "地点", "{{会议地点}}"),
            ("主持人", "{{主持人}}", "记录人", "{{记录人}}"),
            ("应到人数", "{{应到}}", "实到人数", "{{实到}}"),
            ("议题", "{{村组}} {{户主}}户{{议题}}"),
            ("类别", "{{类别}}", "风险", "{{风险}}"),
            ("家庭人口", "{{家庭人口}}", "回避", "{{回避}}"),
            ("同意", "{{同意}}", "不同意", "{{不同意}}"),
            ("弃权", "{{弃权}}", "结果", "{{结果}}"),
            ("评议意见", "{{评议意见}}"),
        ]
    )
    sheet.heading("签到")
    sheet.rows(
        "签到",
        [
            ("序号", "{{row.序号}}"),
            ("姓名", "{{row.姓名}}"),
            ("身份", "{{row.身份}}"),
            ("签名", ""),
            ("备注", "{{row.备注}}"),
        ],
    )
    sheet.text("主持人签字：＿＿＿＿＿＿　　记录人签字：＿＿＿＿＿＿", indent=False)
    sheet.seal("{{村名}}村民委员会（盖章）")


_LIST = [
    ("序号", "{{row.序号}}"),
    ("村组", "{{row.村组}}"),
    ("户主", "{{row.户主}}"),
    ("家庭人口", "{{row.家庭人口}}"),
    ("监测对象类别", "{{row.类别}}"),
]


def _notice(sheet: _Sheet) -> None:
    sheet.title("{{标题}}")
    sheet.text("{{前言}}本村于{{评议日期}}召开会议民主评议，下列农户{{办理结果}}，现将结果公示如下：")
    sheet.rows("名单", _LIST)
    sheet.text("公示期 {{公示天数}} 天（{{天数口径}}）：{{张贴日期}}张贴，{{期满日期}}期满。")
    sheet.text("如有异议，请在公示期内向{{村名}}村民委员会反映，也可以拨打监督电话 {{监督电话}}。")
    sheet.seal("{{落款单位}}（盖章）", "{{落款日期}}")


def _announcement(sheet: _Sheet) -> None:
    sheet.title("{{标题}}")
    sheet.text("经村民主评议和公示、乡镇审核，{{县名}}于{{审定日期}}审定，{{村名}}下列农户{{办理结果}}，现予公告：")
    sheet.rows("名单", _LIST)
    sheet.text("公告期 {{公示天数}} 天（{{天数口径}}）：{{张贴日期}}张贴，{{期满日期}}期满。监督电话 {{监督电话}}。")
    sheet.seal("{{落款单位}}（盖章）", "{{落款日期}}")


def _report(sheet: _Sheet) -> None:
    sheet.title("民主评议结果报告")
    sheet.text("{{乡镇名}}人民政府：", indent=False)
    sheet.text(
        "经农户申请并授权，我村于{{会议日期}}在{{会议地点}}召开会议，由{{主持人}}主持，应到 {{应到}} 人，实到 {{实到}} 人，"
        "对{{村组}} {{户主}}户（{{家庭人口}} 人）{{议题}}进行民主评议。"
    )
    sheet.text("表决结果：同意 {{同意}} 票，不同意 {{不同意}} 票，弃权 {{弃权}} 票，回避 {{回避}} 人，评议{{结果}}。")
    sheet.text("评议意见：{{评议意见}}")
    sheet.text("评议结果于{{张贴日期}}起公示 {{公示天数}} 天，{{期满日期}}期满，{{异议情况}}。")
    sheet.text("现将评议结果和有关材料报上，请审核。")
    sheet.text("附件：民主评议记录、签到册、公示照片、异议登记与处理表（办件编号 {{办件编号}}）", indent=False)
    sheet.seal("{{落款单位}}（盖章）", "{{落款日期}}")


def _approval(sheet: _Sheet) -> None:
    sheet.title("{{情形}}审批表")
    sheet.text("{{乡镇名}}{{村名}}{{村组}}　　户编号：{{户编号}}", indent=False)
    sheet.pairs(
        [
            ("户主", "{{户主}}", "家庭人口", "{{家庭人口}} 人"),
            ("原监测周期", "{{原周期}}", "原类别", "{{原类别}}"),
            ("原识别月", "{{原识别月}}", "原消除月", "{{原消除月}}"),
            ("原风险", "{{原风险}}"),
            ("新类别", "{{新类别}}", "新风险", "{{新风险}}"),
            ("理由", "{{理由}}"),
            ("证据", "{{证据}}"),
            ("村意见", "{{村意见}}"),
            ("乡镇意见", "{{乡意见}}"),
            ("县级意见", "{{县意见}}"),
        ]
    )
    sheet.text("户主签字（手印）：＿＿＿＿＿＿　　核实人签字：＿＿＿＿＿＿", indent=False)


_BUILDERS: dict[str, Callable[[_Sheet], None]] = {
    "application": _application,
    "minutes": _minutes,
    "notice": _notice,
    "announcement": _announcement,
    "report": _report,
    "approval": _approval,
}


def standard_template(paper: str) -> bytes:
    """The standard .docx template of a paper."""
    sheet = _Sheet()
    _BUILDERS[paper](sheet)
    return sheet.content()
