"""When a deadline is near: so many days before it, or fewer (contract section 6)."""

DUE_SOON_DAYS = 2
