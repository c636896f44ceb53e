"""Who is who: numbers, sexes, relations, the householder."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import Division
from accounts.scope import in_division
from households.models import FormerNumber, Membership
from quality.checks.base import Ask, Found, across, of_household, of_person
from quality.facts import Home, Member
from sheets.faults import CellFault
from sheets.ids import clean_id, sex

NO_NUMBER_YET = "999999"
MALE = frozenset(
    {"之子", "之女婿", "之孙子", "之外孙子", "之父", "之岳父", "之公公", "之祖父", "之外祖父", "之曾孙子", "之侄儿"}
)
FEMALE = frozenset(
    {
        "之女",
        "之儿媳",
        "之孙女",
        "之外孙女",
        "之母",
        "之岳母",
        "之婆婆",
        "之祖母",
        "之外祖母",
        "之曾孙女",
        "之侄女",
        "之兄弟媳妇",
    }
)


@across("identity-used_before", "证件号码是别人用过的号码", 1, "id_number", "1_01_001", "1_12_001")
def used_before(place: Division, ask: Ask) -> Iterator[Found]:
    """A present number that somebody else had before; two present ones alike the database does not take."""
    former = FormerNumber.objects.order_by().values("id_index", "person_id")
    rows = Membership.objects.as_of(ask.on).filter(
        in_division("household__village_id", place), person__id_index__in=former.values("id_index")
    )
    holders = {bytes(one["id_index"]): one["person_id"] for one in former.iterator()}
    for row in rows.select_related("person", "household").order_by("id").iterator():
        if holders[bytes(row.person.id_index)] != row.person_id:
            words = f"{row.person.name}：现在的证件号码是另一个人曾用的号码，请核对是不是同一个人"
            yield Found(words, row.household.village_id, row.household_id, row.person_id)


@of_person("identity-number", "证件号码不合规则", 1, "id_number", "2_12_008")
def number(one: Member, home: Home, ask: Ask) -> str | None:
    try:
        clean_id(one.number, ask.on)
    except CellFault as fault:
        return fault.message
    return None


@of_person("identity-no_number_yet", "证件号码以 999999 开头，还没有正式号码", 4, "id_number", "4_01_003")
def no_number_yet(one: Member, home: Home, ask: Ask) -> str | None:
    return "用的是 999999 开头的临时号码，有了正式号码要换" if one.number.startswith(NO_NUMBER_YET) else None


@of_person("identity-sex", "性别与证件号码不符", 2, "id_number", "2_11_003")
def sex_of_number(one: Member, home: Home, ask: Ask) -> str | None:
    if one.born is None or one.sex == sex(one.number):
        return None
    return f"登记为{one.sex}，证件号码是{sex(one.number)}性的"


@of_person("identity-birth_year", "出生年与证件号码不符", 2, "id_number")
def birth_year(one: Member, home: Home, ask: Ask) -> str | None:
    if one.born is None or one.born.year == one.birth_year:
        return None
    return f"登记为 {one.birth_year} 年生，证件号码是 {one.born.year} 年生"


@of_household("identity-no_head", "没有户主", 3, "relation", "3_11_001")
def no_head(home: Home, ask: Ask) -> str | None:
    return "这户有成员，没有户主" if home.members and home.head is None else None


@of_household("identity-heads", "户主不止一个", 3, "relation", "3_11_001")
def heads(home: Home, ask: Ask) -> str | None:
    named = [one.name for one in home.members if one.is_head]
    return f"户主有 {len(named)} 个：{'、'.join(named)}" if len(named) > 1 else None


@of_household("identity-spouses", "户主配偶不止一个", 3, "relation", "3_02_011")
def spouses(home: Home, ask: Ask) -> str | None:
    named = [one.name for one in home.members if one.relation == "配偶"]
    return f"配偶有 {len(named)} 个：{'、'.join(named)}" if len(named) > 1 else None


@of_household("identity-couple", "户主与配偶同性别", 2, "relation", "2_02_001")
def couple(home: Home, ask: Ask) -> str | None:
    spouse = next((one for one in home.members if one.relation == "配偶"), None)
    if home.head is None or spouse is None or not spouse.sex or spouse.sex != home.head.sex:
        return None
    return f"户主{home.head.name}和配偶{spouse.name}都登记为{spouse.sex}"


@of_person("identity-relation", "与户主关系和性别不符", 2, "relation", "2_11_003")
def relation(one: Member, home: Home, ask: Ask) -> str | None:
    wanted = "男" if one.relation in MALE else "女" if one.relation in FEMALE else ""
    if not wanted or not one.sex or one.sex == wanted:
        return None
    return f"性别{one.sex}，与户主关系却是“{one.relation}”"


@of_household("identity-size", "登记人数与成员数不符", 4, "members")
def size(home: Home, ask: Ask) -> str | None:
    if home.declared_size is None or home.declared_size == len(home.members):
        return None
    return f"登记人数 {home.declared_size} 人，成员有 {len(home.members)} 人"
