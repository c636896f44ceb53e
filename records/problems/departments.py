"""Which department answers for which kind of problem; its liaisons see the problems of that kind in their place."""

from __future__ import annotations

# Department (accounts.models.Department) → kinds (records.models.Problem.Kind). Names only: querysets read it.
KINDS_OF: dict[str, tuple[str, ...]] = {
    "education": ("dropout",),
    "medical_insurance": ("uninsured",),
    "housing": ("house",),
    "water": ("water",),
    "human_resources": ("zero_job",),
}


def department_of(kind: str) -> str:
    """The department of a kind; "" where none has it alone."""
    return next((department for department, kinds in KINDS_OF.items() if kind in kinds), "")
