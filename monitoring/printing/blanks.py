"""Forms to be filled by hand, for where there is no signal: empty, or with what the register knows of a household."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from households.history import ABLE
from households.models import Category, Household, Membership
from monitoring.models import Visit
from monitoring.printing.fields import Fields
from monitoring.printing.visit_fields import blank_visit, home_fields
from sheets.clean import mask_id

_OFFICE = "主管部门"
Filler = Callable[[Household | None, Sequence[Membership]], Fields]


@dataclass(frozen=True)
class Blank:
    """One form: where its sheet is, how it is filled."""

    name: str
    title: str
    use: str
    sheet: str
    fill: Filler


def _application(household: Household | None, members: Sequence[Membership]) -> Fields:
    people = [row.person for row in members]
    counted = {
        "劳动力数": sum(person.labour_skill in ABLE for person in people),
        "在校生数": sum(bool(person.schooling) for person in people),
        "残疾人数": sum("残疾" in person.health for person in people),
        "慢性病人数": sum("慢性病" in person.health for person in people),
        "大病人数": sum("大病" in person.health for person in people),
    }
    rows = [
        {
            "序号": serial,
            "姓名": row.person.name,
            "证件号码": mask_id(row.person.id_number),
            "与户主关系": row.relation,
            "共同生活": "是",
        }
        for serial, row in enumerate(members, 1)
    ]
    home = home_fields(household, members)
    head = next((row["证件号码"] for row in rows if row["与户主关系"] == "户主"), "")
    return {
        **home,
        **(counted if people else dict.fromkeys(counted, "　　")),
        "家庭人口": home["家庭人口"] or "　　",
        "证件号码": head,
        "是否脱贫户": ("是" if household.category == Category.LIFTED else "否") if household else "",
        "主管部门": _OFFICE,
        "成员": rows or [{"序号": serial} for serial in range(1, 6)],
    }


BLANKS: dict[str, Blank] = {
    blank.name: blank
    for blank in (
        Blank(
            "application",
            "农户申请及承诺授权书",
            "带去入户，全家签字按手印",
            "monitoring/print/application_sheet.html",
            _application,
        ),
        Blank(
            "visit",
            "入户核实表",
            "没有信号时手填，回来照着录入",
            "monitoring/print/visit_sheet.html",
            lambda household, members: blank_visit(Visit.Kind.CHECK, household, members),
        ),
        Blank(
            "followup",
            "走访记录",
            "跟踪走访时手填",
            "monitoring/print/followup_sheet.html",
            lambda household, members: blank_visit(Visit.Kind.FOLLOW_UP, household, members),
        ),
    )
}
