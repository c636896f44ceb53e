"""Rights over problems, a row for each kind and verb; entered into accounts' table at start-up. Their terms as
parameters of the policy."""

from __future__ import annotations

from accounts.permissions import add_rights
from monitoring.policy import add_parameters, fixed
from records.problems.kinds import KINDS

SOURCE = "系统默认值，按县里的文件调整"
RAISE = "records.raise_problems"


def enter_rights() -> None:
    """Whoever is to find a problem of a kind may have the books looked through for it; so may the program."""
    rights = {kind.right(verb): roles for kind in KINDS.values() for verb, roles in kind.roles.items()}
    finders = frozenset().union(*(kind.roles["assign"] for kind in KINDS.values()))
    system = frozenset({RAISE, *(kind.right("find") for kind in KINDS.values())})
    add_rights({**rights, RAISE: finders - {"liaison"}}, system=system)


def enter_parameters() -> None:
    add_parameters(
        *(
            fixed(kind.deadline, f"{kind.title}问题办理时限（天）", "days", kind.days, SOURCE)
            for kind in KINDS.values()
        ),
        fixed("problem_return_days", "问题退回后重办时限（天）", "days", 15, SOURCE),
        fixed("problem_look_back_days", "问题销号后回头看（天）", "days", 90, SOURCE),
    )
