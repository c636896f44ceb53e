"""What the desks say about a case: its papers, its steps and clock, what it still lacks, what a reviewer must look at.

Only reading: every word here follows from the rows of the case. The verbs are in `services/` and `workflow/`.
"""
