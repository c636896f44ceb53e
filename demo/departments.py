"""What each of the nineteen feeds tells about the people of the county in one month."""

from __future__ import annotations

from datetime import date, timedelta

from demo import names
from demo.county import House
from demo.family import Someone
from demo.month import MAKERS, Living, Month, sends

__all__ = ["MAKERS"]


def grown(house: House, person: Someone) -> bool:
    return person.birth.year < 2000


def monitored_ill(house: House, person: Someone) -> bool:
    return house.open and house.watched is not None and house.watched.risk == "因病" and person.health == "患有大病"


def of_school_age(first: date) -> tuple[date, date]:
    """Birth dates of those who have completed 7 to 14 years all through the month."""
    return first.replace(year=first.year - 15, day=1), first.replace(year=first.year - 7, day=1)


@sends("medical_costs")
def medical_costs(month: Month) -> None:
    for living in month.some(60):
        _bill(month, living, month.random.uniform(80, 1800), month.day())
    # The chronically ill come back every month: more evidence for their clues, or for the help they already get.
    regulars = month.regulars("医疗", 2, grown) + month.regulars("监测", 2, monitored_ill)
    for living in month.some(6, grown) + regulars:
        house, _ = living
        least = 5200 if house.lifted or house.open else 20500
        bills = month.random.randint(1, 3)
        for _ in range(bills):
            _bill(month, living, least * month.random.uniform(1.0, 1.6) / bills, month.day(back=40))


def _bill(month: Month, living: Living, own: float, day: date) -> None:
    house, _ = living
    own = round(own, 2)
    total = round(own * month.random.uniform(2.2, 3.8), 2)
    month.add(
        living,
        人员类别="脱贫人口" if house.lifted else "一般居民",
        就医类别="住院" if own > 1000 else "门诊统筹",
        # Nothing before January: the window of the rule is the calendar year.
        结算日期=max(day, date(month.first.year, 1, 1)),
        医疗机构=month.random.choice(names.HOSPITALS),
        疾病名称=month.random.choice(names.DISEASES),
        医疗总费用=total,
        基本医保支付=round((total - own) * 0.85, 2),
        大病保险支付=round((total - own) * 0.15, 2),
        医疗救助支付=0.0,
        个人自付=own,
        个人自费=round(own * 0.05, 2),
    )


@sends("insurance_status")
def insurance_status(month: Month) -> None:
    year = str(month.first.year)
    for living in month.some(40):
        month.add(
            living,
            参保年度=year,
            参保状态="已参保",
            险种="城乡居民基本医疗保险",
            参保地="守望县",
            缴费日期=month.day(90),
        )
    for living in month.some(6):
        month.add(living, 参保年度=year, 参保状态=month.random.choice(["未参保", "中断"]), 参保地="守望县")


@sends("major_disease")
def major_disease(month: Month) -> None:
    for living in month.some(5, lambda house, person: person.health != "健康" or person.birth.year < 1970):
        month.add(
            living,
            病种=month.random.choice(names.MAJOR_DISEASES),
            确诊日期=month.day(),
            救治医院=month.random.choice(names.HOSPITALS),
            是否签约家庭医生=month.random.choice("是是否"),
            治疗状态=month.random.choice(["治疗中", "治疗中", "", "治愈"]),
        )


@sends("school_dropout")
def school_dropout(month: Month) -> None:
    first, last = of_school_age(month.first)
    for living in month.some(3, lambda house, person: first < person.birth < last):
        house, child = living
        month.add(
            living,
            出生日期=child.birth,
            学校=month.random.choice(names.SCHOOLS[:2]),
            年级班级=f"{child.schooling or '小学'}{month.random.randint(1, 4)}班",
            家长姓名=house.head.name,
            联系电话=house.head.phone,
            离校日期=month.day(),
            辍学原因=month.random.choice(names.DROPOUT_REASONS),
            劝返情况=month.random.choice(["未返校", "劝返中", "已复学"]),
            包保老师="张老师",
        )


