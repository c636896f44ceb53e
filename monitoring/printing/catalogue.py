"""Which papers a case has, in which form, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from monitoring.desk.dossier import Dossier
from monitoring.desk.progress import CLEARINGS
from monitoring.models import Case
from monitoring.policy import PolicyBook
from monitoring.printing import decision_fields, fields

Reader = Callable[[Dossier, date, PolicyBook], fields.Fields]


@dataclass(frozen=True)
class Paper:
    """One paper: its words, what stands in it, whether a county may reword it in Word, when it makes sense.

    `public` papers are posted, so their page shows what the list of allowed columns names and nothing else.
    """

    name: str
    title: str
    use: str
    read: Reader
    fits: Callable[[Dossier], bool]
    editable: bool = False
    public: bool = False

    @property
    def template(self) -> str:
        return f"monitoring/print/{self.name}.html"


def _enrols(dossier: Dossier) -> bool:
    return dossier.case.kind not in CLEARINGS


PAPERS: dict[str, Paper] = {
    paper.name: paper
    for paper in (
        Paper(
            "application",
            "农户申请及承诺授权书",
            "入户时带去，全家签字按手印",
            fields.application_fields,
            _enrols,
            editable=True,
        ),
        Paper(
            "comparison",
            "信息比对结果单",
            "部门比对的逐项结果和户说明",
            fields.comparison_fields,
            lambda dossier: bool(dossier.comparisons),
        ),
        Paper(
            "minutes",
            "民主评议记录",
            "评议会上填写或会后打印，主持人、记录人签字",
            fields.minutes_fields,
            lambda dossier: True,
            editable=True,
        ),
        Paper("signin", "民主评议签到册", "会前打印空表，会后附签名", fields.minutes_fields, lambda dossier: True),
        Paper(
            "notice",
            "村级公示",
            "盖村委会章张贴",
            fields.notice_fields,
            lambda dossier: dossier.appraisal is not None and dossier.appraisal.passed,
            editable=True,
            public=True,
        ),
        Paper(
            "objections",
            "异议登记与处理表",
            "公示期内收到的异议和答复；没有异议的留空存档",
            fields.objection_fields,
            lambda dossier: dossier.notice is not None,
        ),
        Paper(
            "report",
            "民主评议结果报告",
            "公示期满，随材料报乡镇",
            decision_fields.report_fields,
            lambda dossier: dossier.appraisal is not None,
            editable=True,
        ),
        Paper(
            "announcement",
            "结果公告",
            "县级审定后以乡镇名义张贴",
            fields.announcement_fields,
            lambda dossier: dossier.case.decided_on is not None,
            editable=True,
            public=True,
        ),
        Paper(
            "exit",
            "风险消除评估表",
            "逐条写明消除条件和依据，三级签字",
            fields.exit_fields,
            lambda dossier: dossier.case.kind == Case.Kind.CLEAR,
        ),
        Paper(
            "approval",
            "回退、重新识别审批表",
            "写明原周期、理由和证据，三级签字",
            decision_fields.approval_fields,
            lambda dossier: dossier.case.kind in (Case.Kind.ROLL_BACK, Case.Kind.REIDENTIFY),
            editable=True,
        ),
    )
}
EDITABLE = {name: paper for name, paper in PAPERS.items() if paper.editable}


def papers_of(dossier: Dossier) -> list[Paper]:
    """The papers that make sense for the case as it stands."""
    return [paper for paper in PAPERS.values() if paper.fits(dossier)]
