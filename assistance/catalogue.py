"""The standard catalogue of measures: categories of the national file in their order, with the sub-items seen in it
(domain.md 4.6; housing, water, relocation, living and infrastructure have none there, theirs are our own). Shipped by
the data migration; the county adds and retires sub-items from then on."""

from __future__ import annotations

INDUSTRY = "产业帮扶"
EMPLOYMENT = "就业帮扶"
FINANCE = "金融帮扶"
PUBLIC_POST = "公益岗位帮扶"
HOUSING = "住房安全保障"
WATER = "饮水安全保障"
HEALTH = "健康帮扶"
SCHOOLING = "义务教育保障"
EDUCATION = "教育帮扶"
COMPREHENSIVE = "综合保障"
SOCIAL = "社会帮扶"
RELOCATION = "搬迁"
LIVING = "生产生活条件改善"
INFRASTRUCTURE = "基础设施建设"
# The fifteenth heading of the national file sums up the others; assistance.querysets derives it.
DEVELOPMENT_DONE = "实施开发式帮扶措施情况"

_ITEMS: dict[str, str] = {
    INDUSTRY: "物资（种苗化肥） 产业奖补 带头人、合作社、龙头企业带动 乡村旅游 入股分红 消费帮扶 技术培训 代种代养 土地流转 其他",
    EMPLOYMENT: "劳务输出 外出务工补贴 技能培训 帮扶车间 其他",
    FINANCE: "小额信贷 富民贷 其他",
    PUBLIC_POST: "保洁 护林 护路 护水 其他",
    HOUSING: "危房改造 住房维修 租赁或周转住房 其他",
    WATER: "集中供水 分散供水 水质处理 应急送水 其他",
    HEALTH: "参加城乡居民基本医疗保险个人缴费补贴 医疗救助 办理慢性病卡 签约家庭医生 住院医疗报销 其他",
    SCHOOLING: "劝返 送教上门 寄宿生生活补贴 营养餐 其他",
    EDUCATION: "雨露计划 助学贷款 助学金 免保教费 其他",
    COMPREHENSIVE: "低保 特困供养 养老金 临时救助 残疾人补贴 防贫保险 其他",
    SOCIAL: "社会捐助 其他",
    RELOCATION: "易地搬迁 其他",
    LIVING: "生产条件改善 生活条件改善 其他",
    INFRASTRUCTURE: "道路 水利 电力通信 其他",
}
CATEGORIES: tuple[str, ...] = tuple(_ITEMS)

_DEVELOPMENT_CATEGORIES = frozenset({INDUSTRY, EMPLOYMENT, FINANCE, PUBLIC_POST})
# Sub-items that do not make a household "development help delivered" (rule 5_12_011 of the national checker).
_NOT_DEVELOPMENT = frozenset({(INDUSTRY, "其他"), (EMPLOYMENT, "技能培训"), (EMPLOYMENT, "其他"), (FINANCE, "其他")})


def is_developmental(category: str, item: str) -> bool:
    """Whether a sub-item counts as 开发式帮扶 by the national rule; the county may mark its own otherwise."""
    return category in _DEVELOPMENT_CATEGORIES and (category, item) not in _NOT_DEVELOPMENT


STANDARD: tuple[tuple[str, str, bool], ...] = tuple(
    (category, item, is_developmental(category, item)) for category, items in _ITEMS.items() for item in items.split()
)