@sends("education_costs")
def education_costs(month: Month) -> None:
    start = month.first.year - (month.first.month < 9)
    term = month.first.month in (9, 10)
    studies = ("高职", "本科", "普通高中")
    for living in month.some(14 if term else 3, lambda house, person: person.schooling.startswith(studies)):
        house, student = living
        college = not student.schooling.startswith("普通高中")
        own = (
            month.random.uniform(10200, 17800)
            if college and month.random.random() < 0.3
            else month.random.uniform(1500, 8200)
        )
        month.add(
            living,
            学段="高等教育" if college else "普通高中",
            学校=month.random.choice(names.COLLEGES if college else names.SCHOOLS[2:]),
            学年=f"{start}-{start + 1}",
            学费=round(own * 0.7, 2),
            住宿费=round(own * 0.2, 2),
            教科书费=round(own * 0.1, 2),
            资助项目="国家助学金" if house.lifted else "",
            资助金额=3300.0 if house.lifted else 0.0,
            自付金额=round(own, 2),
        )


@sends("welfare_changes")
def welfare_changes(month: Month) -> None:
    for living in month.some(8, lambda house, person: person.relation == "户主"):
        house, head = living
        month.add(
            living,
            户主姓名=head.name,
            户主证件号码=head.number,
            救助类别=month.random.choice(["农村低保", "农村低保", "低保边缘", "特困供养"]),
            档次=month.random.choice(["一档", "二档", "三档"]),
            保障人数=float(len(house.people)),
            月保障金=float(month.random.randint(18, 60) * 10 * len(house.people)),
            起始月=f"{month.first:%Y%m}",
            变动类型=month.random.choice(["新增", "新增", "退出", "退出", "调整", "渐退"]),
            变动原因=month.random.choice(["收入变化", "人口变化", "年度复核"]),
        )


@sends("disability")
def disability(month: Month) -> None:
    kinds = {"1": "视力", "2": "听力", "3": "言语", "4": "肢体", "5": "智力", "6": "精神"}
    for living in month.some(7, lambda house, person: person.birth.year < 2010):
        kind = month.random.choice(list(kinds))
        grade = month.random.choice(["一级", "二级", "三级", "四级", "2"])
        month.add(
            living,
            残疾类别=kinds[kind],
            残疾等级=grade,
            发证日期=month.day(),
            有效期=month.last + timedelta(days=3650),
            变动类型=month.random.choice(["新办", "新办", "换证"]),
            两项补贴="护理补贴" if grade in ("一级", "二级") else "",
        )


@sends("housing")
def housing(month: Month) -> None:
    for living in month.some(10, lambda house, person: person.relation == "户主"):
        house, _ = living
        grade = month.random.choice("AAABBBBCCD")
        mended = grade in "CD" and month.random.random() < 0.3
        month.add(
            living,
            房屋编号=f"F{house.number}",
            结构=month.random.choice(["砖木", "砖混", "土木"]),
            建造年代=str(month.random.randint(1978, 2012)),
            面积=float(month.random.randint(60, 160)),
            鉴定等级=month.random.choice([grade, f"{grade}级"]),
            鉴定日期=month.day(),
            鉴定机构="守望县住建局",
            对象类别="脱贫户" if house.lifted else "一般农户",
            改造方式="修缮加固" if mended else "",
            竣工日期=month.day() if mended else None,
            验收="合格" if mended else "",
        )


@sends("water")
def water(month: Month) -> None:
    dry = month.random.choice(month.county.villages)
    for living in month.some(9, lambda house, person: person.relation == "户主"):
        _tap(month, living, litres=month.random.uniform(35, 80), minutes=3.0)
    for living in month.some(2, lambda house, person: house.village == dry and person.relation == "户主"):
        _tap(month, living, litres=month.random.uniform(8, 18), minutes=float(month.random.randint(15, 40)))


def _tap(month: Month, living: Living, litres: float, minutes: float) -> None:
    scarce = litres < 20
    month.add(
        living,
        供水工程名称=month.random.choice(names.WATER_WORKS),
        供水方式="分散供水" if scarce else "集中供水",
        水量=float(round(litres)),
        水质结论="合格",
        取水时间=minutes,
        缺水天数=40.0 if scarce else 0.0,
        问题="季节性缺水" if scarce else "",
    )


@sends("disasters")
def disasters(month: Month) -> None:
    place = month.random.choice(month.county.villages)
    day = month.day()
    for living in month.some(3, lambda house, person: house.village == place and person.relation == "户主"):
        heavy = month.random.random() < 0.6
        month.add(
            living,
            灾种=month.random.choice(names.DISASTERS),
            发生日期=day,
            倒损房屋间数=1.0 if heavy and month.random.random() < 0.4 else 0.0,
            农作物受灾面积=float(month.random.randint(1, 12)),
            伤亡="无",
            直接经济损失=month.random.uniform(5200, 18000) if heavy else month.random.uniform(300, 3000),
            救助金额=0.0,
        )


