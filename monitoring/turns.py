"""Whose turn it is in each state: what a person's to-do list is made of."""

from __future__ import annotations

from accounts.models.post import Role

LEVELS: dict[str, str] = {
    Role.HELPER: "village",
    Role.VILLAGE_CADRE: "village",
    Role.TOWNSHIP_STAFF: "township",
    Role.TOWNSHIP_LEADER: "township",
    Role.COUNTY_BUREAU: "county",
}
# Duties that keep a person from taking his level's turn.
BARRED: dict[str, tuple[str, ...]] = {"at_township": ("prepare", "decide"), "at_county": ("prepare", "review")}

CLUE_TURNS: dict[str, tuple[str, ...]] = {
    "at_county": ("county",),
    "at_township": ("township",),
    "to_verify": ("village",),
    "verified": ("village",),
}
CASE_TURNS: dict[str, tuple[str, ...]] = {
    "preparing": ("village", "township"),
    "assessing": ("village",),
    "appraising": ("village",),
    "notice": ("village",),
    "at_township": ("township",),
    "at_county": ("county",),
    "announcing": ("township",),
    "recording": ("township",),
}


def states_of(turns: dict[str, tuple[str, ...]], level: str) -> list[str]:
    """The states in which a level has to act."""
    return [state for state, levels in turns.items() if level in levels]
