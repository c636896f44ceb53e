"""医保局: medical bills and who is insured."""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, listed, own

MEDICAL_COSTS = Feed(
    "medical_costs",
    "高额医疗费用",
    Department.MEDICAL_INSURANCE,
    columns=(
        own("人员类别", "参保人员类别"),
        own("就医类别", "医疗类别", "就诊类别"),
        own("结算日期", "出院结算时间", "结算时间", "费用结算日期", "出院结算日期", needed=True),
        own("医疗机构", "医疗机构名称", "定点医疗机构", "就诊医院"),
        own("疾病名称", "诊断名称", "诊断", "病种名称"),
        own("医疗总费用", "总费用", "医疗费用总额", "医疗费总额"),
        own("基本医保支付", "基本医保报销", "基本医疗保险支付", "基本医保支付金额"),
        own("大病保险支付", "大病保险报销", "大病保险支付金额"),
        own("医疗救助支付", "医疗救助金额", "医疗救助支付金额"),
        own("个人自付", "个人自付金额", "个人自付费用", "自付金额", needed=True),
        own("个人自费", "个人自费金额", "个人自费费用"),
        own("年度累计个人负担", "年度累计个人负担金额", "年度累计负担"),
    ),
    accumulates="calendar_year",
    happened_on="结算日期",
    amount="个人自付",
)

INSURANCE_STATUS = Feed(
    "insurance_status",
    "参保状态",
    Department.MEDICAL_INSURANCE,
    columns=(
        own("参保年度", "年度", "缴费年度"),
        listed("参保状态", ("已参保", "未参保", "中断"), "医保参保状态", "参保情况"),
        own("险种", "险种类型", "参保险种"),
        own("参保地", "参保地区", "参保所在地"),
        own("缴费日期", "缴费时间"),
        own("资助类别", "资助参保类别"),
        own("资助金额", "资助参保金额", "参保资助金额"),
    ),
    facts=(Fact("status", "参保状态"),),
)
