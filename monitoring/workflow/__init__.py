"""The procedure as one table, and the one function that takes its steps.

`TABLE` says for clues and each kind of case which action leads from where to where, whose it is, under which
conditions, with which papers, by when, and which duties must lie in different hands. `perform` takes a step,
`available_actions` says what a user may do now; pages, the API, the docs and the tests read the same table.
"""

from monitoring.workflow.engine import available_actions, perform
from monitoring.workflow.step import kind_of
from monitoring.workflow.table import TABLE

__all__ = ["TABLE", "available_actions", "kind_of", "perform"]
