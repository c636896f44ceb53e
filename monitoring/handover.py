"""What waits for a post: it belongs to the place, not to the person, so it goes to the successor by itself."""

from __future__ import annotations

from datetime import date, datetime

from accounts.models import Post, Role, User
from monitoring.models import Case, Clue
from monitoring.turns import CASE_TURNS, CLUE_TURNS, LEVELS, states_of


class WaitingWork:
    """Clues and cases in which it is the turn of the post's level in its place."""

    title = "等这个岗位办的线索和办件"

    def count(self, *, post: Post) -> int:
        level = "" if post.role == Role.HELPER else LEVELS.get(post.role, "")
        clues = Clue.objects.filter(state__in=states_of(CLUE_TURNS, level)).within(post.division)
        cases = Case.objects.filter(state__in=states_of(CASE_TURNS, level)).within(post.division)
        return clues.count() + cases.count()

    def take_over(self, *, post: Post, to: User, on: date, actor: User | None, at: datetime) -> int:
        """Nothing has to be moved: whoever holds the post has it on his list."""
        return self.count(post=post)
