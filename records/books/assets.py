"""Assets of poverty-relief projects, from agriculture (domain.md 5.4 L19)."""

from accounts.models import Department
from records.books.base import COUNTY_LEVEL, OFFICES, TOWNSHIP_LEVEL, TOWNSHIPS, VILLAGE_LEVEL, Book, columns_of
from records.models import Asset
from sheets.table import Column

_column = columns_of(Asset)

ASSETS = Book(
    code="assets",
    title="项目资产",
    model=Asset,
    subject="place",
    department=Department.AGRICULTURE,
    writers=OFFICES | TOWNSHIPS,
    key=("number",),
    levels=frozenset({COUNTY_LEVEL, TOWNSHIP_LEVEL, VILLAGE_LEVEL}),
    starts=Column("登记日期", ("起始日期",), kind="date"),
    ends=Column("核销日期", ("截止日期",), kind="date"),
    first_day="bought_on",
    tells=("name", "kind"),
    columns=(
        _column("number", "资产编码", needed=True),
        _column("name", needed=True),
        _column.listed(
            "kind",
            {"operating": ("经营性资产",), "public": ("公益性资产",), "household": ("到户",)},
            "类别",
            needed=True,
        ),
        _column("project", "项目"),
        _column("year", "项目年度"),
        _column("funds", "资金渠道"),
        _column("invested", "投入", "投资", "总投资（万元）"),
        _column("specification", "规格"),
        _column("located", "坐落位置", "地点"),
        _column("bought_on", "购建时间", "建成日期"),
        _column("original_value", "原值", "资产原值", "资产原值（万元）"),
        _column("present_value", "现值", "资产现值", "资产净值（万元）"),
        _column("certified_on", "确权时间"),
        _column("owner", "所有权人", "所有权单位"),
        _column("operator", "经营权人"),
        _column("earner", "收益权人"),
        _column("supervisor", "监督权人"),
        _column("disposer", "处置权人"),
        _column("business", "经营单位"),
        _column("contract_from_on", "合同开始日期", "合同起始"),
        _column("contract_to_on", "合同结束日期", "合同终止"),
        _column("yearly_rent", "年租金/分红", "年租金", "年分红"),
        _column("income_due", "应收收益", "应收"),
        _column("income_received", "已收收益", "已收"),
        _column("paid_households", "受益户数"),
        _column("paid_amount", "分配金额"),
        _column("keeper", "管护责任人"),
        _column("condition", "状况", "资产状态"),
        _column("disposal"),
        _column("disposal_approval", "处置审批文号"),
        _column("disposal_income", "处置收入"),
    ),
)
