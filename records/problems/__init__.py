"""Problems that are worked and cleared: one declaration a kind, and one table of steps made from them.

`KINDS` says of each kind which levels find, assign, work, check and sign off, which department works it, what its
steps ask for and how long it may take. `TABLE` are the steps; `records.services.problems.perform` takes them.
"""