@sends("employment")
def employment(month: Month) -> None:
    for living in month.some(20, lambda house, person: person.able):
        month.add(
            living,
            就业状态="就业",
            务工单位=month.random.choice(names.FIRMS),
            务工所在县=month.random.choice(names.CITIES),
            月收入=float(month.random.randint(22, 65) * 100),
            求职意愿="否",
        )
    for living in month.some(5, lambda house, person: person.able):
        left = month.last - timedelta(days=month.random.choice([40, 110, 130, 160]))
        month.add(
            living, 就业状态="失业", 失业日期=left, 返乡日期=left + timedelta(days=6), 求职意愿="是", 培训需求="是"
        )


@sends("population_changes")
def population_changes(month: Month) -> None:
    for living in month.some(
        3, lambda house, person: person.birth.year < 1955 or (person.able and len(house.people) > 3)
    ):
        month.add(living, 变动类型="死亡", 变动日期=month.day())
    for living in month.some(2, lambda house, person: person.relation in ("之女", "之子") and person.birth.year < 2004):
        month.add(living, 变动类型="迁出", 变动日期=month.day(), 迁往地=month.random.choice(names.CITIES))
    for living in month.some(1, lambda house, person: person.relation == "之子"):
        month.add(living, 变动类型="改名", 变动日期=month.day())


@sends("accidents")
def accidents(month: Month) -> None:
    for living in month.some(2, lambda house, person: person.able):
        month.add(
            living,
            事发日期=month.day(),
            责任=month.random.choice(["次要责任", "无责任", "同等责任"]),
            伤残程度=month.random.choice(["重伤", "轻伤", "九级伤残"]),
            是否主要劳动力="是",
            赔偿情况="处理中",
        )


@sends("industry_losses")
def industry_losses(month: Month) -> None:
    for living in month.some(4, lambda house, person: person.relation == "户主" and person.able):
        month.add(
            living,
            产业=month.random.choice(names.INDUSTRIES),
            规模=f"{month.random.randint(2, 30)}亩",
            损失原因=month.random.choice(names.LOSSES),
            损失金额=month.random.uniform(3000, 26000),
        )


@sends("vehicles")
def vehicles(month: Month) -> None:
    for living in month.some(24, grown):
        month.add(
            living,
            号牌号码=f"示A{month.random.randrange(10000, 99999)}",
            车辆类型=month.random.choice(["小型轿车", "二轮摩托车", "小型普通客车"]),
            品牌型号="示例牌",
            登记日期=month.day(back=2000),
            使用性质="非营运",
            状态="正常",
        )


@sends("properties")
def properties(month: Month) -> None:
    for living in month.some(10, grown):
        month.add(
            living,
            不动产权证号=f"示（{month.first.year}）守望县不动产权第{month.random.randrange(10**6):07d}号",
            坐落="守望县城关街道",
            用途=month.random.choice(["住宅", "住宅", "商业"]),
            面积=float(month.random.randint(60, 130)),
            登记日期=month.day(back=3000),
            共有情况="单独所有",
        )


@sends("companies")
def companies(month: Month) -> None:
    for living in month.some(6, grown):
        month.add(
            living,
            主体名称=f"守望县{living[1].name[0]}记小卖部",
            统一社会信用代码=f"99990101MA{month.random.randrange(10**8):08d}",
            类型="个体工商户",
            担任职务="经营者",
            成立日期=month.day(back=2500),
            状态="存续",
        )


@sends("public_payroll")
def public_payroll(month: Month) -> None:
    for living in month.some(3, grown):
        month.add(
            living, 单位="守望县第一小学", 人员性质="事业编制", 起薪日期=month.day(back=6000), **{"在职/退休": "在职"}
        )


@sends("hotline")
def hotline(month: Month) -> None:
    for serial, living in enumerate(month.some(4, grown), start=1):
        month.add(
            living,
            受理编号=f"12317-{month.first:%Y%m}-{serial:03d}",
            受理日期=month.day(),
            诉求=month.random.choice(["咨询低保办理", "反映饮水不便", "咨询医疗救助", "反映务工欠薪"]),
            办理结果=month.random.choice(["已答复", "转办中"]),
        )
