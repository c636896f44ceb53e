"""Life events: the one way to change who belongs to a household and what is written of him (domain.md 6.2).

All verbs are keyword-only and give the LifeEvent that they wrote. They take `happened_on` (not in the future), `actor`,
`at`, and where given `reason` and `client_uid` (the same submission twice is recorded once). `version` is the
household's as its author saw it (for values, name and number of a person: the person's own); without one they refuse,
with an old one they conflict and say what stands. Memberships end and begin, nobody is deleted.
"""

from households.services.corrections import change_name, change_number, correct_household, correct_person
from households.services.life_households import CANCEL_REASONS, cancel, change_head, merge, move_household, split
from households.services.life_persons import (
    AWAY,
    leave,
    marry_in,
    marry_out,
    move_in,
    move_out,
    record_birth,
    record_death,
)
from households.services.proposals import Reported, decide_proposal, propose_changes, reported_values, withdraw_changes

__all__ = [
    "AWAY",
    "CANCEL_REASONS",
    "Reported",
    "cancel",
    "change_head",
    "change_name",
    "change_number",
    "correct_household",
    "correct_person",
    "decide_proposal",
    "leave",
    "marry_in",
    "marry_out",
    "merge",
    "move_household",
    "move_in",
    "move_out",
    "propose_changes",
    "record_birth",
    "record_death",
    "reported_values",
    "split",
    "withdraw_changes",
]
