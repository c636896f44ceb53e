"""Who works in the made-up county, and the logins that the demo prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from accounts.models import Department, Division, Role, User
from accounts.passwords import first_password
from accounts.services.posts import appoint
from demo import names
from demo.county import COUNTY, County, Village
from monitoring.models import Case, Clue
from monitoring.turns import CASE_TURNS, CLUE_TURNS, states_of

SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Login:
    """One line of the list that the demo prints."""

    role: str
    place: str
    username: str
    password: str


@dataclass
class Staff:
    """The people of the offices by the code of their place."""

    bureau: list[User] = field(default_factory=list)
    leaders: dict[str, User] = field(default_factory=dict)
    townships: dict[str, list[User]] = field(default_factory=dict)
    villages: dict[str, list[User]] = field(default_factory=dict)
    liaisons: dict[str, User] = field(default_factory=dict)
    helpers: dict[str, User] = field(default_factory=dict)


class Hiring:
    """Makes users and posts."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.random = Random("staff")
        self.places = {place.code: place for place in Division.objects.all()}
        self.staff = Staff()

    def hire(self, username: str, role: Role, code: str, *, department: str = "") -> User:
        place = self.places[code]
        user = User.objects.create_user(username, None, name=self._name(), unit=self._unit(place, department))
        appoint(user=user, division=place, role=role, department=department, starts_on=SINCE, actor=None, at=self.at)
        return user

    def _name(self) -> str:
        pool = names.MALE + names.FEMALE
        return self.random.choice(names.SURNAMES) + self.random.choice(pool) + self.random.choice(pool)

    def _unit(self, place: Division, department: str) -> str:
        if department:
            return f"{COUNTY[1]}{Department(department).label}"
        offices = {3: "农业农村局", 4: "人民政府", 5: "村民委员会"}
        return f"{place.name}{offices[place.level]}"


def hire_staff(county: County, at: datetime) -> Staff:
    """The county's offices: two people in each that keep each other's duties apart."""
    hiring = Hiring(at)
    staff = hiring.staff
    staff.bureau = [
        hiring.hire("county", Role.COUNTY_BUREAU, COUNTY[0]),
        hiring.hire("county2", Role.COUNTY_BUREAU, COUNTY[0]),
    ]
    townships = list(dict.fromkeys(village.township_code for village in county.villages))
    for number, code in enumerate(townships, start=1):
        _hire_township(hiring, number, code)
    for number, village in enumerate(county.villages, start=1):
        _hire_village(hiring, number, village)
    _hire_liaisons(hiring)
    hiring.hire("auditor", Role.AUDITOR, COUNTY[0])
    hiring.hire("admin", Role.ADMINISTRATOR, COUNTY[0])
    return staff


def open_doors(staff: Staff, at: datetime) -> list[Login]:
    """A login of every role where there is work for it after the year: the township with most to review, its busiest
    village, and the busiest of all others. Only these get a password, which takes time to hash."""
    reviews = _waiting(at_township=True)
    township = max(staff.townships, key=lambda code: reviews[code[:9]])
    work = _waiting(at_township=False)
    own = max((code for code in staff.villages if code[:9] == township[:9]), key=lambda code: work[code])
    other = max((code for code in staff.villages if code != own), key=lambda code: work[code])
    people = [
        staff.bureau[0],
        staff.townships[township][0],
        staff.leaders[township],
        staff.helpers[township],
        staff.villages[own][0],
        staff.villages[other][0],
        *User.objects.filter(username__in=("medical", "auditor", "admin")).order_by("-username"),
    ]
    return [_open(user, at) for user in people]


def _waiting(*, at_township: bool) -> Counter[str]:
    """How many cases wait for review by the first nine digits of their township, or clues and cases by their village."""
    if at_township:
        codes = Case.objects.filter(state=Case.State.AT_TOWNSHIP).values_list("village_id", flat=True)
        return Counter(code[:9] for code in codes)
    clues = Clue.objects.filter(state__in=states_of(CLUE_TURNS, "village"))
    cases = Case.objects.filter(state__in=states_of(CASE_TURNS, "village"))
    return Counter([*clues.values_list("village_id", flat=True), *cases.values_list("village_id", flat=True)])


def _open(user: User, at: datetime) -> Login:
    post = user.posts.select_related("division").get()
    password = first_password()
    user.set_password(password)
    user.password_changed_at = at
    user.save(update_fields=["password", "password_changed_at"])
    where = post.get_department_display() or post.division.name
    return Login(post.get_role_display(), where, user.username, password)


def _hire_township(hiring: Hiring, number: int, code: str) -> None:
    suffix = "" if number == 1 else str(number)
    staff = hiring.staff
    staff.townships[code] = [
        hiring.hire(f"township{suffix}", Role.TOWNSHIP_STAFF, code),
        hiring.hire(f"township{number}b", Role.TOWNSHIP_STAFF, code),
    ]
    staff.leaders[code] = hiring.hire(f"leader{suffix}", Role.TOWNSHIP_LEADER, code)
    staff.helpers[code] = hiring.hire(f"helper{suffix}", Role.HELPER, code)


def _hire_village(hiring: Hiring, number: int, village: Village) -> None:
    hiring.staff.villages[village.code] = [
        hiring.hire(f"village{number}", Role.VILLAGE_CADRE, village.code),
        hiring.hire(f"village{number}b", Role.VILLAGE_CADRE, village.code),
    ]


def _hire_liaisons(hiring: Hiring) -> None:
    for department in Department:
        is_medical = department == Department.MEDICAL_INSURANCE
        username = "medical" if is_medical else department.value.replace("_", "-")
        hiring.staff.liaisons[department.value] = hiring.hire(
            username, Role.LIAISON, COUNTY[0], department=department.value
        )


def shown(logins: Iterable[Login]) -> list[str]:
    """The lines to print: role, place, user name, password."""
    return [f"  {login.role}\t{login.place}\t{login.username}\t{login.password}" for login in logins]
